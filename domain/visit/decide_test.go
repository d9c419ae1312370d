package visit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestStories tells stories of one visitor, an event a line, with the effects. A line has the second at which the event
// is handled; the second at which it happened, where that was before; and the event: see story.tell.
func TestStories(t *testing.T) {
	t.Parallel()
	const (
		hello   = `{"name":"T","type":"site","delay":"5s","message":"hi"}`
		at      = `{"name":"T","type":"page","url":{"contains":"/pricing"},"delay":"20s","message":"hi"}`
		always  = `{"name":"T","type":"page","url":{"contains":"/pricing"},"delay":"20s","message":"hi","frequency":"every_time"}`
		rescue  = `{"name":"T","type":"rescue","delay":"30s","message":"hi"}`
		joined  = `{"name":"T","type":"rescue","delay":"30s","message":"hi","until":"joined"}`
		opened  = `{"name":"T","type":"maximized","delay":"10s","message":"hi"}`
		still   = `{"name":"T","type":"advanced","on":"page.unchanged","after":"60s","message":"hi","frequency":"every_time"}`
		open    = `{"name":"T","type":"advanced","on":"chat.unanswered","after":"60s","message":"hi","frequency":"every_time"}`
		idle    = `{"name":"T","type":"advanced","on":"chat.idle","after":"60s","message":"hi","frequency":"every_time"}`
		british = `{"name":"T","type":"advanced","on":"page.viewed","delay":"10s","message":"hi","conditions":[{"field":"visitor.country","is":"GB"}]}`
		once    = `{"name":"T","type":"advanced","on":"page.viewed","delay":"10s","message":"hi","recheck":false,"conditions":[{"field":"page.path","is":"/a"}]}`
		back    = `{"name":"T","type":"advanced","on":"visitor.arrived","message":"hi","conditions":[{"field":"visitor.returning","is":true}]}`
		custom  = `{"name":"T","type":"advanced","on":"visitor.custom","event":"won","message":"hi","frequency":"every_time"}`
		climbs  = `{"name":"T","type":"rescue","delay":"5s","actions":[{"send_message":{"text":"1"}},{"wait":"10s"},{"send_message":{"text":"2"}}]}`
		tagged  = `{"name":"T","type":"advanced","on":"page.viewed","actions":[{"add_tag":"a"},{"wait":"10s"},{"add_tag":"b"}],"conditions":[{"field":"visitor.country","is":"GB"}]}`
		steps   = `{"name":"T","type":"advanced","on":"chat.requested","actions":[{"add_tag":"a"},{"send_message":{"text":"1"}},{"wait":"10s"},{"send_message":{"text":"2"}},{"add_tag":"b"}]}`
	)
	for _, tt := range []struct{ name, triggers, story, want string }{
		// Delays.
		{"a delay counts from the event", hello, "0 arrive; 4.999 wake; 5 wake; 6 wake", "5 T hi"},
		{"an event a little late is not delayed by that", hello, "3@0 arrive; 5 wake", "5 T hi"},
		{"an event later than its delay is done at once", hello, "20@0 arrive", "20 T hi"},
		{"a message may be as late as its expiry", hello, "0 arrive; 65 wake", "65 T hi"},
		{"and no later", hello, "0 arrive; 65.001 wake", "65.001 T late"},
		{"an event that is too late starts nothing", hello, "66@0 arrive", "66 T late"},
		{"an expiry of its own", strings.Replace(hello, `"site"`, `"site","expiry":"10m"`, 1), "600@0 arrive", "600 T hi"},
		{"an event ahead of its time is waited for", hello, "0@60 arrive; 64 wake; 65 wake", "65 T hi"},
		{"without a delay it is done at once", strings.Replace(hello, "5s", "0s", 1), "1 arrive", "1 T hi"},

		// Twice.
		{"an event again starts nothing", strings.Replace(hello, `"site"`, `"site","frequency":"every_time"`, 1), "0 arrive; 0 again; 5 wake; 6 again; 11 wake", "5 T hi"},
		{"two tabs", hello, "0 arrive; 1 arrive; 5 wake; 6 wake", "5 T hi; 6 T frequency"},
		{"two tabs at one instant", hello, "0 arrive; 0 arrive; 5 wake", "5 T hi; 5 T frequency"},
		{"each time", strings.Replace(hello, `"site"`, `"site","frequency":"every_time"`, 1), "0 arrive; 1 arrive; 5 wake; 6 wake", "5 T hi; 6 T hi"},
		{"once in a visit", strings.Replace(hello, `"site"`, `"site","frequency":"once_per_visit"`, 1),
			"0 arrive; 5 wake; 10 arrive; 100 arrive #2; 105 wake", "5 T hi; 10 T frequency; 105 T hi"},
		{"once in each of two visits at once", strings.Replace(hello, `"site"`, `"site","frequency":"once_per_visit"`, 1),
			"0 arrive; 1 arrive #2; 2 arrive; 3 arrive #2; 5 wake; 6 wake; 7 wake; 8 wake", "5 T hi; 6 T hi; 7 T frequency; 8 T frequency"},
		{"once in a visit whose name nobody tells", strings.Replace(hello, `"site"`, `"site","frequency":"once_per_visit"`, 1),
			"0 arrive #; 5 wake; 1799 arrive #; 1806 arrive #; 1811 wake", "5 T hi; 1799 T frequency; 1811 T hi"},
		{"at most every ten minutes", strings.Replace(hello, `"site"`, `"site","frequency":{"every":"10m"}`, 1),
			"0 arrive; 5 wake; 599 arrive; 600 arrive; 605 wake", "5 T hi; 599 T frequency; 605 T hi"},

		// Site.
		{"the visitor left", hello, "0 arrive; 3 leave; 5 wake", "5 T visitor_left"},
		{"and came back", hello, "0 arrive; 3 leave; 3 view /b; 5 wake", "5 T hi"},
		{"a late word that they left", hello, "0 arrive; 4 view /b; 4.5@3 leave; 5 wake", "5 T hi"},
		{"the visit is over", strings.Replace(hello, "5s", "30m", 1), "0 arrive; 1800 wake", "1800 T visitor_left"},
		{"the visit goes on by what names no visit", strings.Replace(hello, "5s", "30m", 1), "0 arrive; 1 max #; 1800 wake", "1800 T hi"},
		{"another visit does not prolong it", strings.Replace(hello, "5s", "30m", 1), "0 arrive; 1 max #2; 1800 wake", "1800 T visitor_left"},
		{"the visit goes on", strings.Replace(hello, "5s", "30m", 1), "0 arrive; 1 view /b; 1800 wake", "1800 T hi"},

		{"somebody who was here before", back, "0 arrive; 3600 arrive #2", "0 T conditions; 3600 T hi"},

		// The widget.
		{"offline at the event", hello, "0 offline; 1 arrive; 2 online; 6 wake", "1 T widget_offline"},
		{"offline at the event, which comes late", hello, "0 offline; 2 online; 3@1 arrive; 6 wake", "3 T widget_offline"},
		{"offline at the due time", hello, "0 arrive; 4 offline; 5 wake", "5 T widget_offline"},
		{"offline in between", hello, "0 arrive; 2 offline; 4 online; 5 wake", "5 T hi"},
		{"online at the due instant", hello, "0 arrive; 2 offline; 5 online", "5 T hi"},

		// Page.
		{"on the page", at, "0 view /pricing; 20 wake", "20 T hi"},
		{"a visitor who arrives there", at, "0 arrive /pricing; 20 wake", "20 T hi"},
		{"a view that is told as an arrival too", always, "0 arrive /pricing; 0 view /pricing; 20 wake", "20 T hi"},
		{"on none", at, "0 view /a; 20 wake", "0 T conditions"},
		{"on another page", at, "0 view /pricing; 19 view /a; 20 wake", "19 T other_page"},
		{"on two others", at, "0 view /pricing; 19 view /a; 20 view /b", "19 T other_page; 20 T conditions"},
		{"on another that matches", at, "0 view /pricing; 19 view /pricing/2; 20 wake; 39 wake", "19 T other_page; 39 T hi"},
		{"away and back", always, "0 view /pricing; 5 view /a; 10 view /pricing; 20 wake; 30 wake", "5 T other_page; 30 T hi"},
		{"away and back, out of order", always, "0 view /pricing; 11@10 view /pricing; 12@5 view /a; 20 wake; 30 wake", "12 T other_page; 30 T hi"},
		{"a word of another page that is too late", at, "0 view /pricing; 20 wake; 21@10 view /a", "20 T hi; 21 T conditions"},
		{"loaded again", at, "0 view /pricing; 10 view /pricing; 20 wake; 30 wake", "20 T hi; 30 T frequency"},
		{"left the page by leaving", at, "0 view /pricing; 19 leave; 20 wake", "20 T visitor_left"},

		// Rescue.
		{"nobody answers", rescue, "0 ask; 30 wake", "30 T hi"},
		{"answered", rescue, "0 ask; 29 answer; 30 wake", "29 T answered"},
		{"answered at the due instant", rescue, "0 ask; 30 answer", "30 T answered"},
		{"answered at the instant of the request", rescue, "0 ask; 1@0 answer; 30 wake", "1 T answered"},
		{"answered before it was asked, in order", rescue, "0 answer; 0 ask", "0 T answered"},
		{"answered, which comes late", rescue, "0 ask; 30 wake; 31@20 answer", "30 T hi"},
		{"a bot is answering", rescue, "0 ask; 10 bot; 30 wake", "30 T bot"},
		{"a bot has handed over", rescue, "0 ask; 10 bot; 20 handoff; 30 wake", "30 T hi"},
		{"joined is no answer", rescue, "0 ask; 10 join; 30 wake", "30 T hi"},
		{"joined is enough", joined, "0 ask; 10 join; 30 wake", "10 T joined"},
		{"joined at the instant of the request", joined, "0 ask; 1@0 join; 30 wake", "1 T joined"},
		{"an answer is more than joining", joined, "0 ask; 10 answer; 30 wake", "10 T answered"},
		{"the chat ended", rescue, "0 ask; 10 end; 30 wake", "10 T chat_ended"},
		{"the chat ended at the instant of the request", rescue, "0 ask; 1@0 end; 30 wake", "1 T chat_ended"},
		{"a chat that ended before goes on", rescue, "0 end; 1 ask; 31 wake", "31 T hi"},
		{"a message that came with the request", open, "0 ask; 0 say; 60 wake", "60 T hi"},
		{"the visitor left, and may read it later", rescue, "0 ask; 10 leave; 30 wake", "30 T hi"},
		{"once for each visitor, also in another chat", rescue, "0 ask; 30 wake; 40 ask c2", "30 T hi; 40 T frequency"},
		{"a closed widget rescues nobody", rescue, "0 ask; 20 offline; 30 wake", "30 T widget_offline"},

		// Maximized.
		{"open", opened, "0 max; 10 wake", "10 T hi"},
		{"minimized", opened, "0 max; 5 min; 10 wake", "5 T minimized"},
		{"minimized at once", opened, "0 max; 0 min; 10 wake", "0 T minimized"},
		{"minimized before", opened, "0 min; 1 max; 11 wake", "11 T hi"},
		{"open again", opened, "0 max; 5 min; 6 max; 10 wake; 16 wake", "5 T minimized; 16 T hi"},
		{"open again, out of order", opened, "6 max; 7@5 min; 16 wake", "16 T hi"},

		// Lasting states.
		{"the same page", still, "0 view /a; 59.999 wake; 60 wake; 200 wake", "60 T hi"},
		{"the same page, loaded again", still, "0 view /a; 30 view /a; 60 wake; 90 wake", "30 T superseded; 90 T hi"},
		{"not the same page", still, "0 view /a; 30 view /b; 60 wake; 90 wake", "30 T other_page; 90 T hi"},
		{"a page before, which comes late", still, "30 view /b; 31@0 view /a; 60 wake; 90 wake", "90 T hi"},
		{"lasting and a delay", strings.Replace(still, `"after"`, `"delay":"5s","after"`, 1), "0 view /a; 60 wake; 65 wake", "65 T hi"},
		{"lasting, closed at its start", strings.Replace(still, `"after"`, `"delay":"5s","after"`, 1), "0 view /a; 59 offline; 60 wake; 61 online; 65 wake", "60 T widget_offline"},
		{"lasting, closed before its start", still, "0 offline; 1 view /a; 61 online", "61 T hi"},
		{"lasting, asked late", still, "0 view /a; 121 wake", "121 T late"},
		{"unanswered", open, "0 ask; 60 wake", "60 T hi"},
		{"unanswered, each message", open, "0 ask; 30 say; 60 wake; 90 wake; 100 say; 160 wake", "60 T hi; 90 T hi; 160 T hi"},
		{"unanswered, and each written after a message was sent", open, "0 ask; 60 wake; 120 say; 180 wake; 300 say; 360 wake", "60 T hi; 180 T hi; 360 T hi"},
		{"unanswered after an answer that comes late", open, "0 ask; 2 say; 3@1 answer; 60 wake; 62 wake", "3 T answered; 62 T hi"},
		{"unanswered after an answer, in order", open, "0 ask; 1 answer; 2 say; 60 wake; 62 wake", "1 T answered; 62 T hi"},
		{"answered in time", open, "0 ask; 50 answer; 60 wake", "50 T answered"},
		{"unanswered again", open, "0 ask; 50 answer; 70 say; 130 wake", "50 T answered; 130 T hi"},
		{"unanswered since before we knew", open, "10 say; 11@0 ask; 60 wake; 70 wake", "60 T hi; 70 T hi"},
		{"unanswered since the hand-over", open, "0 ask; 10 bot; 20 handoff; 60 wake; 80 wake", "10 T superseded; 80 T hi"},
		{"silent", idle, "0 ask; 10 answer; 60 wake", "60 T hi"},
		{"not silent", idle, "0 ask; 30 say; 60 wake; 90 wake", "30 T superseded; 90 T hi"},
		{"silent in each of two chats", idle, "0 ask c1; 30 ask c2; 60 wake; 90 wake", "60 T hi; 90 T hi"},
		{"silent since the end", idle, "0 ask; 30 end; 60 wake", "30 T chat_ended"},

		// Advanced.
		{"who has left is not spoken to", strings.Replace(custom, `"on"`, `"delay":"5s","on"`, 1), "0 custom won; 3 leave; 5 wake", "5 T visitor_left"},
		{"unless nothing is to be asked", strings.Replace(custom, `"on"`, `"delay":"5s","recheck":false,"on"`, 1), "0 custom won; 3 leave; 5 wake", "5 T hi"},
		{"but agents hear of them", strings.Replace(custom, `"message":"hi"`, `"delay":"5s","actions":[{"add_tag":"left"}]`, 1), "0 custom won; 3 leave; 5 wake", "5 T tag left"},
		{"how long it has lasted is asked of the due time", strings.Replace(british, `{"field":"visitor.country","is":"GB"}`, `{"field":"time_on_page",">=":10}`, 1), "0 view /a; 10 wake", "10 T hi"},
		{"and may be too short then", strings.Replace(british, `{"field":"visitor.country","is":"GB"}`, `{"field":"time_on_page",">=":11}`, 1), "0 view /a; 10 wake", "0 T conditions"},
		{"conditions hold", british, "0 view /a GB; 10 wake", "10 T hi"},
		{"conditions do not hold", british, "0 view /a FR; 10 wake", "0 T conditions"},
		{"nor at the due time", british, "0 view /a GB; 5 know FR; 10 wake", "10 T conditions"},
		{"what is known of earlier does not count", british, "0 view /a GB; 5@-5 know FR; 10 wake", "10 T hi"},
		{"checked at the start alone", once, "0 view /a; 5 view /b; 10 wake; 15 wake", "5 T conditions; 10 T hi"},
		{"no widget is rechecked by conditions alone", once, "0 view /a; 5 offline; 10 wake", "10 T widget_offline"},
		{"the application's own event", custom, "0 custom lost; 1 custom won; 2 custom won", "1 T hi; 2 T hi"},
		{"at the end of a chat", `{"name":"T","type":"advanced","on":"chat.ended","delay":"5s","message":"hi"}`, "0 ask; 10 end; 15 wake", "15 T hi"},
		{"by an agent's message nothing starts", `{"name":"T","type":"advanced","on":"chat.message","message":"hi"}`, "0 ask; 1 answer; 2 say", "2 T hi"},
		{"the text of the message", `{"name":"T","type":"advanced","on":"chat.message","message":"hi","conditions":[{"field":"message.text","contains":"PRICE"}]}`,
			"0 ask; 1 say hello; 2 say the price?", "1 T conditions; 2 T hi"},

		{"of several chats the last", strings.Replace(custom, `"on"`, `"while_chatting":true,"conditions":[{"field":"chat.wait_time","is":1}],"on"`, 1),
			"0 ask c1; 10 ask c2; 11 custom won; 12 custom won", "11 T hi; 12 T conditions"},
		{"of several chats the last that goes on", strings.Replace(custom, `"on"`, `"while_chatting":true,"conditions":[{"field":"chat.wait_time","is":1}],"on"`, 1),
			"10 ask c2; 10.5 ask c1; 10.6 end c1; 11 custom won", "11 T hi"},

		// Pages, minimized widgets and what lasts belong to a visit.
		{"another visit is on another page", at, "0 view /pricing; 10 view /docs #2; 20 wake", "10 T conditions; 20 T hi"},
		{"another visit is on the same page", always, "0 view /pricing; 10 view /pricing #2; 15 view /a; 20 wake; 30 wake", "15 T other_page; 30 T hi"},
		{"another visit stays on its page", still, "0 view /a; 10 view /b #2; 20 view /b #2; 60 wake; 80 wake", "20 T superseded; 60 T hi; 80 T hi"},
		{"another visit closes its widget", opened, "0 max; 5 max #2; 6 min #2; 10 wake", "6 T minimized; 10 T hi"},
		{"a visit that is not named is the latest", opened, "0 max; 5 max #2; 6 min #; 10 wake; 15 wake", "6 T minimized; 10 T hi"},
		{"or was then", opened, "0 max; 5 arrive #2; 6@4 min #; 10 wake", "6 T minimized"},
		{"how long it has been on its page is the visit's", strings.Replace(custom, `"on"`, `"conditions":[{"field":"time_on_page",">=":9}],"on"`, 1), "0 view /a; 9 view /a #2; 10 custom won; 11 custom won #2", "10 T hi; 11 T conditions"},
		{"how many it has seen, too", strings.Replace(custom, `"on"`, `"conditions":[{"field":"pages_viewed","is":2}],"on"`, 1), "0 view /a; 1 view /a #2; 2 view /b; 3 custom won; 4 custom won #2", "3 T hi; 4 T conditions"},
		{"and its URL", strings.Replace(custom, `"on"`, `"conditions":[{"field":"page.path","is":"/a"}],"on"`, 1), "0 view /a; 1 view /b #2; 2 custom won; 3 custom won #2", "2 T hi; 3 T conditions"},
		{"what the visitor has had is common", at, "0 view /pricing; 10 view /pricing #2; 20 wake; 30 wake", "20 T hi; 30 T frequency"},

		// Tabs of a visit.
		{"one of two tabs is closed", hello, "0 arrive #1/a; 1 view /a #1/b; 2 leave #1/a; 5 wake", "5 T hi"},
		{"both are", hello, "0 arrive #1/a; 1 view /a #1/b; 2 leave #1/a; 3 leave #1/b; 5 wake", "5 T visitor_left"},
		{"both are, out of order", hello, "0 arrive #1/a; 2 leave #1/b; 3@1 view /a #1/b; 4@3 leave #1/a; 5 wake", "5 T visitor_left"},
		{"one is closed, and came back", hello, "0 arrive #1/a; 2 leave #1/a; 3 view /a #1/a; 5 wake", "5 T hi"},
		{"a word in no tab after it is closed", hello, "0 arrive #1/a; 2 leave #1/a; 3 max; 5 wake", "5 T hi"},
		{"the whole visit is left", hello, "0 arrive #1/a; 1 view /a #1/b; 2 leave; 5 wake", "5 T visitor_left"},
		{"a tab on another page", at, "0 view /pricing #1/a; 10 view /a #1/b; 20 wake", "10 T conditions; 20 T hi"},
		{"the tab on the page is closed", at, "0 view /pricing #1/a; 1 view /a #1/b; 10 leave #1/a; 20 wake", "1 T conditions; 20 T visitor_left"},
		{"two tabs stay on their pages", still, "0 view /a #1/a; 10 view /b #1/b; 60 wake; 70 wake", "60 T hi; 70 T hi"},
		{"the widget of another tab is closed", opened, "0 max #1/a; 5 min #1/b; 10 wake", "10 T hi"},
		{"and that of this one", opened, "0 max #1/a; 5 min #1/a; 10 wake", "5 T minimized"},
		{"what happens in no tab is on the page that was opened last", strings.Replace(custom, `"on"`, `"conditions":[{"field":"page.path","is":"/a"}],"on"`, 1),
			"0 view /a #1/a; 1 custom won; 2 view /b #1/b; 3 custom won; 4 custom won #1/a", "1 T hi; 3 T conditions; 4 T hi"},
		{"pages of all tabs count", strings.Replace(custom, `"on"`, `"conditions":[{"field":"pages_viewed","is":2}],"on"`, 1), "0 view /a #1/a; 1 view /a #1/b; 2 custom won", "2 T hi"},

		// Fragments.
		{"another fragment is the same page", at, "0 view /pricing; 5 view /pricing#plans; 9 view /pricing#faq; 20 wake", "20 T hi"},
		{"also to a condition that the fragment would not meet", strings.Replace(at, "contains", "ends_with", 1), "0 view /pricing; 5 view /pricing#plans; 20 wake", "20 T hi"},
		{"and starts nothing", always, "0 view /pricing; 5 view /pricing#plans; 20 wake; 25 wake", "20 T hi"},
		{"nor when it goes", always, "0 view /pricing#plans; 5 view /pricing; 20 wake; 25 wake", "20 T hi"},
		{"the same again is loaded again", always, "0 view /pricing#plans; 5 view /pricing#plans; 20 wake; 25 wake", "20 T hi; 25 T hi"},
		{"on the same page, by another fragment", still, "0 view /a; 30 view /a#b; 60 wake; 90 wake", "60 T hi"},
		{"on the same page, by fragments that come out of order", still, "0 view /a; 31@30 view /a#c; 32@10 view /a#b; 60 wake; 90 wake", "60 T hi"},
		{"another page and back, by another fragment", still, "0 view /a; 30 view /b; 31 view /a#b; 91 wake", "30 T other_page; 31 T other_page; 91 T hi"},
		{"how long on the page", strings.Replace(custom, `"on"`, `"conditions":[{"field":"time_on_page","is":10}],"on"`, 1), "0 view /a; 5 view /a#b; 10 custom won", "10 T hi"},
		{"how many pages", strings.Replace(custom, `"on"`, `"conditions":[{"field":"pages_viewed","is":2}],"on"`, 1), "0 view /a; 5 view /a#b; 6 view /a; 7 view /b; 10 custom won", "10 T hi"},
		{"a trigger that asks about it", strings.Replace(always, `"/pricing"`, `"#plans"`, 1), "0 view /pricing; 5 view /pricing#plans; 10 view /pricing#faq; 15 view /pricing#plans; 25 wake; 35 wake",
			"0 T conditions; 10 T other_page; 35 T hi"},

		// A running chat.
		{"a welcome comes into no running chat", hello, "0 arrive; 2 ask; 4 answer; 5 wake", "5 T chatting"},
		{"nor when both are heard together", hello, "0 arrive; 6@2 ask; 6 wake", "6 T chatting"},
		{"nor when it is late by then", hello, "0 arrive; 8@6 ask", "8 T chatting"},
		{"but one that was due before is on time", hello, "0 arrive; 6@5.5 ask", "6 T hi"},
		{"nor at the instant at which it is requested", hello, "0 arrive; 5 ask", "5 T chatting"},
		{"nor does one start in it", hello, "0 ask; 1 arrive; 2 end; 6 wake", "1 T chatting"},
		{"also when the start comes late", hello, "0 ask; 2 end; 3@1 arrive; 6 wake", "3 T chatting"},
		{"a chat that is over by then", hello, "0 arrive; 2 ask; 4 end; 5 wake", "5 T hi"},
		{"a chat that ended before", hello, "0 ask; 1 end; 2 arrive; 7 wake", "7 T hi"},
		{"a chat that ended, and goes on", hello, "0 ask; 1 end; 2 arrive; 3 say; 7 wake", "7 T chatting"},
		{"one of two chats is over", hello, "0 ask c1; 0 ask c2; 1 end c1; 2 arrive", "2 T chatting"},
		{"a chat in another visit", hello, "0 ask; 1 arrive #2", "1 T chatting"},
		{"that no visitor has asked for", hello, "0 answer; 1 arrive; 6 wake", "6 T hi"},
		{"on a page", at, "0 view /pricing; 2 ask; 20 wake", "20 T chatting"},
		{"on the same page", still, "0 view /a; 2 ask; 60 wake", "60 T chatting"},
		{"the application's own event in a chat", custom, "0 ask; 1 custom won; 2 end; 3 custom won", "1 T chatting; 3 T hi"},
		{"between a message and the next", strings.Replace(climbs, `"rescue"`, `"advanced","on":"visitor.arrived"`, 1), "0 arrive; 5 wake; 9 ask; 15 wake", "5 T 1; 15 T chatting"},
		{"but no tag is held back", strings.Replace(custom, `"message":"hi"`, `"actions":[{"add_tag":"won"}]`, 1), "0 ask; 1 custom won", "1 T tag won"},
		{"nor a tag after the message", strings.Replace(custom, `"message":"hi"`, `"actions":[{"send_message":{"text":"1"}},{"wait":"10s"},{"add_tag":"b"}]`, 1),
			"0 custom won; 5 ask; 10 wake", "0 T 1; 10 T tag b"},
		{"nor the answer to an opened widget", opened, "0 ask; 1 max; 11 wake", "11 T hi"},
		{"but an advanced one is", strings.Replace(opened, `"maximized"`, `"advanced","on":"widget.maximized"`, 1), "0 ask; 1 max; 11 wake", "1 T chatting"},
		{"where it is allowed", strings.Replace(hello, `"site"`, `"site","while_chatting":true`, 1), "0 arrive; 2 ask; 5 wake", "5 T hi"},

		// Actions.
		{"actions keep their order, and go on after a wait", steps, "0 ask; 9 wake; 10 wake; 11 wake", "0 T tag a; 0 T 1; 10 T 2; 10 T tag b"},
		{"after a wait no condition is asked", tagged, "0 view /a GB; 5 know FR; 7 leave; 10 wake", "0 T tag a; 10 T tag b"},
		{"nor whether somebody has answered to whom it does not matter", steps, "0 ask; 5 answer; 10 wake", "0 T tag a; 0 T 1; 10 T 2; 10 T tag b"},
		{"but whom it rescues is not to be spoken to once they are answered", climbs, "0 ask; 5 wake; 9 answer; 15 wake", "5 T 1; 9 T answered"},
		{"the chat ends within a wait", steps, "0 ask; 7 end; 10 wake", "0 T tag a; 0 T 1; 7 T chat_ended"},
		{"it closes within a wait", steps, "0 ask; 7 offline; 10 wake", "0 T tag a; 0 T 1; 10 T widget_offline"},
		{"after a wait it may be too late", steps, "0 ask; 71 wake", "0 T tag a; 0 T 1; 71 T late"},
		{"it has acted when it began to", strings.Replace(steps, `"on"`, `"frequency":{"every":"12s"},"on"`, 1), "0 ask; 10 wake; 12 ask c2", "0 T tag a; 0 T 1; 10 T 2; 10 T tag b; 12 T tag a; 12 T 1"},
		{"a wait begins when it is its turn", steps, "20@0 ask; 29 wake; 30 wake", "20 T tag a; 20 T 1; 30 T 2; 30 T tag b"},

		{"with nothing to say it has not spoken", strings.Replace(custom, `"hi"`, `"{{visitor.name}}"`, 1), "0 custom won", "0 T empty"},
		{"nor with nothing to note", strings.Replace(custom, `"message":"hi"`, `"actions":[{"add_note":"{{visitor.name}}"},{"add_tag":"a"}]`, 1), "0 custom won", "0 T tag a; 0 T empty"},
		{"a chat is the one that goes on", strings.Replace(custom, `"message":"hi"`, `"actions":[{"close_chat":true}]`, 1), "0 ask; 1 custom won", "1 T close c1"},
		{"and where there is none, none ends", strings.Replace(custom, `"message":"hi"`, `"actions":[{"close_chat":true}]`, 1), "0 ask; 1 end; 2 custom won", "2 T no_chat"},

		// Several.
		{"at one instant as they stand", strings.Replace(hello, `"T"`, `"Z"`, 1) + "," + strings.Replace(hello, `"T"`, `"A"`, 1), "0 arrive; 5 wake", "5 Z hi; 5 A hi"},
		{"the earlier first, also when both are late", hello + "," + strings.Replace(hello, `"T","type":"site","delay":"5s"`, `"U","type":"site"`, 1), "7@0 arrive", "7 U hi; 7 T hi"},
		{"after another has spoken", hello + "," + `{"name":"U","type":"advanced","on":"page.viewed","message":"more","conditions":[{"field":"triggered.T","is":true}]}`,
			"0 arrive; 4 view /a; 5 wake; 6 view /b", "4 U conditions; 5 T hi; 6 U more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, "["+tt.triggers+"]")
			for line := range strings.SplitSeq(tt.story, ";") {
				s.tell(strings.TrimSpace(line))
			}
			if got := strings.Join(s.done, "; "); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	const site = `[{"name":"T","type":"site","delay":"5s","message":"hi"}]`
	const waits = `[{"name":"T","type":"advanced","on":"visitor.arrived","actions":[{"add_tag":"a"},{"wait":"5s"},{"add_tag":"b"}]}]`
	for _, tt := range []struct{ name, before, old, replacement, want string }{
		{"as it was", site, "", "", "5 T hi"},
		{"another text", site, "hi", "hello", "5 T hello"},
		{"another delay, for those to come", site, "5s", "9s", "5 T hi"},
		{"off", site, `"site"`, `"site","enabled":false`, "5 T disabled"},
		{"another name", site, `"T"`, `"U"`, "5 T removed"},
		{"another start", site, `"site"`, `"maximized"`, "5 T edited"},
		{"a condition", site, `"type":"site"`, `"type":"advanced","on":"visitor.arrived"`, "5 T edited"},
		{"within a wait: as it was", waits, "", "", "0 T tag a; 5 T tag b"},
		{"within a wait: another action", waits, `"b"`, `"c"`, "0 T tag a; 5 T edited"},
		{"within a wait: off", waits, `"T"`, `"T","enabled":false`, "0 T tag a; 5 T disabled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, tt.before)
			s.tell("0 arrive")
			s.define(strings.Replace(tt.before, tt.old, tt.replacement, 1))
			s.tell("5 wake")
			if got := strings.Join(s.done, "; "); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestOneProactiveMessagePerVisit(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[
		{"name":"A","type":"site","delay":"5s","message":"hi"},
		{"name":"B","type":"site","delay":"6s","message":"hi","frequency":"every_time"},
		{"name":"mark","type":"advanced","on":"visitor.arrived","delay":"7s","actions":[{"add_tag":"x"}]},
		{"name":"rescue","type":"rescue","message":"hi"}
	]`)
	s.onePerVisit = true
	for _, line := range []string{"0 arrive", "5 wake", "6 wake", "7 wake", "8 ask", "8.5 end", "9 arrive", "100 arrive #2", "106 wake"} {
		s.tell(line)
	}
	want := []string{
		"5 A hi", "6 B one_per_visit", "7 mark tag x", "8 rescue hi", // neither a tag nor a rescue is proactive
		"9 A frequency", "9 B one_per_visit", "9 mark frequency",
		"100 A frequency", "100 mark frequency", "106 B hi",
	}
	if diff := cmp.Diff(want, s.done); diff != "" {
		t.Error(diff)
	}
}

// TestTheMessageOfAVisitIsTheOneThatIsSent: a wait before a message uses up nothing, and one that is held back leaves the visit its
// message.
func TestTheMessageOfAVisitIsTheOneThatIsSent(t *testing.T) {
	t.Parallel()
	const waits = `{"name":"A","type":"advanced","on":"visitor.arrived","actions":[{"add_tag":"x"},{"wait":"10s"},{"send_message":{"text":"hi"}},{"wait":"10s"},{"send_message":{"text":"bye"}}]},`
	for name, c := range map[string]struct {
		before, other, story string
		want                 []string
	}{
		"another speaks meanwhile": {
			waits, `{"name":"B","type":"site","delay":"5s","message":"hi"}`, "0 arrive; 5 wake; 10 wake",
			[]string{"0 A tag x", "5 B hi", "10 A one_per_visit"},
		},
		"another wants to speak after it": {
			waits, `{"name":"B","type":"site","delay":"11s","message":"hi"}`, "0 arrive; 10 wake; 11 wake; 20 wake",
			[]string{"0 A tag x", "10 A hi", "11 B one_per_visit", "20 A bye"},
		},
		"it is held back in a chat": {
			waits, `{"name":"B","type":"site","delay":"15s","message":"hi"}`, "0 arrive; 9 ask; 10 wake; 12 end; 15 wake",
			[]string{"0 A tag x", "10 A chatting", "15 B hi"},
		},
		"it is held back beside a closed widget": {
			waits, `{"name":"B","type":"site","delay":"15s","message":"hi"}`, "0 arrive; 9 offline; 10 wake; 12 online; 15 wake",
			[]string{"0 A tag x", "10 A widget_offline", "15 B hi"},
		},
		"both fall due at once": {
			waits, `{"name":"B","type":"site","delay":"10s","message":"hi"}`, "0 arrive; 10 wake",
			[]string{"0 A tag x", "10 A hi", "10 B one_per_visit"},
		},
		"its rest says nothing": {
			`{"name":"A","type":"advanced","on":"visitor.arrived","actions":[{"add_tag":"x"},{"wait":"10s"},{"add_tag":"y"}]},`,
			`{"name":"B","type":"site","delay":"5s","message":"hi"}`, "0 arrive; 5 wake; 10 wake",
			[]string{"0 A tag x", "5 B hi", "10 A tag y"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, "["+c.before+c.other+"]")
			s.onePerVisit = true
			for line := range strings.SplitSeq(c.story, "; ") {
				s.tell(line)
			}
			if diff := cmp.Diff(c.want, s.done); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAFrequencyIsUsedUpByWhatIsDone: a wait before anything is done uses up nothing, and one of several that wait does it.
func TestAFrequencyIsUsedUpByWhatIsDone(t *testing.T) {
	t.Parallel()
	const (
		waits = `[{"name":"A","type":"advanced","on":"chat.message","frequency":%s,"actions":[{"wait":"10s"},{"send_message":{"text":"hi"}},{"wait":"10s"},{"send_message":{"text":"bye"}}]}]`
		tags  = `[{"name":"A","type":"advanced","on":"visitor.arrived","actions":[{"add_tag":"x"},{"wait":"10s"},{"send_message":{"text":"hi"}}]}]`
		first = `[{"name":"A","type":"advanced","on":"visitor.arrived","actions":[{"wait":"10s"},{"send_message":{"text":"hi"}}]}]`
	)
	once := fmt.Sprintf(waits, `"once_per_visitor"`)
	for name, c := range map[string]struct {
		triggers, story string
		want            []string
	}{
		"held back beside a closed widget, it may come later": {
			once, "0 ask; 1 say; 9 offline; 11 wake; 12 online; 13 say; 23 wake; 33 wake",
			[]string{"11 A widget_offline", "23 A hi", "33 A bye"},
		},
		"held back in a chat, it may come with the next arrival": {
			first, "0 arrive; 9 ask; 10 wake; 12 end; 20 arrive; 30 wake",
			[]string{"10 A chatting", "30 A hi"},
		},
		"of two that wait, the first comes": {
			once, "0 ask; 1 say; 3 say; 11 wake; 13 wake; 21 wake",
			[]string{"11 A hi", "13 A frequency", "21 A bye"},
		},
		"of two that fall due at once, too": {
			once, "0 ask; 1 say; 3 say; 13 wake; 23 wake",
			[]string{"13 A hi", "13 A frequency", "23 A bye"},
		},
		"each comes of every time": {
			fmt.Sprintf(waits, `"every_time"`), "0 ask; 1 say; 3 say; 11 wake; 13 wake; 21 wake; 23 wake",
			[]string{"11 A hi", "13 A hi", "21 A bye", "23 A bye"},
		},
		"what came before the wait has used it up": {
			tags, "0 arrive; 9 offline; 10 wake; 12 online; 20 arrive",
			[]string{"0 A tag x", "10 A widget_offline", "20 A frequency"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, c.triggers)
			for line := range strings.SplitSeq(c.story, "; ") {
				s.tell(line)
			}
			if diff := cmp.Diff(c.want, s.done); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAMessageInARunningChatIsNotProactive: it neither is the one message of a visit, nor is it held back after that.
func TestAMessageInARunningChatIsNotProactive(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[
		{"name":"chat","type":"advanced","on":"visitor.custom","event":"won","message":"yes","frequency":"every_time","while_chatting":true},
		{"name":"site","type":"site","message":"hi","frequency":"every_time"}
	]`)
	s.onePerVisit = true
	for _, line := range []string{"0 ask", "1 custom won", "2 end", "3 arrive", "4 custom won", "5 ask", "6 custom won"} {
		s.tell(line)
	}
	want := []string{"1 chat yes", "3 site hi", "4 chat one_per_visit", "6 chat yes"}
	if diff := cmp.Diff(want, s.done); diff != "" {
		t.Error(diff)
	}
}

func TestManyTimers(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"advanced","on":"visitor.custom","event":"x","delay":"5m","message":"hi","frequency":"every_time"}]`)
	for i := range 40 {
		s.tell(fmt.Sprintf("%d custom x", i))
	}
	s.tell("300 wake")
	tooMany := slices.DeleteFunc(slices.Clone(s.done), func(line string) bool { return !strings.HasSuffix(line, "too_many") })
	if len(tooMany) != 8 || s.done[len(s.done)-1] != "300 T hi" {
		t.Errorf("%d too many, then %v", len(tooMany), s.done[len(s.done)-1])
	}
}

// TestTimersInVain: a timer of a trigger that another timer carries out before it leaves its place to one that may act.
func TestTimersInVain(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range 16 {
		all = append(all, fmt.Sprintf(`{"name":"T%d","type":"advanced","on":"page.viewed","delay":"1m","actions":[{"add_tag":"t%d"}]}`, i, i))
	}
	s := newStory(t, "["+strings.Join(all, ",")+`,{"name":"R","type":"rescue","delay":"30s","message":"hi"},
		{"name":"U","type":"advanced","on":"page.unchanged","after":"20s","message":"still"}]`)
	for _, line := range []string{"0 view /a", "1 view /b", "2 ask", "2.5 end", "3 ask c2", "33 wake", "60 wake", "61 wake"} {
		s.tell(line)
	}
	done := map[string]int{}
	for _, line := range s.done {
		words := strings.SplitN(line, " ", 3)
		done[words[2]]++
	}
	if done["too_many"] != 0 || done["hi"] != 1 || done["frequency"] != 16 || done["tag t0"] != 1 || done["tag t15"] != 1 {
		t.Errorf("%v", s.done)
	}
}

// TestForgotten: the firings of triggers that are no longer defined are forgotten, once they are many.
func TestForgotten(t *testing.T) {
	t.Parallel()
	s := newStory(t, "[]")
	for i := range 45 {
		s.define(fmt.Sprintf(`[{"name":"T%d","type":"site","message":"hi"},{"name":"same","type":"site","message":"hi","frequency":"every_time"}]`, i))
		s.tell(fmt.Sprintf("%d arrive", i))
	}
	if n := len(s.state.Fired); n > 40 {
		t.Errorf("%d triggers", n)
	}
	if n := s.state.Fired["same"].Count; n != 45 {
		t.Errorf("fired %d times", n)
	}
}

// TestZone: conditions on time are in the property's zone, at the instant at which they are asked.
func TestZone(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"advanced","on":"visitor.custom","event":"x","delay":"20m","message":"hi","frequency":"every_time",
		"conditions":[{"field":"time_of_day","between":["21:00","21:30"]}]}]`)
	s.scene.Zone = time.FixedZone("", 9*60*60) // noon in UTC is nine in the evening
	for _, line := range []string{"0 custom x", "660 custom x", "1200 wake", "1860 wake"} {
		s.tell(line)
	}
	if diff := cmp.Diff([]string{"1200 T hi", "1860 T conditions"}, s.done); diff != "" {
		t.Error(diff)
	}
}

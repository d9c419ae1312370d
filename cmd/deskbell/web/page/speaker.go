package page

import (
	"encoding/json"
	"fmt"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/table"
)

// pageSource is the source of events that pages send: those of an application's servers have others.
const pageSource = "page"

// speaker is the visitor for whom a page speaks.
type speaker struct {
	bearer
	property, visit string
	chat            string // that was made for the last chat.requested without one
}

// complete gives an event the ids that the server knows, and faults others. A text that is no event stays, and is faulted elsewhere.
func (s *speaker) complete(text json.RawMessage) (json.RawMessage, event.Faults) {
	one, ok := members(text)
	if !ok {
		return text, nil
	}
	var kind event.Type
	_ = json.Unmarshal(one["type"], &kind) // one that is none is faulted elsewhere
	if kind != "" && !isPageType(kind) {
		return text, event.Faults{{Path: "/type", Value: table.Clip(string(kind)), Problem: "is not for pages", Allowed: fmt.Sprint("one of ", event.PageTypes())}}
	}
	data, ok := members(one["data"])
	if !ok {
		return text, nil
	}
	var faults event.Faults
	known := func(key, id string) {
		if given, ok := textOf(data[key]); ok && given != id {
			faults = append(faults, event.Fault{Path: "/data/" + key, Value: table.Clip(given), Problem: "is not that of this page", Allowed: "nothing: the key and the token say it"})
		}
		data[key] = quoted(id)
	}
	known("property", s.property)
	known("visitor", s.visitor)
	if given, _ := textOf(data["visit"]); given == "" {
		data["visit"] = quoted(s.visit)
	}
	if given, _ := textOf(data["chat"]); given == "" {
		if kind == event.ChatRequested {
			s.chat = newPart(s.visitor)
		}
		if s.chat != "" && (kind == event.ChatRequested || kind == event.ChatMessage) { // a message after its request has that one's
			data["chat"] = quoted(s.chat)
		}
	}
	if _, ok := data["from"]; kind == event.ChatMessage && !ok {
		data["from"] = quoted(string(event.FromVisitor))
	}
	one["data"], one["source"] = encoded(data), quoted(pageSource)
	return encoded(one), faults
}

// mayNot faults what a page may not say of others, in an event that is good.
func (s *speaker) mayNot(e *event.Event) (faults event.Faults) {
	own := func(key, id string) {
		if id != "" && !isOf(id, s.visitor) {
			faults = append(faults, event.Fault{Path: "/data/" + key, Value: id, Problem: "is not of this visitor", Allowed: "one that this server has made for them"})
		}
	}
	own("visit", e.Data.Visit)
	own("chat", e.Data.Chat)
	if e.Data.From != "" && e.Data.From != event.FromVisitor {
		faults = append(faults, event.Fault{Path: "/data/from", Value: string(e.Data.From), Problem: "is not for pages", Allowed: string(event.FromVisitor)})
	}
	return faults
}

// members are those of an object in JSON; an absent one has none. false: it is something else.
func members(text json.RawMessage) (map[string]json.RawMessage, bool) {
	all := make(map[string]json.RawMessage)
	if len(text) == 0 {
		return all, true
	}
	err := json.Unmarshal(text, &all)
	return all, err == nil && all != nil
}

// textOf is a text in JSON; false: there is none.
func textOf(body json.RawMessage) (text string, ok bool) {
	if len(body) == 0 {
		return "", false
	}
	err := json.Unmarshal(body, &text)
	return text, err != nil || text != "" // another value than a text is not that text
}

func quoted(text string) json.RawMessage { return encoded(text) }

func encoded(value any) json.RawMessage {
	body, err := json.Marshal(value)
	if err != nil { // texts, and what was JSON before, can be written
		return json.RawMessage("null")
	}
	return body
}

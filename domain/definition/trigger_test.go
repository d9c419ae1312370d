package definition_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

const chattyFile = `{
	"schedules": {"office": "mon-fri 9-17"},
	"properties": {"acme": {
		"name": "ACME shop", "time_zone": "Europe/Paris", "language": "fr", "schedule": "office",
		"widget": {"outside_hours": "offline_form", "no_agents": "away", "message": "…", "waiting_at_close": "keep"},
		"closing_soon": {"before": "10m", "message": "We close at {{closes_at}}"},
		"agents": ["lea", "tom"],
		"departments": {"sales": {"name": "Sales", "schedule": "office", "agents": ["lea"]}},
		"shortcuts": {"prices": {"text": "Our prices", "attachments": [{"link": "https://example.com/prices", "title": "Prices"}]}},
		"auto_replies": {"during": "One moment please", "outside": "Closed. Back {{next_open}}", "handoff": "…", "form": "Thank you"},
		"rescue": [
			{"after": "30s", "send_message": "Thanks for waiting, we are nearly with you"},
			{"after": "2m", "invite_agents": true},
			{"after": "5m", "show_form": "offline_form", "repeat": true}
		],
		"triggers": [
			{"name": "Welcome message", "type": "site", "delay": "5s", "message": "Hello {{visitor.name|there}}",
				"sender": {"name": "Léa", "image": "https://example.com/lea.png"}, "suggested": ["Prices", "Support"]},
			{"name": "Pricing help", "type": "page", "url": {"contains": "/pricing"}, "delay": "20s", "shortcut": "prices", "frequency": "once_per_visit"},
			{"name": "Buyers from Britain", "type": "advanced", "on": "page.viewed", "match": "all",
				"conditions": [
					{"field": "page.url", "contains": "/pricing"}, {"field": "visitor.country", "is": "GB"}, {"field": "visitor.previous_visits", ">": 2}
				],
				"delay": "60s", "actions": [{"send_message": {"text": "Shall we talk?", "suggested": ["Yes", "No"]}}, {"add_tag": "buyer"}]}
		],
		"destinations": ["crm"]}},
	"agents": {"lea": {}, "tom": {}},
	"destinations": {"crm": {"type": "log"}}
}`

func TestParseTriggers(t *testing.T) {
	t.Parallel()
	d, err := definition.Parse(tree(t, chattyFile))
	if err != nil {
		t.Fatal(err)
	}
	p := d.Properties["acme"]
	condition := func(field, operator, value string) trigger.Condition {
		return trigger.Condition{Field: field, Operator: operator, Value: json.RawMessage(value)}
	}
	second := hours.Duration(time.Second)
	want := []trigger.Trigger{
		{
			Name: "Welcome message", Type: trigger.Site, Delay: 5 * second, Message: "Hello {{visitor.name|there}}",
			Sender: trigger.Sender{Name: "Léa", Image: "https://example.com/lea.png"}, Suggested: []string{"Prices", "Support"},
		},
		{
			Name: "Pricing help", Type: trigger.Page, URL: condition("", "contains", `"/pricing"`), Delay: 20 * second, Shortcut: "prices",
			Frequency: trigger.Frequency{Rule: trigger.OncePerVisit},
		},
		{
			Name: "Buyers from Britain", Type: trigger.Advanced, On: "page.viewed", Match: "all", Delay: 60 * second,
			Conditions: []trigger.Condition{
				condition("page.url", "contains", `"/pricing"`), condition("visitor.country", "is", `"GB"`), condition("visitor.previous_visits", ">", `2`),
			},
			Actions: []trigger.Action{{SendMessage: &trigger.Message{Text: "Shall we talk?", Suggested: []string{"Yes", "No"}}}, {AddTag: "buyer"}},
		},
	}
	if diff := cmp.Diff(want, p.Triggers); diff != "" {
		t.Error(diff)
	}
	ladder := []trigger.Step{
		{After: 30 * second, Actions: []trigger.Action{{SendMessage: &trigger.Message{Text: "Thanks for waiting, we are nearly with you"}}}},
		{After: 120 * second, Actions: []trigger.Action{{InviteAgents: true}}},
		{After: 300 * second, Repeat: true, Actions: []trigger.Action{{ShowForm: trigger.OfflineForm}}},
	}
	if diff := cmp.Diff(ladder, p.Rescue); diff != "" {
		t.Error(diff)
	}
	if p.ClosingSoon.Before != 600*second || p.AutoReplies.Outside != "Closed. Back {{next_open}}" || p.Shortcuts["prices"].Attachments[0].Title != "Prices" || p.Widget.WaitingAtClose != "keep" {
		t.Errorf("%+v", p)
	}
	for _, tr := range p.ActiveTriggers() {
		if _, err := trigger.Compile(tr); err != nil {
			t.Error(err)
		}
	}
	reparse(t, d)
}

// Without the key there is a welcome, and with an empty list there is none, also when they come from the store.
func TestWelcomeByDefault(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{`{}`: 1, `{"triggers": null}`: 1, `{"triggers": []}`: 0} {
		p, err := definition.ParseProperty(tree(t, in))
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var stored definition.Property
		if err := json.Unmarshal(written, &stored); err != nil {
			t.Fatal(err)
		}
		if len(p.ActiveTriggers()) != want || len(stored.ActiveTriggers()) != want {
			t.Errorf("%s: %d, and %d from %s", in, len(p.ActiveTriggers()), len(stored.ActiveTriggers()), written)
		}
	}
}

func TestConfirmationOfForms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{}`: "✓", `{"auto_replies": null}`: "✓", `{"auto_replies": {}}`: "✓", `{"auto_replies": {"form": ""}}`: "",
		`{"auto_replies": {"form": "Thank you, {{visitor.name|and bye}}"}}`: "Thank you, {{visitor.name|and bye}}",
	} {
		p, err := definition.ParseProperty(tree(t, in))
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var stored definition.Property
		if err := json.Unmarshal(written, &stored); err != nil {
			t.Fatal(err)
		}
		if p.AutoReplies.Confirmation() != want || stored.AutoReplies.Confirmation() != want {
			t.Errorf("%s: %q, and %q from %s", in, p.AutoReplies.Confirmation(), stored.AutoReplies.Confirmation(), written)
		}
	}
}

// all are keys of a property of every shape.
const everyKey = `{
	"agents": ["lea"], "departments": {"sales": {"agents": ["tom"]}}, "destinations": ["crm"], "one_proactive_message_per_visit": true,
	"shortcuts": {"all": {"attachments": [{"file": "https://x.example/a.pdf"}, {"form": "callback_form"}, {"image": "http://x.example/a.png"}, {"link": "https://x.example"}]}},
	"rescue": [{"after": "30s", "actions": [{"wait": "5s"}, {"close_chat": true}]}, {"after": "30s", "send_message": {"shortcut": "all"}, "repeat": false}],
	"triggers": [
		{"name": "a", "type": "rescue", "until": "joined", "message": "x", "enabled": false, "expiry": "1h", "delay": 0, "frequency": {"every": "2d"}},
		{"name": "b", "type": "advanced", "on": "visitor.custom", "event": "signed up", "recheck": false, "enabled": true, "shortcut": "all"},
		{"name": "c", "type": "advanced", "on": "chat.idle", "after": "60s", "match": "any",
			"conditions": [{"field": "triggered.a", "is": false}, {"field": "department.sales.status", "is": "online"}, {"field": "chat.department", "in": ["Sales"]},
				{"field": "page.url", "contains": "<&>", "case": "sensitive"}, {"field": "visitor.email", "ends_with": "@acme.example", "verified": true}, {"field": "page.path", "matches": "/.*", "case": "insensitive"}],
			"actions": [{"notify": {"text": "{{visitor.name}}", "agents": ["tom", "lea"]}}, {"notify": {"text": "x", "destination": "crm"}}, {"reassign": true}, {"snooze": "next_opening"}, {"set_department": "sales"}], "count": "open_hours", "when_closed": "drop"},
		{"name": "d", "type": "advanced", "on": "chat.ended",
			"actions": [{"add_note": "x"}, {"replace_note": "{{next_open|soon}}"}, {"remove_tag": "x"}, {"set_name": "x"}, {"hide_widget": true}]},
		{"name": "e", "type": "maximized", "message": "👋", "sender": {"agent": "tom"}}
	],
	"reassign_after": "1m", "sla": {"first_answer": "30m", "warn_before": "10m"}, "closing_soon": {"before": "1d"}, "auto_replies": null
}`

func TestTriggersOfEveryShape(t *testing.T) {
	t.Parallel()
	d, err := definition.Parse(tree(t, `{"properties": {"x": `+everyKey+`}, "agents": {"lea": {}, "tom": {}}, "destinations": {"crm": {"type": "log"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	reparse(t, d)
	p := d.Properties["x"]
	if !p.Triggers[0].Disabled || p.Triggers[1].Disabled || !p.Triggers[1].Unchecked || p.Triggers[2].Unchecked {
		t.Errorf("%+v", p.Triggers)
	}
	if diff := cmp.Diff([]string{"crm"}, p.Notified()); diff != "" {
		t.Error(diff)
	}
	for _, a := range trigger.Actions() {
		found := false
		for _, tr := range p.Triggers {
			for _, action := range tr.Do() {
				found = found || action.Kind() == a.Name
			}
		}
		for _, step := range p.Rescue {
			for _, action := range step.Actions {
				found = found || action.Kind() == a.Name
			}
		}
		if !found && a.Name != "invite_agents" && a.Name != "show_form" && a.Name != "add_tag" {
			t.Errorf("no %s", a.Name)
		}
	}
}

// Each of these has one fault.
func TestTriggersRefused(t *testing.T) {
	t.Parallel()
	one := func(keys string) string { return `{"triggers": [{"name": "x", ` + keys + `}]}` }
	acts := func(action string) string {
		return one(`"type": "advanced", "on": "page.viewed", "actions": [` + action + `]`)
	}
	when := func(condition string) string {
		return one(`"type": "advanced", "on": "page.viewed", "message": "x", "conditions": [` + condition + `]`)
	}
	list := func(n int, item string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(item, "$", fmt.Sprint(i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	for _, c := range []struct{ in, want string }{
		// limits
		{`{"triggers": ` + list(21, `{"name": "x$", "type": "site", "message": "x"}`) + `}`, `/triggers: "21 triggers" are too many; allowed: at most 20`},
		{when(strings.Trim(list(11, `{"field": "page.url", "is": "x"}`), "[]")), `/triggers/0/conditions: "11 conditions" are too many; allowed: at most 10`},
		{acts(strings.Trim(list(6, `{"add_tag": "x"}`), "[]")), `/triggers/0/actions: "6 actions" are too many; allowed: at most 5`},
		{one(`"type": "site", "message": "x", "suggested": ` + list(5, `"$"`)), `/triggers/0/suggested: "5 replies" are too many; allowed: at most 4`},
		{one(`"type": "site", "message": "x", "delay": "24h1s"`), `/triggers/0/delay: "24h1s" does not fit here; allowed: 0s to 1d`},
		{one(`"type": "site", "message": "x", "delay": "soon"`), `/triggers/0/delay: "soon" is not a duration; allowed: a number and a unit (d, h, m, s, ms), such as 30s, 10m, 1h30m or 2d`},
		{one(`"type": "site", "message": "x", "delay": 5`), `/triggers/0/delay: "5" is not a duration`},
		{one(`"type": "site", "message": "x", "expiry": 0`), `/triggers/0/expiry: "0" does not fit here; allowed: 1s to 1d`},
		{one(`"type": "site", "message": "` + strings.Repeat("é", 1001) + `"`), `is not a text of at most 1000 characters; allowed: at most 1000 characters`},
		{`{"triggers": [{"name": "` + strings.Repeat("é", 101) + `", "type": "site", "message": "x"}]}`, `is not a text of at most 100 characters`},
		{`{"rescue": ` + list(11, `{"after": "1m", "invite_agents": true}`) + `}`, `/rescue: "11 steps" are too many; allowed: at most 10`},
		{`{"closing_soon": {"before": "10s"}}`, `/closing_soon/before: "10s" does not fit here; allowed: 1m to 1d`},

		// keys of types
		{one(`"type": "sight", "message": "x"`), `/triggers/0/type: "sight" is not a type of trigger; allowed: site, page, rescue, maximized, advanced`},
		{one(`"type": "site", "message": "x", "url": {"is": "x"}`), `/triggers/0/url: "url" is of no use to type site; allowed: for type page only`},
		{one(`"type": "page", "message": "x"`), `/triggers/0: "url" is missing; allowed: a condition`},
		{one(`"type": "advanced", "message": "x"`), "/triggers/0: \"on\" is missing"},
		{one(`"type": "advanced", "message": "x", "on": "page.vieewd"`), `/triggers/0/on: "page.vieewd" is not an event at which a trigger starts`},
		{one(`"type": "advanced", "message": "x", "on": "chat.idle"`), `/triggers/0: "after" is missing; allowed: a duration, for page.unchanged, chat.unanswered and chat.idle only`},
		{one(`"type": "advanced", "message": "x", "on": "page.viewed", "after": "1m"`), `/triggers/0: "after" is of no use to page.viewed`},
		{one(`"type": "advanced", "message": "x", "on": "visitor.custom"`), `/triggers/0: "event" is missing; allowed: the application's name of its event, for visitor.custom only`},
		{one(`"type": "site"`), `/triggers/0: "message" is missing; allowed: a text, or a shortcut, or (with type advanced) actions`},
		{one(`"type": "advanced", "on": "page.viewed", "message": "x", "actions": [{"add_tag": "x"}]`), `/triggers/0: "x" says several things; allowed: one of message, shortcut and actions`},
		{one(`"type": "advanced", "on": "page.viewed", "suggested": ["x"], "actions": [{"add_tag": "x"}]`), `has no message to suggest replies to`},
		{one(`"type": "site", "message": "x", "frequency": "daily"`), `/triggers/0/frequency: "daily" is not a frequency; allowed: once_per_visitor, once_per_visit, every_time`},
		{one(`"type": "site", "message": "x", "frequency": {"every": "0s"}`), `/triggers/0/frequency/every: "0s" does not fit here`},
		{one(`"type": "site", "message": "x", "enabled": "no"`), `/triggers/0/enabled: "no" is not true or false; allowed: true, false`},
		{one(`"type": "advanced", "on": "page.viewed", "message": "x", "conditions": [{"field": "page.url", "matches": "(?:a?b?){480}x"}]`), `/triggers/0/conditions/0/matches: "(?:a?b?){480}x" is too large a regular expression; allowed: fewer or smaller repetitions: compiled, it may have 500 instructions, and it has 1923`},
		{`{"triggers": ` + list(6, `{"name": "x$", "type": "advanced", "on": "page.viewed", "message": "x", "conditions": [{"field": "page.url", "matches": "(?:a?b?){120}x"}, {"field": "page.path", "matches": "(?:a?b?){120}x"}]}`) + `}`,
			`/triggers/5/conditions/0/matches: "\"(?:a?b?){120}x\"" is more than the regular expressions of a property may be together; allowed: 5000 instructions for all of them`},
		{`{"triggers": [{"type": "site", "message": "x"}]}`, `/triggers/0: "name" is missing; allowed: text`},
		{`{"triggers": [{"name": "x", "type": "site", "message": "x"}, {"name": "x", "type": "site", "message": "x"}]}`, `/triggers/1/name: "x" is the name of /triggers/0 already; allowed: a name of its own`},

		// texts
		{one(`"type": "site", "message": "Hi {{visitor.nam}}"`), `/triggers/0/message: "visitor.nam" is not a placeholder (at byte 3); allowed: visitor.name, agent.name, property.name, department, next_open, page.title (did you mean "visitor.name"?)`},
		{one(`"type": "site", "message": "{{closes_at}}"`), `/triggers/0/message: "closes_at" is not a placeholder`},
		{`{"auto_replies": {"outside": "{{next_open"}}`, `/auto_replies/outside: "{{next_open" is not closed`},
		{`{"closing_soon": {"before": "10m", "message": "{{closes}}"}}`, `/closing_soon/message: "closes" is not a placeholder; allowed: visitor.name, agent.name, property.name, department, next_open, page.title, closes_at`},
		{acts(`{"add_note": "}}"}`), `/triggers/0/actions/0/add_note: "}}" closes no placeholder`},
		{one(`"type": "site", "message": "x", "sender": {"name": "{{agent.name|Bot}}"}`),
			`/triggers/0/sender/name: "{{agent.name|Bot}}" holds a placeholder; allowed: no placeholders here: they are filled in texts of messages, notes and notices`},
		{one(`"type": "site", "message": "x", "suggested": ["{{foo}}"]`), `/triggers/0/suggested/0: "{{foo}}" holds a placeholder`},
		{acts(`{"set_name": "{{bar}}"}`), `/triggers/0/actions/0/set_name: "{{bar}}" holds a placeholder`},
		{acts(`{"add_tag": "{{department}}"}`), `/triggers/0/actions/0/add_tag: "{{department}}" holds a placeholder`},
		{acts(`{"remove_tag": "a {{department}}"}`), `/triggers/0/actions/0/remove_tag: "a {{department}}" holds a placeholder`},
		{`{"shortcuts": {"x": {"attachments": [{"link": "https://x.example", "title": "{{page.title}}"}]}}}`, `/shortcuts/x/attachments/0/title: "{{page.title}}" holds a placeholder`},
		{`{"widget": {"message": "back {{next_open}}"}}`, `/widget/message: "back {{next_open}}" holds a placeholder`},
		{`{"name": "{{property.name}}"}`, `/name: "{{property.name}}" holds a placeholder`},

		// conditions
		{when(`{"field": "visitor.previous_visits", "contains": "2"}`), `/triggers/0/conditions/0/contains: "contains" is not for visitor.previous_visits, which is of the kind number; allowed: is, is_not, <, <=, >, >=, between, in, not_in, exists, not_exists`},
		{when(`{"field": "page.ulr", "is": "x"}`), `(did you mean "page.url"?)`},
		{when(`{"field": "page.url", "matches": "("}`), `/triggers/0/conditions/0/matches: "(" is not a regular expression: missing closing )`},
		{when(`{"field": "page.url"}`), `/triggers/0/conditions/0: "condition" has not one operator`},
		{when(`{"field": "page.url", "is": "x", "contains": "y"}`), `/triggers/0/conditions/0: "condition" has not one operator`},
		{when(`{"field": "page.url", "equals": "x"}`), `/triggers/0/conditions/0/equals: "equals" is not a key of a condition; allowed: field, is, is_not,`},
		{when(`{"is": "x"}`), `/triggers/0/conditions/0: "field" is missing`},
		{one(`"type": "page", "message": "x", "url": {"<": 1}`), `/triggers/0/url/<: "<" is not a key of a condition`},
		{one(`"type": "page", "message": "x", "url": "/pricing"`), `/triggers/0/url: "" is not a map; allowed: the keys is, is_not, in,`},

		// actions
		{acts(`{}`), `/triggers/0/actions/0: "{…}" is not one action; allowed: one of send_message, wait,`},
		{acts(`{"add_tag": "x", "reassign": true}`), `/triggers/0/actions/0: "{…}" is not one action`},
		{acts(`{"ad_tag": "x"}`), `/triggers/0/actions/0/ad_tag: "ad_tag" is not a key of an action; allowed: send_message, wait,`},
		{acts(`{"reassign": false}`), `/triggers/0/actions/0/reassign: "false" says nothing; allowed: true, or no such key`},
		{acts(`{"send_message": {}}`), `/triggers/0/actions/0/send_message: "message" says nothing, or two things; allowed: either text or shortcut`},
		{acts(`{"send_message": ""}`), `/triggers/0/actions/0/send_message: "" is empty; allowed: a text`},
		{acts(`{"wait": "0s"}`), `/triggers/0/actions/0/wait: "0s" does not fit here; allowed: 1s to 1d`},
		{acts(`{"show_form": "online"}`), `/triggers/0/actions/0/show_form: "online" is not a form; allowed: offline_form, contact_form, callback_form`},
		{acts(`{"notify": {"agents": []}}`), `/triggers/0/actions/0/notify: "text" is missing`},
		{`{"rescue": [{"after": "1m"}]}`, "/rescue/0: \"0 actions\" stand in this step; allowed: one action (of send_message,"},
		{`{"rescue": [{"after": "1m", "reassign": true, "add_tag": "x"}]}`, `/rescue/0: "2 actions" stand in this step`},
		{`{"rescue": [{"after": "1m", "reassign": true, "actions": [{"add_tag": "x"}]}]}`, `/rescue/0: "1 actions" stand in this step`},
		{`{"rescue": [{"reassign": true}]}`, `/rescue/0: "after" is missing; allowed: duration`},
		{`{"rescue": [{"after": "2m", "reassign": true}, {"after": "1m", "reassign": true}]}`, `/rescue/1/after: "1m" comes before the step above; allowed: steps in the order of their times`},
		{`{"shortcuts": {"x": {}}}`, `/shortcuts/x: "text" is missing; allowed: a text, or attachments`},
		{`{"shortcuts": {"x": {"attachments": [{"link": "https://x.example", "form": "contact_form"}]}}}`, `/shortcuts/x/attachments/0: "attachment" is not one thing; allowed: one of file, form, image and link`},
		{`{"shortcuts": {"x": {"attachments": [{"link": "javascript:alert(1)"}]}}}`, `/shortcuts/x/attachments/0/link: "javascript:alert(1)" is not a URL of the web`},
		{`{"widget": {"waiting_at_close": "drop"}}`, `/widget/waiting_at_close: "drop" is not what becomes of who waits at close; allowed: keep, reply, message`},
		{`{"one_proactive_message_per_visit": 1}`, `/one_proactive_message_per_visit: "1" is not true or false`},

		// time within hours
		{one(`"type": "site", "message": "x", "count": "open_hour"`), `/triggers/0/count: "open_hour" is not a way to count; allowed: elapsed, open_hours (did you mean "open_hours"?)`},
		{one(`"type": "site", "message": "x", "when_closed": "defers"`), `/triggers/0/when_closed: "defers" is not what becomes of it while it is closed; allowed: drop, defer (did you mean "defer"?)`},
		{one(`"type": "rescue", "message": "x", "while_chatting": true`), `/triggers/0/while_chatting: "true" is of no use to a trigger that starts at chat.requested with type rescue: no chat holds it back; allowed: a trigger of type site or page`},
		{one(`"type": "advanced", "on": "chat.ended", "message": "x", "while_chatting": true`), `/triggers/0/while_chatting: "true" is of no use to a trigger that starts at chat.ended`},
		{one(`"type": "site", "message": "x", "while_chating": true`), `(did you mean "while_chatting"?)`},
		{`{"rescue": [{"after": "4h", "count": "hours", "reassign": true}]}`, `/rescue/0/count: "hours" is not a way to count; allowed: elapsed, open_hours`},
		{`{"rescue": [{"after": "4h", "cuont": "open_hours", "reassign": true}]}`, `/rescue/0/cuont: "cuont" is not a key of a step; allowed: after, repeat, actions, count, when_closed,`},
		{`{"rescue": [{"after": "4h", "snooze": "next_openin"}]}`, `/rescue/0/snooze: "next_openin" is not an end of a snooze; allowed: next_opening (did you mean "next_opening"?)`},
		{`{"rescue": [{"after": "4h", "snooze": true}]}`, `/rescue/0/snooze: "true" is not an end of a snooze; allowed: next_opening`},
		{acts(`{"snooze": "next_opening"}`), `/triggers/0/actions/0/snooze: "next_opening" is for chats, and page.viewed belongs to none; allowed: a trigger that starts at an event of a chat`},
		{`{"sla": {"first_answer": "30m"}}`, `/sla: "warn_before" is missing; allowed: duration`},
		{`{"sla": {"warn_before": "10m"}}`, `/sla: "first_answer" is missing; allowed: duration`},
		{`{"sla": {"first_answer": "30m", "warn_before": "30m"}}`, `/sla/warn_before: "30m" is no shorter than first_answer; allowed: less than 30m`},
		{`{"sla": {"first_answer": "30s", "warn_before": "10s"}}`, `/sla/first_answer: "30s" does not fit here; allowed: 1m to 30d`},
		{`{"sla": {"first_anwser": "30m", "first_answer": "30m", "warn_before": "10m"}}`, `/sla/first_anwser: "first_anwser" is not a key of an sla; allowed: first_answer, warn_before (did you mean "first_answer"?)`},

		// names
		{one(`"type": "site", "shortcut": "price"`), `/triggers/0/shortcut: "price" is not a shortcut of the property; allowed: none: the property defines no such thing`},
		{`{"shortcuts": {"prices": {"text": "x"}}, "rescue": [{"after": "1m", "actions": [{"send_message": {"shortcut": "price"}}]}]}`,
			`/rescue/0/actions/0/send_message/shortcut: "price" is not a shortcut of the property; allowed: prices (did you mean "prices"?)`},
		{acts(`{"set_department": "sales"}`), `/triggers/0/actions/0/set_department: "sales" is not a department of the property`},
		{acts(`{"notify": {"text": "x", "agents": ["lea"]}}`), `/triggers/0/actions/0/notify/agents/0: "lea" is not an agent of the property`},
		{`{"destinations": ["crm"], ` + acts(`{"notify": {"text": "x", "destination": "cmr"}}`)[1:], `/triggers/0/actions/0/notify/destination: "cmr" is not a destination of the property; allowed: crm`},
		{when(`{"field": "triggered.y", "is": true}`), `/triggers/0/conditions/0/field: "y" is not a trigger of the property; allowed: x`},
		{when(`{"field": "department.sales.status", "is": "online"}`), `/triggers/0/conditions/0/field: "sales" is not a department of the property`},
		{when(`{"field": "chat.department", "in": ["sales"]}`), `/triggers/0/conditions/0/in: "sales" is not a department of the property`},
	} {
		_, err := definition.ParseProperty(tree(t, c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.300s\n got %v\nwant %s", c.in, err, c.want)
		}
	}
	_, err := definition.Parse(tree(t, `{"properties": {"a": `+acts(`{"notify": {"text": "x", "destination": "crm"}}`)+`}}`))
	if want := `/properties/a/triggers/0/actions/0/notify/destination: "crm" is not the name of a destination; allowed: none: the file defines no such thing`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Faults of a trigger come together.
func TestTriggersAnswerEveryFault(t *testing.T) {
	t.Parallel()
	_, err := definition.ParseProperty(tree(t, `{"triggers": [{"name": "x", "type": "advanced", "on": "x", "url": {"is": ""}, "message": "{{x}} }}", "shortcut": "none",
		"conditions": [{"field": "x", "is": 1}, {"field": "page.url", "<": 1}], "actions": [{"x": 1}, {"set_department": "none"}]}]}`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, path := range []string{
		"/on:", "/url/is:", "/url:", "/message: \"x\"", "/message: \"}}\"", "/shortcut:", "/conditions/0/field:", "/conditions/1/<:", "/actions/0/x:", "/actions/1/set_department:",
	} {
		if !strings.Contains(err.Error(), "/triggers/0"+path) {
			t.Errorf("nothing of %s in\n%v", path, err)
		}
	}
}

// The schema of each key accepts what Parse accepts.
func TestSchemaOfTriggersAgreesWithParse(t *testing.T) {
	t.Parallel()
	s := schema(t)
	if err := s.Validate(tree(t, chattyFile)); err != nil {
		t.Error(err)
	}
	if err := s.Validate(tree(t, `{"properties": {"x": `+everyKey+`}}`)); err != nil {
		t.Error(err)
	}
	for _, refused := range []string{
		`{"triggers": {}}`, `{"triggers": [{"name": "x"}]}`, `{"triggers": [{"name": "x", "type": "page", "message": "x"}]}`,
		`{"triggers": [{"name": "x", "type": "site", "message": "x", "on": "page.viewed"}]}`, `{"triggers": [{"name": "x", "type": "site", "message": "x", "delay": 5}]}`,
		`{"triggers": [{"name": "x", "type": "advanced", "on": "chat.idle", "after": "1m", "message": "x", "conditions": [{"field": "visitor.previous_visits", "contains": "x"}]}]}`,
		`{"triggers": [{"name": "x", "type": "advanced", "on": "chat.ended", "message": "x", "conditions": [{"field": "page.url", "is": "x", "in": ["x"]}]}]}`,
		`{"triggers": [{"name": "x", "type": "advanced", "on": "chat.ended", "message": "x", "conditions": [{"field": "pages.url", "is": "x"}]}]}`,
		`{"triggers": [{"name": "x", "type": "advanced", "on": "chat.ended", "actions": [{"add_tag": "x", "reassign": true}]}]}`,
		`{"triggers": [{"name": "x", "type": "site", "message": "x", "frequency": {"every": 1}}]}`, `{"rescue": [{"reassign": true}]}`, `{"closing_soon": {}}`,
		`{"widget": {"message": "back {{next_open}}"}}`, `{"triggers": [{"name": "x", "type": "site", "message": "x", "suggested": ["{{x}}"]}]}`,
		`{"shortcuts": {"a b": {"text": "x"}}}`, `{"widget": {"waiting_at_close": "x"}}`, `{"auto_replies": {"before": "x"}}`,
	} {
		file := tree(t, `{"properties": {"x": `+refused+`}}`)
		if _, err := definition.Parse(file); err == nil {
			t.Errorf("Parse accepts %s", refused)
		}
		if err := s.Validate(file); err == nil {
			t.Errorf("the schema accepts %s", refused)
		}
	}
}

// TestEveryLimitAtOnce: each of the limits is named, and all of them in one answer.
func TestEveryLimitAtOnce(t *testing.T) {
	t.Parallel()
	list := func(n int, item string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(item, "$", fmt.Sprint(i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	const site = `{"name": "T$", "type": "site", "message": "x"}`
	_, err := definition.ParseProperty(tree(t, `{
		"shortcuts": {"s": {"attachments": `+list(11, `{"link": "https://x.example/$"}`)+`}},
		"rescue": [{"after": "25h", "actions": `+list(6, `{"add_tag": "x"}`)+`}],
		"auto_replies": {"outside": "`+strings.Repeat("x", 1001)+`"},
		"triggers": [{"name": "`+strings.Repeat("n", 101)+`", "type": "advanced", "on": "chat.idle", "after": "25h", "delay": "25h", "expiry": "25h",
			"conditions": `+list(11, `{"field": "page.url", "is": "$"}`)+`,
			"actions": [{"wait": "25h"}, {"send_message": {"text": "x", "suggested": `+list(5, `"$"`)+`}}, {"add_tag": "`+strings.Repeat("t", 101)+`"},
				{"add_note": "`+strings.Repeat("x", 1001)+`"}, {"reassign": true}, {"reassign": true}]},
			`+strings.Trim(list(20, site), "[]")+`]}`))
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, want := range []string{
		`/triggers: "21 triggers" are too many; allowed: at most 20`,
		`/triggers/0/conditions: "11 conditions" are too many; allowed: at most 10`,
		`/triggers/0/actions: "6 actions" are too many; allowed: at most 5`,
		`/triggers/0/actions/1/send_message/suggested: "5 replies" are too many; allowed: at most 4`,
		`/triggers/0/delay: "25h" does not fit here; allowed: 0s to 1d`,
		`/triggers/0/after: "25h" does not fit here; allowed: 1s to 1d`,
		`/triggers/0/expiry: "25h" does not fit here; allowed: 1s to 1d`,
		`/triggers/0/actions/0/wait: "25h" does not fit here; allowed: 1s to 1d`,
		`/triggers/0/name: `, `/triggers/0/actions/2/add_tag: `, `/triggers/0/actions/3/add_note: `, `/auto_replies/outside: `,
		`/rescue/0/after: "25h" does not fit here; allowed: 1s to 1d`,
		`/rescue/0/actions: "6 actions" are too many; allowed: at most 5`,
		`/shortcuts/s/attachments: "11 attachments" are too many; allowed: at most 10`,
	} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestAFormHasTheNameThatEventsGiveItToo(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"offline", "contact"} {
		write := func(name string) *definition.Property {
			d, err := definition.Parse(tree(t, `{"properties": {"a": {"widget": {"outside_hours": "`+name+`"},
				"shortcuts": {"s": {"text": "x", "attachments": [{"form": "`+name+`"}]}},
				"rescue": [{"after": "1m", "show_form": "`+name+`"}]}}}`))
			if err != nil {
				t.Fatal(err)
			}
			return d.Properties["a"]
		}
		if diff := cmp.Diff(write(form+"_form"), write(form)); diff != "" {
			t.Error(diff)
		}
	}
	_, err := definition.Parse(tree(t, `{"properties": {"a": {"widget": {"outside_hours": "callback"}}}}`))
	if err == nil || !strings.Contains(err.Error(), `"callback" is not what a widget shows outside hours`) {
		t.Errorf("a face that is none: %v", err)
	}
}

// Conditions that can never hold are taken, and warned of at their place.
func TestConditionsThatCanNeverHoldAreWarnedOf(t *testing.T) {
	t.Parallel()
	_, warnings, err := definition.InspectProperty(tree(t, `{"triggers": [
		{"name": "Products", "type": "page", "url": {"is": "https://acme.example/products/*"}, "message": "Hi"},
		{"name": "Bare", "type": "advanced", "on": "page.viewed", "message": "Hi", "conditions": [
			{"field": "page.url", "in": ["https://acme.example/a", "acme.example/b"]},
			{"field": "pages_viewed", "between": [-3, -1]},
			{"field": "page.path", "starts_with": "/a"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, w := range warnings {
		paths = append(paths, w.Path)
	}
	want := []string{"/triggers/0/url/is", "/triggers/1/conditions/0/in/1", "/triggers/1/conditions/1/between"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("%s\n%s", diff, warnings.Error())
	}
}

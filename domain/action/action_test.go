package action_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/action"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// examples are actions of every type, by the file that shows each on the wire.
func examples(t testing.TB) map[string]action.Action {
	t.Helper()
	start, end, monday := instant(t, "2026-11-20T09:00:00Z"), instant(t, "2026-11-20T17:00:00Z"), instant(t, "2026-11-23T09:00:00Z")
	offline, away := "offline", "away"
	atStart, atEnd, edited := action.Cause{Boundary: start}, action.Cause{Boundary: end}, action.Cause{Edit: 1764000000000123}
	paris := time.FixedZone("CET", 3600)
	all := map[string]action.Action{
		"widget.state_changed.json": {
			ID: action.ID(action.WidgetStateChanged, "acme", atStart), Type: action.WidgetStateChanged, Time: start.Add(12345678).In(paris),
			Data: action.State{
				Property: "acme", Previous: "offline", Status: "online", Mode: "chat", NewChats: true, Reason: "weekly",
				Since: start, Until: &end, Next: &offline, NextOpen: &monday, Version: 42, Cause: atStart,
			},
		},
		"widget.state_changed.lost.json": {
			ID: action.ID(action.WidgetStateChanged, "acme", action.Cause{Lost: 1795165200000001}), Type: action.WidgetStateChanged, Time: start,
			Data: action.State{
				Property: "acme", Previous: "offline", Status: "offline", Mode: "message", Reason: "override", Since: start, Version: 1795165200000002,
				Cause: action.Cause{Lost: 1795165200000001},
			},
		},
		"widget.state_changed.new.json": {
			ID: action.ID(action.WidgetStateChanged, "acme", edited), Type: action.WidgetStateChanged, Time: start,
			Data: action.State{
				Property: "acme", Status: "offline", Mode: "message", Message: "Gone for ever", Reason: "weekly", Since: start, Version: 1, Cause: edited,
			},
		},
		"department.state_changed.json": {
			ID: action.ID(action.DepartmentStateChanged, "acme:sales", atStart), Type: action.DepartmentStateChanged, Time: start,
			Data: action.State{
				Property: "acme", Department: "sales", Previous: "offline", Status: "online", Mode: "chat", NewChats: true, Reason: "weekly",
				Since: start, Until: &end, Next: &away, NextOpen: &monday, Version: 7, Cause: atStart,
			},
		},
		"agent.status_changed.json": {
			ID: action.ID(action.AgentStatusChanged, "lea", atStart), Type: action.AgentStatusChanged, Time: start,
			Data: action.AgentStatus{
				Agent: "lea", Previous: "offline", Status: "online", Reason: "weekly", Since: start, Until: &end, Next: &offline, Version: 3, Cause: atStart,
			},
		},
		"agent.status_changed.new.json": {
			ID: action.ID(action.AgentStatusChanged, "lea", edited), Type: action.AgentStatusChanged, Time: start,
			Data: action.AgentStatus{Agent: "lea", Status: "online", Reason: "always", Since: start, Version: 1, Cause: edited},
		},
		"agent.status_changed.properties.json": {
			ID: action.ID(action.AgentStatusChanged, "tom", atStart), Type: action.AgentStatusChanged, Time: start,
			Data: action.AgentStatus{
				Agent: "tom", Previous: "offline", Status: "online", Reason: "weekly", Since: start, Until: &end, Next: &offline, Version: 3, Cause: atStart,
				Properties: []string{"acme", "beta"},
			},
		},
		"agent.notify.properties.json": {
			ID: action.ID(action.AgentNotify, "tom:closing_soon:acme", atEnd), Type: action.AgentNotify, Time: end.Add(-10 * time.Minute),
			Data: action.Notice{
				Agent: "tom", Kind: "closing_soon", Reason: "hours_end_soon", Until: &end, Cause: action.Cause{Boundary: end.Add(-10 * time.Minute)},
				Property: "acme", Properties: []string{"acme"},
			},
		},
		"agent.notify.trigger.json": {
			ID: action.VisitorID(action.AgentNotify, "acme", "v1", "Look"), Type: action.AgentNotify, Time: end,
			Data: action.Visitor{
				Property: "acme", Visitor: "v1", Trigger: "Look", Reason: "matched", Cause: action.Cause{Event: "e-18"}, Kind: action.KindTrigger, Text: "Look!",
				Agents: []string{"lea"}, Properties: []string{"acme"},
			},
		},
		"agent.notify.slow_chat.json": {
			ID: action.VisitorID(action.AgentNotify, "acme", "v1", "slow"), Type: action.AgentNotify, Time: end,
			Data: action.Visitor{
				Property: "acme", Visitor: "v1", Chat: "c1", Rule: "helpers", Reason: "unanswered", Cause: action.Cause{Event: "e-18"}, Kind: "slow_chat",
				Text: "A visitor waits", Department: "sales", Agents: []string{"eva"}, Properties: []string{"acme"},
			},
		},
		"agent.notify.shift_end.json": {
			ID: action.VisitorID(action.AgentNotify, "acme", "v1", "end"), Type: action.AgentNotify, Time: end,
			Data: action.Visitor{
				Property: "acme", Visitor: "v1", Chat: "c1", Rule: "shift_end", Reason: "shift_end", Cause: atEnd, Kind: "shift_end",
				Text: "It is open", Agents: []string{"lea", "tom"}, Previous: "lea", Properties: []string{"acme"},
			},
		},
		"agents.invite.helpers.json": {
			ID: action.VisitorID(action.AgentsInvite, "acme", "v1", "slow"), Type: action.AgentsInvite, Time: end,
			Data: action.Visitor{
				Property: "acme", Visitor: "v1", Chat: "c1", Rule: "helpers", Reason: "unanswered", Cause: action.Cause{Event: "e-18"}, Agents: []string{"eva", "zoe"},
			},
		},
		"chat.reassign.agent.json": {
			ID: action.VisitorID(action.ChatReassign, "acme", "v1", "end"), Type: action.ChatReassign, Time: end,
			Data: action.Visitor{
				Property: "acme", Visitor: "v1", Chat: "c1", Rule: "shift_end", Reason: "shift_end", Cause: atEnd, Agent: "tom", Previous: "lea",
			},
		},
		"agent.notify.json": {
			ID: action.ID(action.AgentNotify, "lea:hours_ended", atEnd), Type: action.AgentNotify, Time: end,
			Data: action.Notice{Agent: "lea", Name: "Léa", Kind: "hours_ended", Reason: "weekly", Until: &monday, Cause: atEnd},
		},
		"agent.notify.last.json": {
			ID: action.ID(action.AgentNotify, "lea:hours_ended", atEnd), Type: action.AgentNotify, Time: end,
			Data: action.Notice{Agent: "lea", Kind: "hours_ended", Cause: atEnd},
		},
		"agent.notify.closing.json": {
			ID: action.ID(action.AgentNotify, "lea:closing_soon:acme", atEnd), Type: action.AgentNotify, Time: end.Add(-10 * time.Minute),
			Data: action.Notice{
				Agent: "lea", Name: "Léa", Kind: "closing_soon", Reason: "hours_end_soon", Until: &end,
				Cause: action.Cause{Boundary: end.Add(-10 * time.Minute)}, Property: "acme", Department: "sales",
			},
		},
		"agent.notify.digest.json": {
			ID: action.ID(action.AgentNotify, "lea:digest_opened:acme", atStart), Type: action.AgentNotify, Time: start,
			Data: action.Notice{Agent: "lea", Name: "Léa", Kind: "digest_opened", Reason: "weekly", Cause: atStart, Property: "acme", Text: "1 form came in"},
		},
		"agent.notify.destination.json": {
			ID: action.VisitorID(action.AgentNotify, "acme", "v1", "CRM"), Type: action.AgentNotify, Time: end,
			Data: action.Visitor{Property: "acme", Visitor: "v1", Trigger: "CRM", Reason: "matched", Cause: action.Cause{Event: "e-17"}, Kind: action.KindTrigger, Text: "Look!", Destination: "crm"},
		},
		"digest.opened.json": {
			ID: action.ID(action.DigestOpened, "acme", atStart), Type: action.DigestOpened, Time: start,
			Data: action.Digest{
				Property: "acme", Reason: "weekly", Forms: action.Items{Count: 1, IDs: []string{"e-4"}}, Chats: action.Items{IDs: []string{}},
				Messages: action.Items{Count: 2, IDs: []string{"e-5", "e-6"}}, Cause: atStart,
			},
		},
	}
	for kind, data := range visitorExamples(start) {
		data.Property, data.Visitor = "acme", "v1"
		all[string(kind)+".json"] = action.Action{ID: action.VisitorID(kind, "acme", "v1", data.Trigger+data.Rule), Type: kind, Time: end, Data: data}
	}
	return all
}

// visitorExamples are the data of actions for a visitor; between them they have every
// field.
func visitorExamples(at time.Time) map[action.Type]action.Visitor {
	by := func(trigger string) action.Visitor {
		return action.Visitor{Visit: "s1", Chat: "c1", Trigger: trigger, Reason: "matched", Cause: action.Cause{Event: "e-17"}}
	}
	with := func(change func(*action.Visitor)) action.Visitor {
		v := by("Buyers")
		change(&v)
		return v
	}
	return map[action.Type]action.Visitor{
		action.MessageSend: with(func(v *action.Visitor) {
			v.Text, v.Suggested, v.Sender = "Shall we talk?", []string{"Yes", "No"}, action.Sender{Name: "Léa", Image: "https://example.com/lea.png"}
			v.Attachments = []action.Attachment{{Link: "https://example.com/prices", Title: "Prices"}, {File: "https://example.com/a.pdf"}, {Image: "https://example.com/a.png"}, {Form: "contact_form"}}
			v.Departments = []action.Choice{{ID: "sales", Name: "Sales"}}
		}),
		action.NoteAdd:              with(func(v *action.Visitor) { v.Text = "looks at prices" }),
		action.NoteReplace:          with(func(v *action.Visitor) { v.Text = "has bought" }),
		action.TagAdd:               with(func(v *action.Visitor) { v.Tag = "buyer" }),
		action.TagRemove:            with(func(v *action.Visitor) { v.Tag = "new" }),
		action.VisitorSetName:       with(func(v *action.Visitor) { v.Name = "Ada" }),
		action.VisitorSetDepartment: with(func(v *action.Visitor) { v.Department = "sales" }),
		action.WidgetHide:           by("Buyers"),
		action.FormShow:             with(func(v *action.Visitor) { v.Form = "offline_form" }),
		action.AgentsInvite:         by("Buyers"),
		action.ChatReassign:         by("Buyers"),
		action.ChatSnooze:           with(func(v *action.Visitor) { v.Until = at }),
		action.ChatClose:            by("Buyers"),
		action.ChatSLAWarning: with(func(v *action.Visitor) {
			v.Trigger, v.Rule, v.Reason, v.Department, v.Due = "", "sla", "unanswered", "sales", at
		}),
		action.TicketCreate: with(func(v *action.Visitor) {
			v.Trigger, v.Rule, v.Cause = "", "waiting_at_close", action.Cause{Boundary: at}
			v.Ticket = &action.Ticket{Form: "offline", Fields: map[string]any{"name": "Ada"}, Page: "https://example.com/", WaitingSince: at}
		}),
	}
}

// TestWireForm holds the JSON of actions against files that are never edited:
// receivers know actions like these, and outboxes hold them. A new form gets a new
// folder.
func TestWireForm(t *testing.T) {
	t.Parallel()
	var shown []action.Type
	for file, a := range examples(t) {
		shown = append(shown, a.Type)
		golden, err := os.ReadFile("testdata/v1/" + file)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.MarshalIndent(a, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(golden), string(encoded)+"\n"); diff != "" {
			t.Errorf("%s encodes otherwise (-want +got):\n%s", file, diff)
		}
		if diff := cmp.Diff(sent(a), decode(t, golden)); diff != "" {
			t.Errorf("%s decodes otherwise (-want +got):\n%s", file, diff)
		}
	}
	for _, kind := range action.Types() {
		if !slices.Contains(shown, kind) {
			t.Errorf("no file shows a %s", kind)
		}
	}
}

// sent is an action as its receiver has it: times on the wire have milliseconds, in
// UTC.
func sent(a action.Action) action.Action {
	a.Time = a.Time.UTC().Truncate(time.Millisecond)
	return a
}

// decode reads an action and its data.
func decode(t *testing.T, body []byte) action.Action {
	t.Helper()
	var a action.Action
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	raw, ok := a.Data.(json.RawMessage)
	if !ok {
		t.Fatalf("the data of a decoded action are %T", a.Data)
	}
	switch a.Type {
	case action.WidgetStateChanged, action.DepartmentStateChanged:
		a.Data = strictly[action.State](t, raw)
	case action.AgentStatusChanged:
		a.Data = strictly[action.AgentStatus](t, raw)
	case action.AgentNotify:
		if bytes.Contains(raw, []byte(`"visitor": `)) {
			a.Data = strictly[action.Visitor](t, raw)
		} else {
			a.Data = strictly[action.Notice](t, raw)
		}
	case action.DigestOpened:
		a.Data = strictly[action.Digest](t, raw)
	default:
		a.Data = strictly[action.Visitor](t, raw)
	}
	return a
}

// strictly decodes, and faults a field that has gone.
func strictly[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var data T
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&data); err != nil {
		t.Errorf("%v in %s", err, raw)
	}
	return data
}

func TestADecodedActionIsEncodedAsItWas(t *testing.T) {
	t.Parallel()
	for file, a := range examples(t) {
		first, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var decoded action.Action
		if err := json.Unmarshal(first, &decoded); err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(decoded)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), string(second)); diff != "" {
			t.Errorf("%s (-first +second):\n%s", file, diff)
		}
	}
}

func TestWhatIsNoActionIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `[]`, `{"time":"yesterday"}`, `{"id":7}`} {
		before := action.Action{ID: "kept"}
		if err := json.Unmarshal([]byte(body), &before); err == nil || before.ID != "kept" {
			t.Errorf("%q: got %v and %+v", body, err, before)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	boundary := instant(t, "2026-11-20T09:00:00Z")
	tests := []struct {
		name    string
		kind    action.Type
		subject string
		cause   action.Cause
		want    string
	}{
		{"by a boundary", action.WidgetStateChanged, "acme", action.Cause{Boundary: boundary}, "widget.state_changed:acme:1795165200"},
		{"twice", action.WidgetStateChanged, "acme", action.Cause{Boundary: boundary}, "widget.state_changed:acme:1795165200"},
		{"read in another zone", action.WidgetStateChanged, "acme", action.Cause{Boundary: boundary.In(time.FixedZone("", 3600))}, "widget.state_changed:acme:1795165200"},
		{"a boundary beats the revision", action.WidgetStateChanged, "acme", action.Cause{Boundary: boundary, Edit: 7}, "widget.state_changed:acme:1795165200"},
		{"by an edit", action.WidgetStateChanged, "acme", action.Cause{Edit: 1795165200}, "widget.state_changed:acme:e1795165200"},
		{"of a department", action.DepartmentStateChanged, "acme:sales", action.Cause{Boundary: boundary}, "department.state_changed:acme:sales:1795165200"},
		{"of an agent", action.AgentStatusChanged, "lea", action.Cause{Boundary: boundary}, "agent.status_changed:lea:1795165200"},
		{"a notice", action.AgentNotify, "lea:hours_started", action.Cause{Boundary: boundary}, "agent.notify:lea:hours_started:1795165200"},
	}
	for _, tt := range tests {
		if got := action.ID(tt.kind, tt.subject, tt.cause); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestIDsAreDifferentWhereTheirCausesAre(t *testing.T) {
	t.Parallel()
	type origin struct {
		kind    action.Type
		subject string
		at      int64
		edit    bool
	}
	draw := rapid.Custom(func(r *rapid.T) origin {
		return origin{
			rapid.SampledFrom(action.Types()).Draw(r, "type"),
			rapid.StringMatching(`[ae1]{1,2}(:[ae1]{1,2})?`).Draw(r, "subject"),
			rapid.Int64Range(1, 20).Draw(r, "at"),
			rapid.Bool().Draw(r, "edit"),
		}
	})
	id := func(o origin) string {
		if o.edit {
			return action.ID(o.kind, o.subject, action.Cause{Edit: o.at})
		}
		return action.ID(o.kind, o.subject, action.Cause{Boundary: time.Unix(o.at, 0)})
	}
	rapid.Check(t, func(r *rapid.T) {
		a, b := draw.Draw(r, "a"), draw.Draw(r, "b")
		if (a == b) != (id(a) == id(b)) {
			r.Errorf("%+v has %s, %+v has %s", a, id(a), b, id(b))
		}
	})
}

func TestEveryTypeIsDescribed(t *testing.T) {
	t.Parallel()
	described := make(map[string]action.Type)
	for _, kind := range action.Types() {
		if other, twice := described[kind.Doc()]; kind.Doc() == "" || twice {
			t.Errorf("%s is described as %q, as %q is", kind, kind.Doc(), other)
		}
		described[kind.Doc()] = kind
	}
	if doc := action.Type("tea.served").Doc(); doc != "" {
		t.Errorf("an unknown type is described as %q", doc)
	}
}

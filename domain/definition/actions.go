package definition

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// actionKeys are one key for each kind of action, with the doc that package trigger has for it.
func actionKeys() []table.Field[trigger.Action] {
	doc := map[string]string{}
	for _, a := range trigger.Actions() {
		doc[a.Name] = a.Doc
	}
	return []table.Field[trigger.Action]{
		table.Key("send_message", sendKind(), func(a *trigger.Action) **trigger.Message { return &a.SendMessage }, doc["send_message"]),
		table.Key("wait", duration(time.Second, trigger.MostDelay), func(a *trigger.Action) *hours.Duration { return &a.Wait }, doc["wait"]),
		table.Key("add_note", filled(message(trigger.InMessage)), func(a *trigger.Action) *string { return &a.AddNote }, doc["add_note"]),
		table.Key("replace_note", filled(message(trigger.InMessage)), func(a *trigger.Action) *string { return &a.ReplaceNote }, doc["replace_note"]),
		table.Key("add_tag", filled(line(trigger.MostName)), func(a *trigger.Action) *string { return &a.AddTag }, doc["add_tag"]),
		table.Key("remove_tag", filled(line(trigger.MostName)), func(a *trigger.Action) *string { return &a.RemoveTag }, doc["remove_tag"]),
		table.Key("set_name", filled(line(trigger.MostName)), func(a *trigger.Action) *string { return &a.SetName }, doc["set_name"]),
		table.Key("set_department", id("department"), func(a *trigger.Action) *string { return &a.SetDepartment }, doc["set_department"]),
		table.Key("hide_widget", yes(), func(a *trigger.Action) *bool { return &a.HideWidget }, doc["hide_widget"]),
		table.Key("show_form", shownForm("a form", trigger.Forms()...), func(a *trigger.Action) *trigger.Form { return &a.ShowForm }, doc["show_form"]),
		table.Key("invite_agents", yes(), func(a *trigger.Action) *bool { return &a.InviteAgents }, doc["invite_agents"]),
		table.Key("reassign", yes(), func(a *trigger.Action) *bool { return &a.Reassign }, doc["reassign"]),
		table.Key("snooze", snoozeKind(), func(a *trigger.Action) *trigger.Snooze { return &a.Snooze }, doc["snooze"]),
		table.Key("close_chat", yes(), func(a *trigger.Action) *bool { return &a.CloseChat }, doc["close_chat"]),
		table.Key("notify", notifyActionKind(), func(a *trigger.Action) **trigger.Notify { return &a.Notify }, doc["notify"]),
	}
}

// shownForm is one of a few faces of a widget. A form among them may have the name that events give it: they are one form.
func shownForm[F ~string](noun string, faces ...F) table.Kind[F] {
	inEvents := make(map[string]F)
	for _, k := range event.FormKinds() {
		inEvents[string(k)] = F(k.Shown())
	}
	return table.Synonyms(table.OneOf(noun, faces...), inEvents)
}

func actionNames() string {
	var names []string
	for _, a := range trigger.Actions() {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// actionKind is an object with one key.
func actionKind() table.Kind[trigger.Action] {
	k := object("an action", actionKeys(), nil)
	k.Schema["type"], k.Schema["minProperties"], k.Schema["maxProperties"] = "object", 1, 1
	read := k.Read
	k.Read = func(at table.Place, tree any) trigger.Action {
		a := read(at, tree)
		if m, isMap := tree.(map[string]any); (isMap || tree == nil) && len(m) != 1 {
			at.Fault(table.Show(tree), "is not one action", "one of "+actionNames())
		}
		return a
	}
	return k
}

// sendKind is a message in full, or its text alone.
func sendKind() table.Kind[*trigger.Message] {
	alone := table.Then(filled(message(trigger.InMessage)), func(_ table.Place, s string) *trigger.Message { return &trigger.Message{Text: s} })
	full := object("a message", []table.Field[trigger.Message]{
		table.Key("text", message(trigger.InMessage), func(m *trigger.Message) *string { return &m.Text }, "What the visitor gets. May hold placeholders."),
		table.Key("shortcut", id("shortcut"), func(m *trigger.Message) *string { return &m.Shortcut }, "A shortcut to send instead."),
		table.Key("sender", senderKind(), func(m *trigger.Message) *trigger.Sender { return &m.Sender },
			"Whom it seems to come from; the property where there is none."),
		table.Key("suggested", suggested(), func(m *trigger.Message) *[]string { return &m.Suggested }, "Replies for the visitor to choose from."),
	}, func(at table.Place, m *trigger.Message) {
		if (m.Text == "") == (m.Shortcut == "") {
			at.Fault("message", "says nothing, or two things", "either text or shortcut")
		}
	})
	return either(alone, table.Pointer(full))
}

func notifyActionKind() table.Kind[*trigger.Notify] {
	return table.Pointer(object("a notice", []table.Field[trigger.Notify]{
		table.Key("text", filled(message(trigger.InMessage)), func(n *trigger.Notify) *string { return &n.Text }, "What they are told. May hold placeholders.").Mandatory(),
		table.Key("agents", agentIDs(), func(n *trigger.Notify) *[]string { return &n.Agents }, "Those of the property's agents who are told; all where none is listed."),
		table.Key("destination", id("destination"), func(n *trigger.Notify) *string { return &n.Destination }, "A destination that is told instead."),
	}, func(at table.Place, n *trigger.Notify) {
		if len(n.Agents) > 0 && n.Destination != "" {
			at.Fault("notify", "is for agents and for a destination", "one of them; another action for the other")
		}
	}))
}

// stepKind is a step of the rescue ladder. One action stands in it as it is, several in a list.
func stepKind() table.Kind[trigger.Step] {
	type step struct {
		trigger.Step
		one trigger.Action
	}
	list := listOf("actions", trigger.MostActions, actionKind())
	list.Keys = nil // the reference has them under the triggers
	fields := []table.Field[step]{
		table.Key("after", duration(time.Second, trigger.MostDelay), func(s *step) *hours.Duration { return &s.After },
			"How long nobody has answered.").Mandatory(),
		table.Key("repeat", flag(), func(s *step) *bool { return &s.Repeat },
			"Whether it is taken for later messages that nobody answers too, and not for the chat request alone.").ByDefault(false),
		table.Key("actions", list, func(s *step) *[]trigger.Action { return &s.Actions },
			"What is done, in this order. A single action may stand in the step itself, as in `{after: 30s, send_message: …}`."),
	}
	fields = append(fields, timingKeys("`after` and waits", func(s *step) *trigger.Timing { return &s.Timing })...)
	kept := len(fields)
	for _, f := range actionKeys() {
		read := f.Read
		inPlace := func(at table.Place, tree any, into *step) { read(at, tree, &into.one) }
		fields = append(fields, table.Field[step]{Entry: f.Entry, Read: inPlace})
	}
	k := object("a step", fields, nil)
	k.Keys = k.Keys[:kept]
	read := k.Read
	k.Read = func(at table.Place, tree any) step {
		s := read(at, tree)
		m, isMap := tree.(map[string]any)
		inPlace := 0
		for _, f := range fields[kept:] {
			if _, there := m[f.Key]; there {
				inPlace++
			}
		}
		if _, listed := m["actions"]; isMap && (listed == (inPlace > 0) || inPlace > 1 || listed && len(s.Actions) == 0) {
			at.Fault(fmt.Sprintf("%d actions", inPlace), "stand in this step", "one action (of "+actionNames()+"), or several in a list under `actions`")
		}
		return s
	}
	return table.Then(k, func(_ table.Place, s step) trigger.Step {
		if len(s.Actions) == 0 {
			s.Actions = []trigger.Action{s.one}
		}
		return s.Step
	})
}

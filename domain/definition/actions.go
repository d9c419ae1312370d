package definition

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// actionKeys are one key for each kind of action, with the doc that package trigger has for it.
func actionKeys() []field[trigger.Action] {
	doc := map[string]string{}
	for _, a := range trigger.Actions() {
		doc[a.Name] = a.Doc
	}
	return []field[trigger.Action]{
		key("send_message", sendKind(), func(a *trigger.Action) **trigger.Message { return &a.SendMessage }, doc["send_message"]),
		key("wait", duration(time.Second, trigger.MostDelay), func(a *trigger.Action) *hours.Duration { return &a.Wait }, doc["wait"]),
		key("add_note", filled(message(trigger.InMessage)), func(a *trigger.Action) *string { return &a.AddNote }, doc["add_note"]),
		key("replace_note", filled(message(trigger.InMessage)), func(a *trigger.Action) *string { return &a.ReplaceNote }, doc["replace_note"]),
		key("add_tag", filled(text(trigger.MostName)), func(a *trigger.Action) *string { return &a.AddTag }, doc["add_tag"]),
		key("remove_tag", filled(text(trigger.MostName)), func(a *trigger.Action) *string { return &a.RemoveTag }, doc["remove_tag"]),
		key("set_name", filled(text(trigger.MostName)), func(a *trigger.Action) *string { return &a.SetName }, doc["set_name"]),
		key("set_department", id("department"), func(a *trigger.Action) *string { return &a.SetDepartment }, doc["set_department"]),
		key("hide_widget", yes(), func(a *trigger.Action) *bool { return &a.HideWidget }, doc["hide_widget"]),
		key("show_form", oneOf("a form", trigger.Forms()...), func(a *trigger.Action) *trigger.Form { return &a.ShowForm }, doc["show_form"]),
		key("invite_agents", yes(), func(a *trigger.Action) *bool { return &a.InviteAgents }, doc["invite_agents"]),
		key("reassign", yes(), func(a *trigger.Action) *bool { return &a.Reassign }, doc["reassign"]),
		key("close_chat", yes(), func(a *trigger.Action) *bool { return &a.CloseChat }, doc["close_chat"]),
		key("notify", notifyActionKind(), func(a *trigger.Action) **trigger.Notify { return &a.Notify }, doc["notify"]),
	}
}

func actionNames() string {
	var names []string
	for _, a := range trigger.Actions() {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// actionKind is an object with one key.
func actionKind() kind[trigger.Action] {
	k := object("an action", actionKeys(), nil)
	k.schema["type"], k.schema["minProperties"], k.schema["maxProperties"] = "object", 1, 1
	read := k.read
	k.read = func(at place, tree any) trigger.Action {
		a := read(at, tree)
		if m, isMap := tree.(map[string]any); (isMap || tree == nil) && len(m) != 1 {
			at.fault(show(tree), "is not one action", "one of "+actionNames())
		}
		return a
	}
	return k
}

// sendKind is a message in full, or its text alone.
func sendKind() kind[*trigger.Message] {
	alone := then(filled(message(trigger.InMessage)), func(_ place, s string) *trigger.Message { return &trigger.Message{Text: s} })
	full := object("a message", []field[trigger.Message]{
		key("text", message(trigger.InMessage), func(m *trigger.Message) *string { return &m.Text }, "What the visitor gets. May hold placeholders."),
		key("shortcut", id("shortcut"), func(m *trigger.Message) *string { return &m.Shortcut }, "A shortcut to send instead."),
		key("sender", senderKind(), func(m *trigger.Message) *trigger.Sender { return &m.Sender },
			"Whom it seems to come from; the property where there is none."),
		key("suggested", suggested(), func(m *trigger.Message) *[]string { return &m.Suggested }, "Replies for the visitor to choose from."),
	}, func(at place, m *trigger.Message) {
		if (m.Text == "") == (m.Shortcut == "") {
			at.fault("message", "says nothing, or two things", "either text or shortcut")
		}
	})
	return either(alone, pointer(full))
}

func notifyActionKind() kind[*trigger.Notify] {
	return pointer(object("a notice", []field[trigger.Notify]{
		key("text", filled(message(trigger.InMessage)), func(n *trigger.Notify) *string { return &n.Text }, "What they are told. May hold placeholders.").mandatory(),
		key("agents", agentIDs(), func(n *trigger.Notify) *[]string { return &n.Agents }, "Those of the property's agents who are told; all where none is listed."),
		key("destination", id("destination"), func(n *trigger.Notify) *string { return &n.Destination }, "A destination that is told instead."),
	}, func(at place, n *trigger.Notify) {
		if len(n.Agents) > 0 && n.Destination != "" {
			at.fault("notify", "is for agents and for a destination", "one of them; another action for the other")
		}
	}))
}

// stepKind is a step of the rescue ladder. One action stands in it as it is, several in a list.
func stepKind() kind[trigger.Step] {
	type step struct {
		trigger.Step
		one trigger.Action
	}
	list := listOf("actions", trigger.MostActions, actionKind())
	list.keys = nil // the reference has them under the triggers
	fields := []field[step]{
		key("after", duration(time.Second, trigger.MostDelay), func(s *step) *hours.Duration { return &s.After },
			"How long nobody has answered.").mandatory(),
		key("repeat", flag(), func(s *step) *bool { return &s.Repeat },
			"Whether it is taken for later messages that nobody answers too, and not for the chat request alone.").byDefault(false),
		key("actions", list, func(s *step) *[]trigger.Action { return &s.Actions },
			"What is done, in this order. A single action may stand in the step itself, as in `{after: 30s, send_message: …}`."),
	}
	kept := len(fields)
	for _, f := range actionKeys() {
		read := f.read
		fields = append(fields, field[step]{f.entry, func(at place, tree any, into *step) { read(at, tree, &into.one) }})
	}
	k := object("a step", fields, nil)
	k.keys = k.keys[:kept]
	read := k.read
	return then(kind[step]{k.shape, func(at place, tree any) step {
		s := read(at, tree)
		m, isMap := tree.(map[string]any)
		inPlace := 0
		for _, f := range fields[kept:] {
			if _, there := m[f.key]; there {
				inPlace++
			}
		}
		if _, listed := m["actions"]; isMap && (listed == (inPlace > 0) || inPlace > 1 || listed && len(s.Actions) == 0) {
			at.fault(fmt.Sprintf("%d actions", inPlace), "stand in this step", "one action (of "+actionNames()+"), or several in a list under `actions`")
		}
		return s
	}}, func(_ place, s step) trigger.Step {
		if len(s.Actions) == 0 {
			s.Actions = []trigger.Action{s.one}
		}
		return s.Step
	})
}

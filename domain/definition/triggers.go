package definition

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// triggerKeys are the keys of a property about the messages that it sends by itself.
func triggerKeys() []table.Field[Property] {
	return []table.Field[Property]{
		table.Key("shortcuts", mapOf("shortcuts", trigger.MostShortcuts, shortcutKind()),
			func(p *Property) *map[string]trigger.Shortcut { return &p.Shortcuts },
			"Texts by name, with what hangs on them, for triggers to send."),
		table.Key("triggers", explicit(listOf("triggers", trigger.MostTriggers, triggerKind())),
			func(p *Property) *[]trigger.Trigger { return &p.Triggers },
			"Messages that it sends by itself. A welcome where there is no list; nothing with an empty one."),
		table.Key("one_proactive_message_per_visit", flag(), func(p *Property) *bool { return &p.OnePerVisit },
			"Whether a visit gets at most one message from triggers that speak to visitors who have not begun to chat.").ByDefault(false),
		table.Key("rescue", listOf("steps", trigger.MostSteps, stepKind()), func(p *Property) *[]trigger.Step { return &p.Rescue },
			"What is done, step by step, while nobody answers a chat. An answer ends it."),
		table.Key("auto_replies", autoRepliesKind(), func(p *Property) *AutoReplies { return &p.AutoReplies },
			"Answers to visitors by themselves: to messages only with a schedule, to forms always."),
		table.Key("closing_soon", closingSoonKind(), func(p *Property) *ClosingSoon { return &p.ClosingSoon },
			"What is said before the hours end: to visitors, and to agents whose `notify.on` has `closing_soon`."),
		table.Key("reassign_after", duration(time.Second, mostPatience), func(p *Property) *hours.Duration { return &p.ReassignAfter },
			"How long a chat waits for the first answer of the agent who has it before another gets it. For ever where there is none."),
		table.Key("sla", slaKind(), func(p *Property) *SLA { return &p.SLA },
			"How soon a chat is to have its first answer, in open time. Destinations get one `chat.sla_warning` for a chat that is about to miss it."),
	}
}

func triggerKind() table.Kind[trigger.Trigger] {
	fields := []table.Field[trigger.Trigger]{
		table.Key("name", line(trigger.MostName), func(t *trigger.Trigger) *string { return &t.Name },
			"What the team calls it. Renamed, it is another trigger, and visitors may get it again.").Mandatory(),
		table.Key("type", table.OneOf("a type of trigger", trigger.Types()...), func(t *trigger.Trigger) *trigger.Type { return &t.Type },
			"When it starts: see the types of triggers.").Mandatory(),
		table.Key("enabled", on(), func(t *trigger.Trigger) *trigger.Off { return &t.Disabled },
			"Whether it starts at all.").ByDefault(true),
		table.Key("delay", duration(0, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.Delay },
			"How long after its start it acts.").ByDefault("0s"),
		table.Key("expiry", duration(time.Second, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.Expiry },
			"How late it may still act.").ByDefault(hours.Duration(trigger.DefaultExpiry).String()),
		table.Key("url", urlConditionKind(), func(t *trigger.Trigger) *trigger.Condition { return &t.URL },
			"The pages, by an operator for texts.").NeededBy(string(trigger.Page)),
		table.Key("until", table.OneOf("an end of waiting", trigger.UntilAnswered, trigger.UntilJoined), func(t *trigger.Trigger) *string { return &t.Until },
			"What makes it superfluous: an agent's answer, or that an agent has joined.").ByDefault(trigger.UntilAnswered).Of(string(trigger.Rescue)),
		table.Key("on", table.OneOf("an event at which a trigger starts", startNames()...), func(t *trigger.Trigger) *string { return &t.On },
			"The event at which it starts.").NeededBy(string(trigger.Advanced)),
		table.Key("event", line(trigger.MostName), func(t *trigger.Trigger) *string { return &t.Event },
			"The application's name of its event, for `on: visitor.custom`.").Of(string(trigger.Advanced)),
		table.Key("after", duration(time.Second, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.After },
			"How long nothing has happened, for `page.unchanged`, `chat.unanswered` and `chat.idle`.").Of(string(trigger.Advanced)),
		table.Key("match", table.OneOf("a way to match", trigger.MatchAll, trigger.MatchAny), func(t *trigger.Trigger) *string { return &t.Match },
			"Whether all conditions must hold, or any.").ByDefault(trigger.MatchAll).Of(string(trigger.Advanced)),
		table.Key("recheck", on(), func(t *trigger.Trigger) *trigger.Off { return &t.Unchecked },
			"Whether the conditions are looked at again after the delay.").ByDefault(true).Of(string(trigger.Advanced)),
		table.Key("conditions", listOf("conditions", trigger.MostConditions, conditionKind()),
			func(t *trigger.Trigger) *[]trigger.Condition { return &t.Conditions },
			"What must hold.").Of(string(trigger.Advanced)),
		table.Key("message", message(trigger.InMessage), func(t *trigger.Trigger) *string { return &t.Message },
			"The text that the visitor gets. May hold placeholders."),
		table.Key("shortcut", id("shortcut"), func(t *trigger.Trigger) *string { return &t.Shortcut },
			"A shortcut to send instead."),
		table.Key("sender", senderKind(), func(t *trigger.Trigger) *trigger.Sender { return &t.Sender },
			"Whom the message seems to come from; the property where there is none."),
		table.Key("suggested", suggested(), func(t *trigger.Trigger) *[]string { return &t.Suggested },
			"Replies for the visitor to choose from."),
		table.Key("actions", listOf("actions", trigger.MostActions, actionKind()), func(t *trigger.Trigger) *[]trigger.Action { return &t.Actions },
			"What it does, in this order, instead of a message.").Of(string(trigger.Advanced)),
		table.Key("frequency", frequencyKind(), func(t *trigger.Trigger) *trigger.Frequency { return &t.Frequency },
			"How often one visitor may get it.").ByDefault(trigger.OncePerVisitor),
		table.Key("while_chatting", flag(), func(t *trigger.Trigger) *bool { return &t.WhileChatting },
			"Whether its message may come into a running chat. For types `site` and `page`, and `advanced` ones that start at no event of a chat.").ByDefault(false),
	}
	fields = append(fields, timingKeys("`delay`, `after` and waits", func(t *trigger.Trigger) *trigger.Timing { return &t.Timing })...)
	return table.ByType(object("a trigger", fields, checkTrigger), func(t *trigger.Trigger) string { return string(t.Type) })
}

// checkTrigger checks keys together.
func checkTrigger(at table.Place, t *trigger.Trigger) {
	message := t.Message != "" || t.Shortcut != ""
	switch {
	case t.Name == "":
		at.Key("name").Fault("", "is empty", "a name")
	case t.Message != "" && t.Shortcut != "", message && len(t.Actions) > 0:
		at.Fault(table.Clip(t.Name), "says several things", "one of message, shortcut and actions")
	case !message && len(t.Actions) == 0:
		at.Fault("message", "is missing", "a text, or a shortcut, or (with type advanced) actions")
	case !message && (len(t.Suggested) > 0 || t.Sender != trigger.Sender{}):
		at.Fault(table.Clip(t.Name), "has no message to suggest replies to, or to come from a sender", "suggested and sender within send_message")
	}
	checkSnooze(at, t)
	checkWhileChatting(at, t)
	if start, ok := trigger.StartNamed(t.On); ok {
		checkStart(at, t, start)
	}
}

func checkStart(at table.Place, t *trigger.Trigger, start trigger.Start) {
	if start.After != (t.After != 0) {
		said := map[bool]string{true: "is missing", false: "is of no use to " + start.Name}[start.After]
		at.Fault("after", said, "a duration, for page.unchanged, chat.unanswered and chat.idle only")
	}
	if start.Named != (t.Event != "") {
		said := map[bool]string{true: "is missing", false: "is of no use to " + start.Name}[start.Named]
		at.Fault("event", said, "the application's name of its event, for visitor.custom only")
	}
}

// checkWhileChatting faults a permission that the trigger does not need.
func checkWhileChatting(at table.Place, t *trigger.Trigger) {
	_, started := trigger.StartNamed(t.Start())
	if t.WhileChatting && started && !t.YieldsToChat() {
		at.Key("while_chatting").Fault("true", "is of no use to a trigger that starts at "+t.Start()+" with type "+string(t.Type)+": no chat holds it back",
			"a trigger of type site or page, or an advanced one that starts at no event of a chat")
	}
}

func startNames() []string {
	var names []string
	for _, s := range trigger.Starts() {
		names = append(names, s.Name)
	}
	return names
}

func senderKind() table.Kind[trigger.Sender] {
	return object("a sender", []table.Field[trigger.Sender]{
		table.Key("name", line(trigger.MostName), func(s *trigger.Sender) *string { return &s.Name }, "Their name."),
		table.Key("image", link(), func(s *trigger.Sender) *string { return &s.Image }, "The URL of their picture."),
		table.Key("agent", id("agent"), func(s *trigger.Sender) *string { return &s.Agent }, "An agent of the property, whose name and image it has instead."),
	}, func(at table.Place, s *trigger.Sender) {
		if s.Agent != "" && (s.Name != "" || s.Image != "") {
			at.Fault("sender", "is an agent and has a name or an image of its own", "either `agent`, or `name` and `image`")
		}
	})
}

func suggested() table.Kind[[]string] {
	return setOf("replies", trigger.MostSuggested, filled(line(trigger.MostName)), table.Clip)
}

func frequencyKind() table.Kind[trigger.Frequency] {
	word := table.OneOf("a frequency", trigger.FrequencyRules()...)
	every := object("a frequency", []table.Field[trigger.Frequency]{
		table.Key("every", duration(time.Second, 366*24*time.Hour), func(f *trigger.Frequency) *hours.Duration { return &f.Every },
			"At most once in so long.").Mandatory(),
	}, nil)
	return either(table.Then(word, func(_ table.Place, rule string) trigger.Frequency { return trigger.Frequency{Rule: rule} }), every)
}

func shortcutKind() table.Kind[trigger.Shortcut] {
	return object("a shortcut", []table.Field[trigger.Shortcut]{
		table.Key("text", message(trigger.InMessage), func(s *trigger.Shortcut) *string { return &s.Text }, "Its text. May hold placeholders."),
		table.Key("attachments", listOf("attachments", trigger.MostAttachments, attachmentKind()),
			func(s *trigger.Shortcut) *[]trigger.Attachment { return &s.Attachments }, "What hangs on it."),
	}, func(at table.Place, s *trigger.Shortcut) {
		if s.Text == "" && len(s.Attachments) == 0 {
			at.Fault("text", "is missing", "a text, or attachments")
		}
	})
}

func attachmentKind() table.Kind[trigger.Attachment] {
	return object("an attachment", []table.Field[trigger.Attachment]{
		table.Key("file", link(), func(a *trigger.Attachment) *string { return &a.File }, "The URL of a file."),
		table.Key("form", shownForm("a form", trigger.Forms()...), func(a *trigger.Attachment) *trigger.Form { return &a.Form }, "A form to fill in."),
		table.Key("image", link(), func(a *trigger.Attachment) *string { return &a.Image }, "The URL of an image."),
		table.Key("link", link(), func(a *trigger.Attachment) *string { return &a.Link }, "The URL of a page."),
		table.Key("title", line(trigger.MostName), func(a *trigger.Attachment) *string { return &a.Title }, "What it is called."),
	}, func(at table.Place, a *trigger.Attachment) {
		if count(a.File != "", a.Form != "", a.Image != "", a.Link != "") != 1 {
			at.Fault("attachment", "is not one thing", "one of file, form, image and link")
		}
	})
}

func count(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

func autoRepliesKind() table.Kind[AutoReplies] {
	return object("auto replies", []table.Field[AutoReplies]{
		table.Key("during", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.During },
			"The answer in hours, once for a chat and open period. May hold placeholders."),
		table.Key("outside", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.Outside },
			"The answer outside hours, once for a chat and closed period. May hold placeholders."),
		table.Key("handoff", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.Handoff },
			"What is said when a bot hands the chat over. May hold placeholders."),
		table.Key("form", table.Pointer(message(trigger.InMessage)), func(r *AutoReplies) **string { return &r.Form },
			"What a visitor reads who has sent a form, with a schedule or without. Nothing with an empty text. May hold placeholders.").
			ByDefault(DefaultConfirmation),
	}, nil)
}

func closingSoonKind() table.Kind[ClosingSoon] {
	return object("closing_soon", []table.Field[ClosingSoon]{
		table.Key("before", duration(time.Minute, trigger.MostDelay), func(c *ClosingSoon) *hours.Duration { return &c.Before },
			"How long before the hours end.").Mandatory(),
		table.Key("message", message(trigger.InClosingSoon), func(c *ClosingSoon) *string { return &c.Message },
			"The text for visitors who chat or wait; agents alone are told where there is none. May hold placeholders."),
	}, nil)
}

package definition

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// triggerKeys are the keys of a property about what it says by itself.
func triggerKeys() []field[Property] {
	return []field[Property]{
		key("shortcuts", mapOf("shortcuts", trigger.MostShortcuts, shortcutKind()),
			func(p *Property) *map[string]trigger.Shortcut { return &p.Shortcuts },
			"Texts by name, with what hangs on them, for triggers to send."),
		key("triggers", explicit(listOf("triggers", trigger.MostTriggers, triggerKind())),
			func(p *Property) *[]trigger.Trigger { return &p.Triggers },
			"Messages that it sends by itself. A welcome where there is no list; nothing with an empty one."),
		key("one_proactive_message_per_visit", flag(), func(p *Property) *bool { return &p.OnePerVisit },
			"Whether a visit gets at most one message from triggers that speak to visitors who have not begun to chat.").byDefault(false),
		key("rescue", listOf("steps", trigger.MostSteps, stepKind()), func(p *Property) *[]trigger.Step { return &p.Rescue },
			"What is done, step by step, while nobody answers a chat. An answer ends it."),
		key("auto_replies", autoRepliesKind(), func(p *Property) *AutoReplies { return &p.AutoReplies },
			"Answers to visitors by themselves: to messages only with a schedule, to forms always."),
		key("closing_soon", closingSoonKind(), func(p *Property) *ClosingSoon { return &p.ClosingSoon },
			"What is said before the hours end: to visitors, and to agents whose `notify.on` has `closing_soon`."),
	}
}

func triggerKind() kind[trigger.Trigger] {
	fields := []field[trigger.Trigger]{
		key("name", text(trigger.MostName), func(t *trigger.Trigger) *string { return &t.Name },
			"What the team calls it. Renamed, it is another trigger, and visitors may get it again.").mandatory(),
		key("type", oneOf("a type of trigger", trigger.Types()...), func(t *trigger.Trigger) *trigger.Type { return &t.Type },
			"When it starts: see the types of triggers.").mandatory(),
		key("enabled", on(), func(t *trigger.Trigger) *trigger.Off { return &t.Disabled },
			"Whether it starts at all.").byDefault(true),
		key("delay", duration(0, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.Delay },
			"How long after its start it acts.").byDefault("0s"),
		key("expiry", duration(time.Second, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.Expiry },
			"How late it may still act.").byDefault(hours.Duration(trigger.DefaultExpiry).String()),
		key("url", urlConditionKind(), func(t *trigger.Trigger) *trigger.Condition { return &t.URL },
			"The pages, by an operator for texts.").neededBy(string(trigger.Page)),
		key("until", oneOf("an end of waiting", trigger.UntilAnswered, trigger.UntilJoined), func(t *trigger.Trigger) *string { return &t.Until },
			"What makes it superfluous: an agent's answer, or that an agent has joined.").byDefault(trigger.UntilAnswered).of(string(trigger.Rescue)),
		key("on", oneOf("an event at which a trigger starts", startNames()...), func(t *trigger.Trigger) *string { return &t.On },
			"The event at which it starts.").neededBy(string(trigger.Advanced)),
		key("event", text(trigger.MostName), func(t *trigger.Trigger) *string { return &t.Event },
			"The application's name of its event, for `on: visitor.custom`.").of(string(trigger.Advanced)),
		key("after", duration(time.Second, trigger.MostDelay), func(t *trigger.Trigger) *hours.Duration { return &t.After },
			"How long nothing has happened, for `page.unchanged`, `chat.unanswered` and `chat.idle`.").of(string(trigger.Advanced)),
		key("match", oneOf("a way to match", trigger.MatchAll, trigger.MatchAny), func(t *trigger.Trigger) *string { return &t.Match },
			"Whether all conditions must hold, or any.").byDefault(trigger.MatchAll).of(string(trigger.Advanced)),
		key("recheck", on(), func(t *trigger.Trigger) *trigger.Off { return &t.Unchecked },
			"Whether the conditions are looked at again after the delay.").byDefault(true).of(string(trigger.Advanced)),
		key("conditions", listOf("conditions", trigger.MostConditions, conditionKind()),
			func(t *trigger.Trigger) *[]trigger.Condition { return &t.Conditions },
			"What must hold.").of(string(trigger.Advanced)),
		key("message", message(trigger.InMessage), func(t *trigger.Trigger) *string { return &t.Message },
			"The text that the visitor gets. May hold placeholders."),
		key("shortcut", id("shortcut"), func(t *trigger.Trigger) *string { return &t.Shortcut },
			"A shortcut to send instead."),
		key("sender", senderKind(), func(t *trigger.Trigger) *trigger.Sender { return &t.Sender },
			"Whom the message seems to come from; the property where there is none."),
		key("suggested", suggested(), func(t *trigger.Trigger) *[]string { return &t.Suggested },
			"Replies for the visitor to choose from."),
		key("actions", listOf("actions", trigger.MostActions, actionKind()), func(t *trigger.Trigger) *[]trigger.Action { return &t.Actions },
			"What it does, in this order, instead of a message.").of(string(trigger.Advanced)),
		key("frequency", frequencyKind(), func(t *trigger.Trigger) *trigger.Frequency { return &t.Frequency },
			"How often one visitor may get it.").byDefault(trigger.OncePerVisitor),
	}
	return byType(object("a trigger", fields, checkTrigger), func(t *trigger.Trigger) string { return string(t.Type) })
}

// checkTrigger looks at keys together.
func checkTrigger(at place, t *trigger.Trigger) {
	message := t.Message != "" || t.Shortcut != ""
	switch {
	case t.Name == "":
		at.key("name").fault("", "is empty", "a name")
	case t.Message != "" && t.Shortcut != "", message && len(t.Actions) > 0:
		at.fault(clip(t.Name), "says several things", "one of message, shortcut and actions")
	case !message && len(t.Actions) == 0:
		at.fault("message", "is missing", "a text, or a shortcut, or (with type advanced) actions")
	case !message && (len(t.Suggested) > 0 || t.Sender != trigger.Sender{}):
		at.fault(clip(t.Name), "has no message to suggest replies to, or to come from a sender", "suggested and sender within send_message")
	}
	if start, ok := trigger.StartNamed(t.On); ok {
		checkStart(at, t, start)
	}
}

func checkStart(at place, t *trigger.Trigger, start trigger.Start) {
	if start.After != (t.After != 0) {
		said := map[bool]string{true: "is missing", false: "is of no use to " + start.Name}[start.After]
		at.fault("after", said, "a duration, for page.unchanged, chat.unanswered and chat.idle only")
	}
	if start.Named != (t.Event != "") {
		said := map[bool]string{true: "is missing", false: "is of no use to " + start.Name}[start.Named]
		at.fault("event", said, "the application's name of its event, for visitor.custom only")
	}
}

func startNames() []string {
	var names []string
	for _, s := range trigger.Starts() {
		names = append(names, s.Name)
	}
	return names
}

func senderKind() kind[trigger.Sender] {
	return object("a sender", []field[trigger.Sender]{
		key("name", text(trigger.MostName), func(s *trigger.Sender) *string { return &s.Name }, "Their name."),
		key("image", link(), func(s *trigger.Sender) *string { return &s.Image }, "The URL of their picture."),
	}, nil)
}

func suggested() kind[[]string] {
	return setOf("replies", trigger.MostSuggested, filled(text(trigger.MostName)), clip)
}

func frequencyKind() kind[trigger.Frequency] {
	word := oneOf("a frequency", trigger.FrequencyRules()...)
	every := object("a frequency", []field[trigger.Frequency]{
		key("every", duration(time.Second, 366*24*time.Hour), func(f *trigger.Frequency) *hours.Duration { return &f.Every },
			"At most once in so long.").mandatory(),
	}, nil)
	return either(then(word, func(_ place, rule string) trigger.Frequency { return trigger.Frequency{Rule: rule} }), every)
}

func shortcutKind() kind[trigger.Shortcut] {
	return object("a shortcut", []field[trigger.Shortcut]{
		key("text", message(trigger.InMessage), func(s *trigger.Shortcut) *string { return &s.Text }, "Its text. May hold placeholders."),
		key("attachments", listOf("attachments", trigger.MostAttachments, attachmentKind()),
			func(s *trigger.Shortcut) *[]trigger.Attachment { return &s.Attachments }, "What hangs on it."),
	}, func(at place, s *trigger.Shortcut) {
		if s.Text == "" && len(s.Attachments) == 0 {
			at.fault("text", "is missing", "a text, or attachments")
		}
	})
}

func attachmentKind() kind[trigger.Attachment] {
	return object("an attachment", []field[trigger.Attachment]{
		key("file", link(), func(a *trigger.Attachment) *string { return &a.File }, "The URL of a file."),
		key("form", oneOf("a form", trigger.Forms()...), func(a *trigger.Attachment) *trigger.Form { return &a.Form }, "A form to fill in."),
		key("image", link(), func(a *trigger.Attachment) *string { return &a.Image }, "The URL of an image."),
		key("link", link(), func(a *trigger.Attachment) *string { return &a.Link }, "The URL of a page."),
		key("title", text(trigger.MostName), func(a *trigger.Attachment) *string { return &a.Title }, "What it is called."),
	}, func(at place, a *trigger.Attachment) {
		if count(a.File != "", a.Form != "", a.Image != "", a.Link != "") != 1 {
			at.fault("attachment", "is not one thing", "one of file, form, image and link")
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

func autoRepliesKind() kind[AutoReplies] {
	return object("auto replies", []field[AutoReplies]{
		key("during", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.During },
			"The answer in hours, once for a chat and open period. May hold placeholders."),
		key("outside", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.Outside },
			"The answer outside hours, once for a chat and closed period. May hold placeholders."),
		key("handoff", message(trigger.InMessage), func(r *AutoReplies) *string { return &r.Handoff },
			"What is said when a bot hands the chat over. May hold placeholders."),
		key("form", pointer(message(trigger.InMessage)), func(r *AutoReplies) **string { return &r.Form },
			"What a visitor reads who has sent a form, with a schedule or without. Nothing with an empty text. May hold placeholders.").
			byDefault(DefaultConfirmation),
	}, nil)
}

func closingSoonKind() kind[ClosingSoon] {
	return object("closing_soon", []field[ClosingSoon]{
		key("before", duration(time.Minute, trigger.MostDelay), func(c *ClosingSoon) *hours.Duration { return &c.Before },
			"How long before the hours end.").mandatory(),
		key("message", message(trigger.InClosingSoon), func(c *ClosingSoon) *string { return &c.Message },
			"The text for visitors who chat or wait; agents alone are told where there is none. May hold placeholders."),
	}, nil)
}

package fake

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// begin makes a conversation, whose first message its caller adds. Webhooks tell of it before that message.
func (w *world) begin(l *link) *conversation {
	now, a := w.config.Now(), l.inbox.account
	a.numbered++
	c := &conversation{
		id: a.numbered, uuid: uuid.NewString(), account: a, inbox: l.inbox, link: l, status: open, labels: []string{}, custom: object{},
		additional: l.browser.attributes(now, l.inbox), created: now, updated: now, active: now, waiting: now,
	}
	if l.inbox.bot != nil {
		c.status = pending
	}
	a.conversations = append(a.conversations, c)
	if len(a.conversations) > mostConversations {
		a.conversations = slices.Delete(a.conversations, 0, 1)
	}
	w.tell(notice{account: a, event: "conversation_created", show: c.webhook})
	return c
}

// add adds a message and does what Chatwoot does after one: a visitor's message opens the conversation again, an answer ends the
// visitor's waiting, and a visitor's message may get a greeting or the out-of-office text. [ErrFlood]: it is one too many.
func (w *world) add(c *conversation, m message) (*message, error) {
	now := w.config.Now()
	recent := 0
	for _, before := range slices.Backward(c.messages) {
		if now.Sub(before.created) > time.Minute {
			break
		}
		recent++
	}
	if recent >= w.config.Messages {
		return nil, ErrFlood
	}
	added := w.append(c, m)
	if m.kind == incoming {
		c.link.contact.lastActive = now
		if c.status == resolved || c.status == snoozed {
			w.reopen(c)
		}
	}
	w.tell(notice{account: c.account, event: "message_created", show: added.webhook})
	w.change(c, nil, func() { waitAfter(added) })
	if m.kind == incoming {
		w.replyByTemplate(c)
	}
	return added, nil
}

// append puts a message at the end.
func (w *world) append(c *conversation, m message) *message {
	added := &m
	added.id, added.conversation, added.created, added.updated = w.id(0), c, w.config.Now(), w.config.Now()
	if added.contentType == "" {
		added.contentType = "text"
	}
	if added.attributes == nil {
		added.attributes = object{}
	}
	c.messages = append(c.messages, added)
	if len(c.messages) > mostMessages {
		c.messages = slices.Delete(c.messages, 0, 1)
	}
	c.active, c.updated = added.created, added.created
	return added
}

// waitAfter notes who waits for whom after a message. A bot's message ends the waiting, too.
func waitAfter(m *message) {
	c := m.conversation
	_, human := m.sender.(*agent)
	_, machine := m.sender.(*bot)
	switch answer := m.kind == outgoing && !m.private; {
	case m.kind == incoming && c.waiting.IsZero():
		c.waiting = m.created
	case answer && (human || machine):
		c.waiting = time.Time{}
		if human && c.firstReply.IsZero() {
			c.firstReply = m.created
		}
	}
}

// reopen opens a conversation in which a visitor has written. With a connected bot, it is for the bot first if it was resolved.
func (w *world) reopen(c *conversation) {
	status := open
	if c.status == resolved && c.inbox.bot != nil {
		status = pending
	}
	w.change(c, nil, func() { c.status, c.snoozedUntil = status, time.Time{} })
}

// replyByTemplate says what Chatwoot says by itself: the out-of-office text once a day, and not within five minutes of an answer; and
// the greeting at the first message.
func (w *world) replyByTemplate(c *conversation) {
	const quiet = 5 * time.Minute
	now := w.config.Now()
	today, answered, visitors := false, false, 0
	for _, m := range c.messages {
		today = today || m.kind == template && m.created.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly)
		answered = answered || m.kind == outgoing && now.Sub(m.created) < quiet
		if m.kind == incoming {
			visitors++
		}
	}
	say := func(text string) {
		m := w.append(c, message{kind: template, content: text})
		w.tell(notice{account: c.account, event: "message_created", show: m.webhook})
	}
	if c.inbox.OutOfOffice != "" && w.outOfOffice(c.inbox) && !today && !answered {
		say(c.inbox.OutOfOffice)
	}
	if c.inbox.Greeting != "" && visitors == 1 {
		say(c.inbox.Greeting)
	}
}

// An attribute is one whose change Chatwoot tells.
type attribute struct {
	name  string
	value any
}

// watched are the attributes of which conversation_updated tells.
func watched(c *conversation) []attribute {
	var assignee, team any
	if c.assignee != nil {
		assignee = c.assignee.ID
	}
	if c.team != nil {
		team = c.team.id
	}
	return []attribute{
		{"status", c.status}, {"assignee_id", assignee}, {"team_id", team}, {"priority", orNull(c.priority)},
		{"snoozed_until", iso(c.snoozedUntil)}, {"label_list", slices.Clone(c.labels)}, {"custom_attributes", c.custom},
		{"waiting_since", iso(c.waiting)}, {"first_reply_created_at", iso(c.firstReply)},
	}
}

// change lets f change a conversation, and tells what differs then: conversation_status_changed has the status alone, and
// conversation_updated all. by is who did it, for the lines that agents see in the conversation; nil: Chatwoot itself.
func (w *world) change(c *conversation, by party, f func()) {
	before, updated := watched(c), c.updated
	f()
	var changed, status []object
	for i, now := range watched(c) {
		if reflect.DeepEqual(before[i].value, now.value) {
			continue
		}
		changed = append(changed, object{now.name: object{"previous_value": before[i].value, "current_value": now.value}})
		if now.name == "status" {
			status = slices.Clone(changed)
		}
		if line := activityLine(c, now.name, by); line != "" {
			w.append(c, message{kind: activity, content: line})
		}
	}
	if changed == nil {
		return
	}
	c.updated = w.config.Now()
	changed = append(changed, object{"updated_at": object{"previous_value": iso(updated), "current_value": iso(c.updated)}})
	if status != nil {
		w.tell(notice{account: c.account, event: "conversation_status_changed", show: c.webhook, changed: status})
	}
	w.tell(notice{account: c.account, event: "conversation_updated", show: c.webhook, changed: changed})
}

// activityLine is what agents read in a conversation of a change; "": nothing.
func activityLine(c *conversation, name string, by party) string {
	who := "System"
	switch by := by.(type) {
	case *agent:
		who = by.Name
	case *bot:
		who = by.Name
	}
	switch {
	case name == "status" && by == nil && c.status == resolved:
		return "Conversation was marked resolved by system"
	case name == "status" && by != nil && c.status == open:
		return "Conversation was reopened by " + who
	case name == "status" && by != nil:
		return "Conversation was marked as " + c.status + " by " + who
	case name == "assignee_id" && c.assignee == nil:
		return "Conversation unassigned by " + who
	case name == "assignee_id":
		return "Assigned to " + c.assignee.Name + " by " + who
	case name == "label_list":
		return who + " set the labels " + strings.Join(c.labels, ", ")
	case name == "priority":
		return who + " set the priority to " + strconv.Quote(c.priority)
	}
	return ""
}

// setStatus sets a status, and until when a snooze lasts; zero: until the visitor writes.
func (w *world) setStatus(c *conversation, by party, status string, until time.Time) {
	w.change(c, by, func() {
		c.status, c.snoozedUntil = status, time.Time{}
		switch status {
		case snoozed:
			c.snoozedUntil = until
		case resolved:
			c.waiting = time.Time{}
		}
	})
}

// wake opens conversations whose snooze is over.
func (w *world) wake() {
	now := w.config.Now()
	for _, a := range w.accounts {
		for _, c := range a.conversations {
			if c.status == snoozed && !c.snoozedUntil.IsZero() && !c.snoozedUntil.After(now) {
				w.change(c, nil, func() { c.status, c.snoozedUntil = open, time.Time{} })
			}
		}
	}
}

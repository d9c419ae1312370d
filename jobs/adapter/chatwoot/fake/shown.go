package fake

import (
	"maps"
	"slices"
	"time"
)

// A Conversation is what tests and the page see of one.
type Conversation struct {
	ID           int
	Inbox        int
	Source       string // of the visitor's browser
	Status       string // open, resolved, pending or snoozed
	SnoozedUntil time.Time
	Assignee     int // 0: nobody
	Team         int // 0: none
	Priority     string
	Labels       []string
	Custom       map[string]any // custom attributes
	Waiting      time.Time      // since when the visitor waits; zero: they do not
	Messages     []Message
}

// A Message is one of a conversation.
type Message struct {
	ID         int
	Type       string // incoming, outgoing, activity or template
	Text       string
	Private    bool           // a note
	Attributes map[string]any // content attributes, such as suggestions
	SenderType string         // Contact, User or AgentBot; "": Chatwoot itself
	Sender     int
	At         time.Time
}

func shownOf(c *conversation) Conversation {
	shown := Conversation{
		ID: c.id, Inbox: c.inbox.ID, Source: c.link.source, Status: c.status, SnoozedUntil: c.snoozedUntil, Priority: c.priority,
		Labels: slices.Clone(c.labels), Custom: maps.Clone(c.custom), Waiting: c.waiting,
	}
	if c.assignee != nil {
		shown.Assignee = c.assignee.ID
	}
	if c.team != nil {
		shown.Team = c.team.id
	}
	for _, m := range c.messages {
		one := Message{
			ID: m.id, Type: m.kindName(), Text: m.content, Private: m.private, Attributes: maps.Clone(m.attributes), At: m.created,
		}
		if m.sender != nil {
			one.SenderType, one.Sender = m.sender.senderType(), m.sender.number()
		}
		shown.Messages = append(shown.Messages, one)
	}
	return shown
}

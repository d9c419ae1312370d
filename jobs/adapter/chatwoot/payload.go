package chatwoot

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"strings"
	"time"
)

// payload is the body of a webhook, of any of its events: they share names. The fields of a conversation are at the top for events of
// conversations, and in Conversation for those of messages.
type payload struct {
	conversation
	Event   string     `json:"event"`
	Account *reference `json:"account"`
	Changed changes    `json:"changed_attributes"`

	// Of messages.
	Kind         kind          `json:"message_type"`
	Content      string        `json:"content"`
	Private      bool          `json:"private"`
	Sender       *person       `json:"sender"`
	Attributes   open          `json:"content_attributes"`
	Inbox        reference     `json:"inbox"`
	Conversation *conversation `json:"conversation"`

	// Of an opened bubble.
	Contact *person `json:"contact"`
	Source  string  `json:"source_id"`
	Info    open    `json:"event_info"`
}

// conversation is a conversation, in a webhook or in an answer of the API.
type conversation struct {
	ID       int64     `json:"id"` // its display id
	InboxID  int64     `json:"inbox_id"`
	Status   string    `json:"status"`
	Labels   []string  `json:"labels"`
	Created  moment    `json:"created_at"`
	Updated  moment    `json:"updated_at"`
	Messages []message `json:"messages"` // the last alone

	Browser open `json:"additional_attributes"`

	ContactInbox struct {
		Contact int64  `json:"contact_id"`
		Source  string `json:"source_id"`
	} `json:"contact_inbox"`
	Meta struct {
		Sender *person `json:"sender"`
	} `json:"meta"`
}

// message is a message within a conversation, and in the list of its messages.
type message struct {
	ID         int64  `json:"id"`
	Account    int64  `json:"account_id"`
	Kind       kind   `json:"message_type"`
	Created    moment `json:"created_at"`
	Attributes open   `json:"content_attributes"`
}

type reference struct {
	ID int64 `json:"id"`
}

// person is a contact, a user or a bot.
type person struct {
	ID     int64  `json:"id"`
	Type   string `json:"type"` // "user", "agent_bot"; of a contact there is none, or "contact"
	Name   string `json:"name"`
	Email  string `json:"email"`
	More   open   `json:"additional_attributes"`
	Custom open   `json:"custom_attributes"`
}

// change is the former and the present value of an attribute.
type change struct {
	Previous any `json:"previous_value"`
	Current  any `json:"current_value"`
}

// changes are those of attributes, by name.
type changes map[string]change

// UnmarshalJSON reads a list of objects with a name or more each. It never fails: anything else tells of no change.
func (c *changes) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var list []map[string]change
	if d.Decode(&list) == nil {
		*c = make(changes)
		for _, some := range list {
			maps.Copy(*c, some)
		}
	}
	return nil
}

// The kinds of messages. Webhooks have them as words, and lists of messages as numbers.
const (
	incoming = "incoming"
	outgoing = "outgoing"
	activity = "activity"
)

type kind string

// UnmarshalJSON never fails: a kind that is not known is none.
func (k *kind) UnmarshalJSON(b []byte) error {
	switch s := strings.Trim(string(b), `"`); s {
	case "0", incoming:
		*k = incoming
	case "1", outgoing:
		*k = outgoing
	case "2", activity:
		*k = activity
	default:
		*k = kind(s)
	}
	return nil
}

// moment is an instant, as Unix seconds or as a text. Anything else is none.
type moment struct{ time.Time }

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(b []byte) error {
	const latest = 1 << 36 // seconds; after the year 4000
	var seconds float64
	if json.Unmarshal(b, &seconds) == nil {
		if whole, fraction := math.Modf(seconds); 0 < whole && whole < latest {
			m.Time = time.Unix(int64(whole), int64(fraction*1000)*int64(time.Millisecond)).UTC()
		}
		return nil
	}
	if t, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b)); err == nil && t.Unix() > 0 && t.Unix() < latest {
		m.Time = t.UTC()
	}
	return nil
}

// or is the instant, or else another.
func (m moment) or(other time.Time) time.Time {
	if m.IsZero() {
		return other
	}
	return m.Time
}

// open is an object in which anybody may have put anything. Numbers stay as they are written.
type open map[string]any

// UnmarshalJSON never fails: what is no object is empty.
func (o *open) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if d.Decode(&m) == nil {
		*o = m
	}
	return nil
}

// text is the text under a path of names; empty where there is none.
func (o open) text(path ...string) string {
	var v any = map[string]any(o)
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	s, _ := v.(string)
	return s
}

// person is who the conversation is with. Older payloads have no contact in their meta.
func (c *conversation) person() (id int64, known *person) {
	if known = c.Meta.Sender; known == nil {
		known = new(person)
	}
	if c.ContactInbox.Contact != 0 {
		return c.ContactInbox.Contact, known
	}
	return known.ID, known
}

// last is the last message that the payload shows.
func (c *conversation) last() *message {
	if len(c.Messages) == 0 {
		return nil
	}
	return &c.Messages[len(c.Messages)-1]
}

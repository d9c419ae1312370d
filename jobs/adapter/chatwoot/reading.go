package chatwoot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// account is that of a payload, 0 where it names none.
func (p *payload) account() int64 {
	if p.Account != nil {
		return p.Account.ID
	}
	if last := p.last(); last != nil {
		return last.Account
	}
	return 0
}

// inbox is that of a payload.
func (p *payload) inbox() int64 {
	if p.Conversation != nil && p.Conversation.InboxID != 0 {
		return p.Conversation.InboxID
	}
	return cmp.Or(p.Inbox.ID, p.InboxID)
}

// reading is a payload, and whose it is.
type reading struct {
	*payload
	t        *Table
	at       time.Time
	chat     *conversation // nil: it is of none
	property string
	contact  int64
	person   *person // never nil
	source   string
}

// incomingOf finds whose a payload is.
func incomingOf(t *Table, p *payload, at time.Time) *reading {
	in := &reading{payload: p, t: t, at: at, chat: p.Conversation, property: t.Inboxes[p.inbox()]}
	if in.chat == nil && strings.HasPrefix(p.Event, "conversation_") {
		in.chat = &p.conversation
	}
	switch {
	case in.chat != nil:
		in.contact, in.person = in.chat.person()
		in.source = in.chat.ContactInbox.Source
	case p.Contact != nil:
		in.contact, in.person, in.source = p.Contact.ID, p.Contact, p.Source
	default:
		in.person = new(person)
	}
	return in
}

// judged checks events as those of all senders are checked.
func (in *reading) judged(events []event.Event) []event.Item {
	items := make([]event.Item, len(events))
	for i, e := range events {
		e.Source = "chatwoot:" + in.t.Name
		complete, err := event.Intake{At: in.at}.Complete(e)
		items[i] = event.Item{Index: i, Event: complete}
		if err != nil {
			items[i].Faults = faultsOf(err)
		}
	}
	return items
}

func faultsOf(err error) event.Faults {
	var faults event.Faults
	if errors.As(err, &faults) {
		return faults
	}
	return event.Faults{{Problem: err.Error()}}
}

// of is an event about the conversation. Of a visitor who is not named, the core finds the visitor by the chat.
func (in *reading) of(kind event.Type, id string, at time.Time, d event.Data) event.Event {
	d.Property, d.Chat = in.property, in.t.own(in.chat.ID)
	if in.contact > 0 {
		d.Visitor = in.t.own(in.contact)
	}
	return event.Event{ID: id, Type: kind, Time: at, Data: d}
}

// visit is the browser's on a day; empty where the browser is not known.
func (in *reading) visit(at time.Time) string {
	if in.source == "" {
		return ""
	}
	return short(in.source) + ":" + at.UTC().Format("2006-01-02")
}

// short is a text of Chatwoot's that goes into an id: a UUID as it is, and the hash of all others, which may be addresses of people.
func short(s string) string {
	const uuid = 36
	if len(s) == uuid && strings.Trim(s, "0123456789abcdefABCDEF-") == "" {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// bot tells whether a bot answers in the conversation: it is pending until the bot hands it over.
func (in *reading) bot() bool { return in.chat.Status == "pending" }

// request says that the visitor asks for the chat. It is the same from every payload of the conversation.
func (in *reading) request() event.Event {
	at := in.chat.Created.or(in.at)
	return in.of(event.ChatRequested, "conversation-"+number(in.chat.ID)+"-requested", at, event.Data{
		Visit: in.visit(at), Bot: in.bot(), Page: pageOf(in.chat.Browser), Attributes: attributesOf(in.person, in.chat.Browser),
	})
}

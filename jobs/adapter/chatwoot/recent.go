package chatwoot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
)

// Recent is a conversation that was changed of late. Its events have the ids that webhooks give them, so that those that came are known.
//
// It tells of messages, of choices, and that a conversation has ended. It does not tell of an assignment, a label or a hand-over, since nothing
// says when they were: told again at every look, they would seem to be new each time. And it does not tell the visit, since the API does not name
// the browser: the core takes the visitor's latest.
type Recent struct {
	ID int64 // of the conversation

	t        *Table
	shown    conversation
	messages []payload
}

// Page is how many messages an answer to MessagesPath has, where there are so many.
const Page = 20

// Updated is when the conversation was changed last; the zero time: Chatwoot does not say.
func (r *Recent) Updated() time.Time { return r.shown.Updated.Time }

// RecentOf reads the answer to RecentPath: those of the inboxes of a table, the one first that was changed longest ago.
func RecentOf(t *Table, answer []byte) ([]Recent, error) {
	var list struct {
		Data struct {
			Payload []conversation `json:"payload"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("reading the conversations of Chatwoot: %w", err)
	}
	var recent []Recent
	for _, c := range list.Data.Payload {
		if t.Inboxes[c.InboxID] != "" && c.ID > 0 {
			recent = append(recent, Recent{ID: c.ID, t: t, shown: c})
		}
	}
	slices.SortStableFunc(recent, func(a, b Recent) int { return a.shown.Updated.Compare(b.shown.Updated.Time) })
	return recent, nil
}

// Read reads an answer to MessagesPath. It gives the message before which there may be more since an instant; 0: there are none.
func (r *Recent) Read(answer []byte, since time.Time) (before int64, err error) {
	var list struct {
		Payload []payload `json:"payload"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return 0, fmt.Errorf("reading the messages of the conversation %d: %w", r.ID, err)
	}
	r.messages = append(list.Payload, r.messages...)
	if len(list.Payload) < Page {
		return 0, nil
	}
	oldest := slices.MinFunc(list.Payload, func(a, b payload) int { return cmp.Compare(a.ID, b.ID) })
	if oldest.Created.Before(since) {
		return 0, nil
	}
	return oldest.ID, nil
}

// Events are those of the conversation since an instant, by the messages that were read.
func (r *Recent) Events(since, at time.Time) adapter.Received {
	var events []event.Event
	known := make(map[string]bool)
	add := func(some []event.Event, _ string) {
		for _, e := range some {
			if !known[e.ID] {
				known[e.ID] = true
				events = append(events, e)
			}
		}
	}
	r.shown.Messages = lastOf(r.messages)
	in := r.reading(new(payload), at)
	for i := range r.messages {
		in = r.reading(&r.messages[i], at)
		if !in.Created.Before(since) {
			add(in.messageCreated())
		}
		if at.Sub(in.Created.Time) < idsKnown { // a choice has no time: told later, it would be a second one
			add(in.messageUpdated())
		}
	}
	if r.shown.Status == resolved && !r.shown.Updated.Before(since) {
		add([]event.Event{in.ended()}, "")
	}
	if len(events) == 0 {
		return ignored("nothing has happened since then that Deskbell knows of")
	}
	return adapter.Received{Items: in.judged(events)}
}

// reading is a message of the conversation.
func (r *Recent) reading(p *payload, at time.Time) *reading {
	p.Conversation = &r.shown
	return incomingOf(r.t, p, at)
}

// lastOf is the last message that the visitor can see, which webhooks show: the API shows another.
func lastOf(list []payload) []message {
	var last []message
	for _, p := range list {
		if p.Kind != activity && !p.Private && (len(last) == 0 || p.ID > last[0].ID) {
			last = []message{{ID: p.ID, Kind: p.Kind, Created: p.Created}}
		}
	}
	return last
}

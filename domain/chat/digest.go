package chat

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

// ItemKind is a kind of thing that comes in while a property is closed.
type ItemKind string

// The kinds.
const (
	FormItem    ItemKind = "form"
	ChatItem    ItemKind = "chat"
	MessageItem ItemKind = "message"
)

// Item is one thing for an opening digest.
type Item struct {
	Kind    ItemKind
	ID      string // of the chat; of the event, for forms and messages. It counts once
	Visitor string // of a chat: the visitor who waits in it
}

// Incoming is the item that an event adds to the digest, if the property was closed when it happened. Chats are added
// by Policy.ForDigest.
func Incoming(e event.Event) (Item, bool) {
	switch {
	case e.Type == event.FormSubmitted:
		return Item{Kind: FormItem, ID: e.ID}, true
	case e.Type == event.ChatMessage && e.Data.From == event.FromVisitor:
		return Item{Kind: MessageItem, ID: e.ID}, true
	}
	return Item{}, false
}

// Digest lists the items that came in while a property was closed, for the first opening after an instant. The zero
// Digest is empty.
type Digest struct {
	After    time.Time `json:"after"`
	Forms    Tally     `json:"forms,omitzero"`
	Messages Tally     `json:"messages,omitzero"`
	Chats    []Caller  `json:"chats,omitempty"` // in which a visitor waited; the first MostDigested
}

// Tally counts things.
type Tally struct {
	Count int      `json:"count"`
	IDs   []string `json:"ids"` // of the first MostDigested
}

// Caller is a visitor who waits in a chat.
type Caller struct {
	Chat    string `json:"chat"`
	Visitor string `json:"visitor"`
}

const (
	// MostDigested is how many things of each kind a digest names.
	MostDigested = 1000

	// DigestGrace is how long after the opening a digest waits for events that are still under way. A new digest for that
	// opening begins only in the first half of it, so that there are never two for one.
	DigestGrace = 10 * time.Second
)

// Arrivals are items, and an instant: the first opening after it has them in its digest.
type Arrivals struct {
	After time.Time
	Items []Item
}

// ArriveAt gives the Arrivals.After of items that come in at an instant; ok is false where the property will never
// close again, and so has no opening for a digest.
func ArriveAt(h *hours.Schedule, at time.Time) (after time.Time, ok bool) {
	s := h.At(at)
	switch {
	case !s.Open:
		return at.UTC(), true
	case !s.Since.IsZero() && at.Sub(s.Since) < DigestGrace/2:
		return s.Since.Add(-1).UTC(), true
	}
	return s.Until.UTC(), !s.Until.IsZero() // too late for the digest of these hours
}

// Add adds items; an item that is there already changes nothing.
func (d *Digest) Add(a Arrivals) {
	if d.After.IsZero() || a.After.Before(d.After) {
		d.After = a.After
	}
	for _, i := range a.Items {
		switch i.Kind {
		case FormItem:
			d.Forms.add(i.ID)
		case MessageItem:
			d.Messages.add(i.ID)
		case ChatItem:
			if c := (Caller{i.ID, i.Visitor}); len(d.Chats) < MostDigested && !slices.Contains(d.Chats, c) {
				d.Chats = append(d.Chats, c)
			}
		}
	}
}

// Forget takes the chats of a visitor out, and tells how many there were.
func (d *Digest) Forget(visitor string) (n int) {
	before := len(d.Chats)
	d.Chats = slices.DeleteFunc(d.Chats, func(c Caller) bool { return c.Visitor == visitor })
	return before - len(d.Chats)
}

func (t *Tally) add(id string) {
	if slices.Contains(t.IDs, id) {
		return
	}
	t.Count++
	if len(t.IDs) < MostDigested {
		t.IDs = append(t.IDs, id)
	}
}

// Opening is the opening at which a digest is sent, where that has come at an instant: a boundary, or the instant
// itself where an edit opened. Else it is zero, and due says when to ask again; zero: when the hours are edited.
//
// It is level-triggered: a digest that is asked for in closed hours again is for their end, even after an opening in
// between.
func (d *Digest) Opening(h *hours.Schedule, at time.Time) (opening, due time.Time) {
	s := h.At(at)
	switch {
	case !s.Open:
		return time.Time{}, graced(s.Until)
	case at.Before(d.After): // it came late, and its digest had been sent
		if !s.Until.IsZero() {
			due = graced(h.NextBoundary(s.Until))
		}
		return time.Time{}, due
	case !s.Since.After(d.After):
		return at.Truncate(time.Second).UTC(), time.Time{}
	}
	if due = graced(s.Since); at.Before(due) {
		return time.Time{}, due
	}
	return s.Since.UTC(), time.Time{}
}

// graced is an opening with the grace; zero stays zero.
func graced(opening time.Time) time.Time {
	if opening.IsZero() {
		return opening
	}
	return opening.Add(DigestGrace).UTC()
}

// ForDigest tells whether a chat belongs in the digest of its property now, which has these hours. Its visitor must
// wait, and have asked in closed hours or waited over the closing. The state after remembers that. look is the closing
// at which to ask again; zero: at the next event.
func (p *Policy) ForDigest(s State, h *hours.Schedule, at time.Time) (after State, waits bool, look time.Time) {
	given := s.Progress.Digest
	for _, a := range s.asks() {
		if !a.At.After(given) || !p.unattended(&s, a) {
			continue
		}
		now := h.At(at)
		if now.Open && h.At(a.At).Open {
			look = now.Until.UTC()
			continue
		}
		waits, s.Progress.Digest = true, a.At
	}
	return s, waits, look
}

// Awaits tells whether the visitor has waited in a chat since before an instant.
func (p *Policy) Awaits(s State, opening time.Time) bool {
	return slices.ContainsFunc(s.asks(), func(a Ask) bool { return a.At.Before(opening) && p.unattended(&s, a) })
}

// unattended tells whether no agent has joined the chat since the visitor asked, and the ask has not become a ticket.
func (p *Policy) unattended(s *State, a Ask) bool {
	return a.At.After(s.Joined) && (p.WaitingAtClose != closeMessage || a.At.After(s.Progress.Closed))
}

package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// Person is whom Deskbell is to forget.
type Person struct {
	Property string
	Visitor  string          // empty: every visitor of the property
	Fields   []string        // names of the facts that are to be forgotten; nil: the person
	Chats    map[string]bool // ids of chats of theirs, as far as they are known
}

// Is tells whether the visitor of a property is meant.
func (p Person) Is(property, visitor string) bool {
	return p.Property == property && visitor != "" && (p.Visitor == "" || p.Visitor == visitor)
}

// Said tells whether an event is the person's: it names them, or one of their chats.
func (p Person) Said(e *event.Event) bool {
	d := &e.Data
	if p.Visitor == "" {
		return d.Property == p.Property && d.Visitor+d.Chat != ""
	}
	return p.Is(d.Property, d.Visitor) || d.Property == p.Property && d.Visitor == "" && p.Chats[d.Chat]
}

// Forget gives the change that takes a person out of a record of a visitor, a chat, a digest or an agent; nil: nothing of them is in it.
func Forget(r *store.Record, p Person, at time.Time) (*Change, error) {
	if r.Rev == 0 {
		return nil, nil
	}
	if property, visitor, ok := r.Subject.Visitor(); ok {
		return forgetVisitor(r, p, p.Is(property, visitor), at)
	}
	if property, chat, ok := r.Subject.Chat(); ok && property == p.Property {
		return forgetChat(r, p, p.Chats[chat], at)
	}
	if p.Fields != nil {
		return nil, nil // neither digests nor agents have facts
	}
	if property, ok := r.Subject.Digest(); ok && property == p.Property {
		return forgetCalls(r, p, at)
	}
	if _, ok := r.Subject.Agent(); ok {
		return forgetHeld(r, p, at)
	}
	return nil, nil
}

func forgetVisitor(r *store.Record, p Person, is bool, at time.Time) (*Change, error) {
	if !is {
		return nil, nil
	}
	if p.Fields == nil {
		c := toRemove(r)
		return &c, nil
	}
	var s visitorState
	if err := DecodeState(r.State, &s); err != nil {
		return nil, fmt.Errorf("forgetting facts in %s: %w", r.Subject, err)
	}
	if !s.Visit.Forget(p.Fields) {
		return nil, nil
	}
	return rewritten(r, &s, at)
}

func forgetChat(r *store.Record, p Person, theirs bool, at time.Time) (*Change, error) {
	var o chatOwner
	if err := DecodeState(r.State, &o); err != nil {
		return nil, fmt.Errorf("forgetting a visitor in %s: %w", r.Subject, err)
	}
	if theirs = theirs || p.Visitor == "" || p.Is(p.Property, o.Visitor); !theirs {
		return nil, nil
	}
	if p.Fields == nil {
		c := toRemove(r)
		return &c, nil
	}
	changed, err := forgetFacts(o.Parked, p.Fields)
	if err != nil || !changed {
		return nil, err
	}
	c, err := rewritten(r, &o, at)
	if err == nil {
		c.Due = o.Until
	}
	return c, err
}

func forgetFacts(events []event.Event, fields []string) (changed bool, err error) {
	for i := range events {
		some, err := event.Forget(&events[i], fields)
		if err != nil {
			return changed, err
		}
		changed = changed || some
	}
	return changed, nil
}

func forgetCalls(r *store.Record, p Person, at time.Time) (*Change, error) {
	if p.Visitor == "" {
		c := toRemove(r)
		return &c, nil
	}
	var s digestState
	if err := DecodeState(r.State, &s); err != nil {
		return nil, fmt.Errorf("forgetting a visitor in %s: %w", r.Subject, err)
	}
	if s.Forget(p.Visitor) == 0 {
		return nil, nil
	}
	return rewritten(r, &s, at)
}

func forgetHeld(r *store.Record, p Person, at time.Time) (*Change, error) {
	var s agent.State
	if err := DecodeState(r.State, &s); err != nil {
		return nil, fmt.Errorf("forgetting a visitor in %s: %w", r.Subject, err)
	}
	left, n := s.Presence.Forget(func(chat string, h agent.Held) bool {
		property, _, _ := strings.Cut(chat, "/")
		return p.Is(property, h.Visitor)
	})
	if n == 0 {
		return nil, nil
	}
	s.Presence = left
	return rewritten(r, &s, at)
}

// rewritten is the change that writes the state of a record anew. It is due at once, so that the decision finds the next instant
// itself.
func rewritten(r *store.Record, state any, at time.Time) (*Change, error) {
	body, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("encoding the state of %s: %w", r.Subject, err)
	}
	c := changeOf(r)
	c.At, c.State, c.Due, c.Wake = at, body, at, r.Woken
	return &c, nil
}

// ChatsOf adds the ids of the chats that a record says are the person's: their own, or that of a chat. A record that cannot be read
// has none.
func (p Person) ChatsOf(r *store.Record) {
	if property, visitor, ok := r.Subject.Visitor(); ok && p.Is(property, visitor) {
		var s visitorState
		if DecodeState(r.State, &s) == nil {
			for id := range s.Chats {
				p.Chats[id] = true
			}
		}
	}
	if property, chat, ok := r.Subject.Chat(); ok {
		var o chatOwner
		if DecodeState(r.State, &o) == nil && p.Is(property, o.Visitor) {
			p.Chats[chat] = true
		}
	}
}

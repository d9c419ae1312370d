package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// What comes in while a property is closed is told of once, at the opening. Until then it is in a record of its own, the
// property's digest: with the property's it would be read with every event. There is one only while there is something in
// it, and in open hours nobody asks for it.
//
// It is written before the visitors are whose events these are, so that none is lost. What is added again because a
// worker died in between, or somebody else wrote the visitor first, is known by its id. The property wakes its digest when
// its hours are edited or overridden (Serve), as an agent wakes properties.

// digestState is what a store keeps of a digest.
type digestState struct {
	chat.Digest
	Due time.Time `json:"due"` // the last that was decided
}

// digestLook is how long a digest is left alone at most. It heals what a wake-up that was lost has left behind, and is how
// the digest of a property that was removed goes away.
const digestLook = 24 * time.Hour

// note adds a new event to what is for the digest.
func (v *visitor) note(e event.Event, at time.Time) {
	if item, ok := chat.Incoming(e); ok && !v.hours.At(e.Time).Open {
		v.arrive(item, at)
	}
}

// noteChat adds a chat in which somebody waits while it is closed.
func (v *visitor) noteChat(id string, at time.Time) {
	c, waits, look := v.chats.ForDigest(v.Chats[id], v.hours, at)
	v.Chats[id], v.look = c, hours.Earliest(v.look, look)
	if waits {
		v.arrive(chat.Item{Kind: chat.ChatItem, ID: id, Visitor: v.id}, at)
	}
}

func (v *visitor) arrive(item chat.Item, at time.Time) {
	after, ok := chat.ArriveAt(v.hours, at)
	if !ok {
		return
	}
	v.out.came.After = after
	v.out.came.Items = append(v.out.came.Items, item)
}

// addToDigests puts what the changes of visitors say into the digests of their properties. Nothing is read or written where
// they say nothing.
func (in intake) addToDigests(ctx context.Context, changes []Change, at time.Time) error {
	came := make(map[store.Subject][]chat.Arrivals)
	for i := range changes {
		if c := &changes[i]; len(c.came.Items) > 0 {
			property, _, _ := c.Subject.Visitor()
			came[store.DigestSubject(property)] = append(came[store.DigestSubject(property)], c.came)
		}
	}
	for range intakeTries {
		if len(came) == 0 {
			return nil
		}
		lost, err := in.addOnce(ctx, came, at)
		if err != nil {
			return err
		}
		for s := range came {
			if !lost[s] {
				delete(came, s)
			}
		}
	}
	return fmt.Errorf("adding to %d digests: %w", len(came), errRecordsBusy)
}

// addOnce adds to digests, and tells which of them somebody else wrote first.
func (in intake) addOnce(ctx context.Context, came map[store.Subject][]chat.Arrivals, at time.Time) (lost map[store.Subject]bool, err error) {
	subjects, ids := make([]store.Subject, 0, len(came)), make(map[store.Subject][]string, len(came))
	for s, all := range came {
		subjects, ids[s] = append(subjects, s), eventsIn(all)
	}
	slices.Sort(subjects)
	records, err := in.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	heard, err := in.store.Heard(ctx, at, ids)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for i := range records {
		r := &records[i]
		c, err := digestAfter(r, came[r.Subject], heard[r.Subject], at)
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		if c.Makes() {
			property, _ := r.Subject.Digest()
			if err := in.store.Serve(ctx, r.Subject, []store.Subject{store.PropertySubject(property)}); err != nil {
				return nil, err
			}
		}
		changes = append(changes, *c)
	}
	return in.commit(ctx, changes)
}

// eventsIn are the ids of the events among items. That they were told of is known for longer than their digest is there.
func eventsIn(all []chat.Arrivals) []string {
	var ids []string
	for _, a := range all {
		for _, item := range a.Items {
			if item.Kind != chat.ChatItem {
				ids = append(ids, item.ID)
			}
		}
	}
	return ids
}

// digestAfter is the change by which a digest gets what came in, save the events that were heard; nil: there is nothing new.
// A new digest is due at once: the decision sees the hours as they are when it is there, and what is edited later wakes it.
func digestAfter(r *store.Record, came []chat.Arrivals, heard map[string]bool, at time.Time) (*Change, error) {
	var s digestState
	if DecodeState(r.State, &s) != nil {
		s = digestState{} // what cannot be read cannot be told
	}
	if s.Due.IsZero() || r.Woken {
		s.Due = at.UTC()
	}
	news := false
	c := changeOf(r)
	c.NewRev, c.At, c.Due = at.UnixMicro(), at, s.Due
	for _, a := range came {
		var fresh []chat.Item
		for _, item := range a.Items {
			if item.Kind != chat.ChatItem {
				if heard[item.ID] {
					continue
				}
				c.Heard = append(c.Heard, item.ID)
			}
			fresh = append(fresh, item)
		}
		if len(fresh) > 0 {
			s.Add(chat.Arrivals{After: a.After, Items: fresh})
			news = true
		}
	}
	if !news {
		return nil, nil
	}
	var err error
	c.State, err = s.encode()
	return &c, err
}

func (s *digestState) encode() ([]byte, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding a digest: %w", err)
	}
	return body, nil
}

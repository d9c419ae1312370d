package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/store"
)

// visitorState is what a store keeps of a visitor.
type visitorState struct {
	Visit visit.State           `json:"visit,omitzero"`
	Chats map[string]chat.State `json:"chats,omitempty"` // by id
	Told  []json.RawMessage     `json:"told,omitempty"`  // the last actions of which pages hear; see told.go
	Wakes map[string]time.Time  `json:"wakes,omitempty"` // by chat: when something is due in it

	Chatting bool `json:"chatting,omitempty"` // the store has been told that a chat is going
}

const (
	chatKept  = 7 * 24 * time.Hour // after its end
	mostChats = 10                 // of a visitor: those in which something was asked last
)

// DecideVisitors decides on visitors as of an instant: on those with events once these are merged into
// their states, on others, and on digests, because their time has come. The records are as Load gives them, also
// of visitors who are not there yet. The events of each are not yet heard; they are noted as
// heard in its Change.
func (d *Decider) DecideVisitors(ctx context.Context, records []store.Record, events map[store.Subject][]event.Event, at time.Time) (Outcome, error) {
	var out Outcome
	sites, err := d.sites(ctx, records, at)
	if err != nil {
		return out, err
	}
	for i := range records {
		r := &records[i]
		property, ok := r.Subject.OnProperty()
		if !ok {
			continue
		}
		if _, ok := r.Subject.Digest(); ok {
			if err := d.takeDigest(ctx, &out, sites[property], r, at); err != nil {
				return out, err
			}
			continue
		}
		site, fresh := sites[property], events[r.Subject]
		switch {
		case site == nil && len(fresh) > 0:
			out.drop(property, len(fresh))
		case r.Rev == 0 && len(fresh) == 0: // removed in between
		case site == nil: // with its property
			out.Changes = append(out.Changes, toRemove(r))
		default:
			out.take(site, r, fresh, at)
		}
	}
	out.decidedAt(at)
	return out, nil
}

func (out *Outcome) drop(property string, events int) {
	if out.Dropped == nil {
		out.Dropped = make(map[string]int)
	}
	out.Dropped[property] += events
}

// take decides on one visitor. One that cannot be decided on is left as it is, and so are its
// events: they are not heard.
func (out *Outcome) take(s *propertyAt, r *store.Record, fresh []event.Event, at time.Time) {
	var v *visitor
	if err := guard(func() (err error) {
		if v, err = s.visitor(r); err == nil {
			v.merge(fresh)
			v.decide(at)
			err = v.change(at)
		}
		return err
	}); err != nil {
		out.Broken = append(out.Broken, Broken{r.Subject, err})
		if len(fresh) == 0 {
			out.Changes = append(out.Changes, toRetry(r, at))
		}
		return
	}
	v.out.Heard = heardIDs(fresh)
	out.Changes = append(out.Changes, v.out)
	out.Skipped = append(out.Skipped, v.skipped...)
}

// visitor is one while it is decided on.
type visitor struct {
	visitorState
	*propertyAt
	record  *store.Record
	id      string
	fresh   []event.Event // that were not known
	asked   []TimerTask   // the tasks that there are
	due     time.Time     // when to look again; zero: when something happens
	look    time.Time     // when to look again, within some seconds
	out     Change
	skipped []Skipped
	err     error // of encoding
}

func (s *propertyAt) visitor(r *store.Record) (*visitor, error) {
	v := &visitor{propertyAt: s, record: r, out: changeOf(r)}
	_, v.id, _ = r.Subject.Visitor()
	if s.broken != nil {
		return nil, s.broken
	}
	err := DecodeState(r.State, &v.visitorState)
	v.asked = v.timerTasks()
	return v, err
}

// merge takes events into the state.
func (v *visitor) merge(events []event.Event) {
	for _, e := range events {
		if v.Visit.Merge(e) {
			v.fresh = append(v.fresh, e)
		}
		if e.Data.Chat == "" {
			continue
		}
		c := v.Chats[e.Data.Chat]
		c.Merge(e)
		if v.Chats == nil {
			v.Chats = make(map[string]chat.State)
		}
		v.Chats[e.Data.Chat] = c
	}
}

// decide asks the visit and each chat.
func (v *visitor) decide(at time.Time) {
	d := visit.Decide(v.visits, v.Visit, v.fresh, v.visitScene(at), at)
	v.Visit, v.due = d.State, d.Due
	for _, e := range d.Effects {
		v.act(triggered(e))
	}
	for _, s := range d.Skipped {
		v.skip(Skipped{visit: s.Visit, chat: s.Chat, trigger: s.Trigger, event: s.Event, Reason: string(s.Reason), verdict: s.Verdict, at: s.At})
	}
	for _, e := range v.fresh {
		v.form(e, at)
		v.note(e, at)
	}
	v.Wakes = make(map[string]time.Time)
	for _, id := range slices.Sorted(maps.Keys(v.Chats)) {
		c := v.Chats[id]
		d := chat.Decide(v.chats, c, v.chatScene(v.department(c.Department.ID, c.Began), &c, at), at)
		v.Chats[id] = d.State
		if !d.Due.IsZero() {
			v.Wakes[id], v.due = d.Due.UTC(), hours.Earliest(v.due, d.Due)
		}
		for _, e := range d.Effects {
			v.act(ruled(e))
		}
		for _, s := range d.Skipped {
			v.skip(Skipped{chat: s.Chat, rule: string(s.Rule), Reason: string(s.Reason), at: s.At})
		}
		v.noteChat(id, at)
	}
	v.forget(at)
}

// form answers an event that is a form.
func (v *visitor) form(e event.Event, at time.Time) {
	if e.Type != event.FormSubmitted {
		return
	}
	c := v.Chats[e.Data.Chat]
	department := v.department(cmp.Or(e.Data.Department, c.Department.ID), e.Time)
	for _, effect := range chat.Form(v.chats, e, v.chatScene(department, &c, at)) {
		v.act(ruled(effect))
	}
}

// forget drops chats that are over for long, and the oldest of too many.
func (v *visitor) forget(at time.Time) {
	maps.DeleteFunc(v.Chats, func(_ string, c chat.State) bool {
		return !c.Going() && at.Sub(c.Ended) >= chatKept && !c.Ended.IsZero()
	})
	if len(v.Chats) <= mostChats {
		return
	}
	ids := slices.SortedFunc(maps.Keys(v.Chats), func(a, b string) int {
		return cmp.Or(v.Chats[b].Asked.Compare(v.Chats[a].Asked), cmp.Compare(a, b))
	})
	for _, id := range ids[mostChats:] {
		delete(v.Chats, id)
		delete(v.Wakes, id)
	}
}

// change makes the change of what was decided.
func (v *visitor) change(at time.Time) error {
	c, expires := &v.out, v.Visit.Expires()
	switch {
	case v.err != nil:
		return v.err
	case v.due.IsZero() && !at.Before(expires) && len(v.fresh) == 0:
		c.Remove = true
		return nil
	}
	c.NewRev = at.UnixMicro()
	if c.Due = v.due; v.due.IsZero() {
		c.Due = expires
	}
	c.Due = hours.Earliest(c.Due, v.look)
	c.reschedule(v.asked, v.timerTasks(), at)
	if going := v.chatting(); going != v.Chatting {
		v.Chatting, c.ChatsBegin, c.ChatsEnd = going, going, !going
	}
	body, err := json.Marshal(v.visitorState)
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	if c.State = body; string(body) == string(v.record.State) {
		c.State = unchanged(v.record)
	}
	return nil
}

// chatting tells whether a chat is going on, about which an edit of the hours may matter.
func (v *visitor) chatting() bool {
	for _, c := range v.Chats {
		if c.Going() {
			return true
		}
	}
	return false
}

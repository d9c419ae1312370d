package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/store"
)

const chatKept = 7 * 24 * time.Hour // after its end

// decideVisitor decides on one visitor, and gives the steps of regular expressions that it took, at most. One that cannot be decided on is left as it is, and its
// events are not noted as seen.
func decideVisitor(out *Outcome, p *propertyAt, r *store.Record, fresh []event.Event, at time.Time) (steps int) {
	c, skipped, err := change(p, r, fresh, at, at)
	if err != nil {
		out.Broken = append(out.Broken, Broken{r.Subject, err})
		if len(fresh) == 0 {
			out.Changes = append(out.Changes, toRetry(r, at))
		}
		return 0
	}
	if len(c.settled) > 0 {
		c.asOf = func(then time.Time) (Change, []Skipped, error) { return change(p, r, fresh, then, at) }
	}
	if p.teamed {
		p.moves.note(p.crew, c.agents)
	}
	p.noteWaits(c.moreWaits())
	out.Changes = append(out.Changes, c)
	out.Skipped = append(out.Skipped, skipped...)
	return c.steps
}

// change is the change of a decision on one visitor as of an instant. What was due between that and the present one is held back.
func change(p *propertyAt, r *store.Record, fresh []event.Event, then, at time.Time) (c Change, skipped []Skipped, err error) {
	err = guard(func() error {
		v, err := newVisitor(p, r)
		if err != nil {
			return err
		}
		had := v.heldChats()
		v.traces = tracesOf(fresh)
		v.merge(fresh)
		held := then.Before(at)
		if held {
			v.hold(at)
		}
		v.decide(then)
		v.out.MessagesDue = v.hadWaited()
		if !held {
			v.out.heldSince, v.out.concerns, v.Held = v.Held, v.concerns(), time.Time{}
		}
		err = v.change(at)
		v.out.agents = v.agentNews(had, at)
		reconcile(v, at)
		v.out.Seen = seenIDs(fresh)
		if held {
			v.out.At, v.out.Due = at, at.Add(heldAgain)
		}
		c, skipped = v.out, v.skipped
		return err
	})
	return c, skipped, err
}

// visitor is one while it is decided on.
type visitor struct {
	visitorState
	*propertyAt
	record  *store.Record
	id      string
	fresh   []event.Event           // that the visit did not know
	given   moves                   // of the visitor's own chats, by their rules
	gave    map[string]string       // the agents to whom they were given, by chat
	signs   map[string][]agent.Sign // of life of agents of the property, in the events
	asked   []TimerTask             // the tasks that were asked for before
	woke    map[string]time.Time    // Wakes as it was before
	traces  traces                  // of the events
	due     time.Time               // when something is due; zero: not before an event
	digest  time.Time               // when the digest may need a chat; some seconds late are no matter
	out     Change
	skipped []Skipped
	err     error // of encoding
}

func newVisitor(p *propertyAt, r *store.Record) (*visitor, error) {
	v := &visitor{propertyAt: p, record: r, out: changeOf(r)}
	_, v.id, _ = r.Subject.Visitor()
	if p.broken != nil {
		return nil, p.broken
	}
	err := DecodeState(r.State, &v.visitorState)
	v.asked, v.woke, v.out.waited = v.timerTasks(), v.Wakes, v.waiting()
	return v, err
}

// merge takes events into the state.
func (v *visitor) merge(events []event.Event) {
	for _, e := range events {
		overflows := v.Visit.Overflows(e)
		if v.Visit.Merge(e) {
			v.fresh = append(v.fresh, e)
			v.skipFact(overflows, attributesFull, e.Data.Chat, e.ID)
		}
		if who, sign, ok := agent.SignOf(e); ok && slices.Contains(v.servants, who) {
			if v.signs == nil {
				v.signs = make(map[string][]agent.Sign)
			}
			v.signs[who] = append(v.signs[who], sign)
		}
		if e.Data.Chat == "" {
			v.choose(e)
			continue
		}
		c := v.Chats[e.Data.Chat]
		tags := c.TagNames()
		c.Merge(e)
		v.skipFact(c.LostTags(tags, e), string(chat.TagsFull), e.Data.Chat, e.ID)
		if v.Chats == nil {
			v.Chats = make(map[string]chat.State)
		}
		v.Chats[e.Data.Chat] = c
	}
}

// choose gives the chats whose department Deskbell has set the one that the visitor chose since.
func (v *visitor) choose(e event.Event) {
	if e.Type != event.DepartmentChosen {
		return
	}
	for id, c := range v.Chats {
		c.Choose(e.Data.Department, e.Time)
		v.Chats[id] = c
	}
}

// decide asks the visit and each chat.
func (v *visitor) decide(at time.Time) {
	v.followHours(at)
	d := visit.Decide(v.visits, v.Visit, v.fresh, v.visitScene(at), at)
	v.Visit, v.due, v.out.settled, v.out.steps = d.State, d.Due, d.Settled, d.Steps
	for _, e := range d.Effects {
		v.act(triggered(e))
		v.did(e)
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
		v.Chats[id], v.out.settled = d.State, append(v.out.settled, d.Settled(at)...)
		if !d.Due.IsZero() {
			v.Wakes[id], v.due = d.Due.UTC(), hours.Earliest(v.due, d.Due)
		}
		for _, e := range d.Effects {
			f := ruled(e)
			f.data.Visit = v.home(&d.State, at)
			v.act(f)
			v.given = v.given.give(&e, at)
			noteGiven(v, &e)
			v.Visit.Did(e.Do, e.Chat, e.At)
			v.chooseSince(e.Do, id)
		}
		for _, s := range d.Skipped {
			v.skip(Skipped{chat: s.Chat, rule: string(s.Rule), Reason: string(s.Reason), at: s.At})
		}
		v.noteChat(id, at)
	}
	v.forget(at)
}

// hadWaited are the due times of the messages dealt with that the record knew to wait. It leaves out those that an event began
// whose time was over when it came: no worker is late for them.
func (v *visitor) hadWaited() []time.Time {
	return slices.DeleteFunc(slices.Clone(v.out.settled), func(due time.Time) bool {
		return !slices.ContainsFunc(v.asked, func(t TimerTask) bool { return t.At.Equal(due) })
	})
}

// followHours moves the ends of snoozes. Triggers wait for them, and are decided on first.
func (v *visitor) followHours(at time.Time) {
	for _, id := range slices.Sorted(maps.Keys(v.Chats)) {
		c := v.Chats[id]
		moved := c.FollowHours(v.door(v.department(c.Department.ID, c.Began)), at)
		if v.Chats[id] = c; moved == nil {
			continue
		}
		f := ruled(*moved)
		f.data.Visit = v.home(&c, at)
		v.act(f)
	}
}

// did notes in the chat what a trigger did to it: its rules are decided on after the triggers.
func (v *visitor) did(e visit.Effect) {
	c, known := v.Chats[e.Chat]
	if !known {
		return
	}
	c.Did(e.Do, e.Since)
	if e.Do.Snooze != "" {
		c.Snooze(e.At, e.Until)
	}
	v.Chats[e.Chat] = c
	v.chooseSince(e.Do, e.Chat)
}

// chooseSince gives a chat whose department was set the one that the visitor has chosen after that, in an event that came together with
// the cause.
func (v *visitor) chooseSince(do trigger.Action, id string) {
	c, known := v.Chats[id]
	if do.SetDepartment == "" || !known {
		return
	}
	for _, e := range v.fresh {
		if e.Type == event.DepartmentChosen && e.Data.Chat == "" {
			c.Choose(e.Data.Department, e.Time)
		}
	}
	v.Chats[id] = c
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

// note adds a new event to the arrivals for the digest.
func (v *visitor) note(e event.Event, at time.Time) {
	if item, ok := chat.Incoming(e); ok && !v.hours.At(e.Time).Open {
		v.arrive(item, at)
	}
}

// noteChat adds a chat in which the visitor waits while the property is closed.
func (v *visitor) noteChat(id string, at time.Time) {
	c, waits, due := v.chats.ForDigest(v.Chats[id], v.hours, at)
	v.Chats[id], v.digest = c, hours.Earliest(v.digest, due)
	if waits {
		v.arrive(chat.Item{Kind: chat.ChatItem, ID: id, Visitor: v.id}, at)
	}
}

// arrive adds an item to the arrivals for the digest of the next opening.
func (v *visitor) arrive(item chat.Item, at time.Time) {
	after, ok := chat.ArriveAt(v.hours, at)
	if !ok {
		return
	}
	v.out.came.After = after
	v.out.came.Items = append(v.out.came.Items, item)
}

// forget drops chats that are over for long, and the oldest of too many.
func (v *visitor) forget(at time.Time) {
	maps.DeleteFunc(v.Chats, func(_ string, c chat.State) bool {
		return !c.Going() && at.Sub(c.Ended) >= chatKept && !c.Ended.IsZero()
	})
	if len(v.Chats) <= trigger.MostChats {
		return
	}
	ids := slices.SortedFunc(maps.Keys(v.Chats), func(a, b string) int {
		return cmp.Or(v.Chats[b].Asked.Compare(v.Chats[a].Asked), cmp.Compare(a, b))
	})
	for _, id := range ids[trigger.MostChats:] {
		delete(v.Chats, id)
		delete(v.Wakes, id)
		v.skipFact(true, chatsFull, id, "")
	}
}

// change completes the change to commit.
func (v *visitor) change(at time.Time) error {
	c, expires := &v.out, v.Visit.Expires(v.keep, len(v.Chats) > 0)
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
	c.Due = hours.Earliest(c.Due, v.digest)
	c.reschedule(v.asked, v.timerTasks(), at)
	c.wait(v.waiting())
	if going := v.mindsHours(); going != v.Chatting {
		v.Chatting, c.ChatsBegin, c.ChatsEnd = going, going, !going
	}
	body, err := wire.Marshal(&v.visitorState, (*visitorState).form)
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	if c.State = body; string(body) == string(v.record.State) {
		c.State = unchanged(v.record)
	}
	return nil
}

// mindsHours tells whether an edit of the hours may matter: a chat is going on, or a trigger counts open time.
func (v *visitor) mindsHours() bool {
	for _, c := range v.Chats {
		if c.Going() {
			return true
		}
	}
	return v.visits.MindsHours(&v.Visit)
}

// hold notes that something that is due is held back from now on, or still is.
func (v *visitor) hold(at time.Time) {
	if v.Held.IsZero() {
		v.Held = at.UTC()
	}
}

// heldFor is how long it has been held back.
func (v *visitor) heldFor(at time.Time) time.Duration {
	if v.Held.IsZero() {
		return 0
	}
	return min(max(0, at.Sub(v.Held)), mostHeld)
}

// concerns are the visitor and their chats: events may name either.
func (v *visitor) concerns() []store.Subject {
	subjects := []store.Subject{v.record.Subject}
	for id := range v.Chats {
		subjects = append(subjects, store.ChatSubject(v.propertyAt.id, id))
	}
	return subjects
}

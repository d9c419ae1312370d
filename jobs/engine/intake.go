package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// intakeStore is as much of a store as taking in events needs.
type intakeStore interface {
	Reader
	Seen(ctx context.Context, at time.Time, events map[store.Subject][]string) (map[store.Subject]map[string]bool, error)
	Commit(ctx context.Context, changes []store.Change) (lost []store.Subject, err error)
	Serve(ctx context.Context, served store.Subject, by []store.Subject) error
}

// intake processes events, of visitors and of agents, and visitors whose time has come: load, decide, commit, and once more
// for each lost commit. A worker and the simulation both go this way.
type intake struct {
	store      intakeStore
	decider    *Decider
	now        func() time.Time
	unfinished Unfinished    // nil: whatever was accepted is taken in
	board      *rate.Limiter // limits the held-back messages that are shown there; nil: none are
	setAside   bool          // whoever has had their share of a batch
}

// Taken is the result of processing.
type Taken struct {
	Took  map[string]Took // by property
	Aside map[string]bool // properties whose events have to be processed again, alone: some of their visitors were not decided on

	At      time.Time
	Changes []Change // committed
	Broken  []Broken
	Dropped map[store.Subject]int // events of properties and agents that are not defined
	Skipped []Skipped
	Held    map[store.Subject]bool // of whom something is due, and waits for events

	Events   int // new ones
	Repeated int // seen before
	lost     int // commits; each was decided anew
	shares   *shares
	aside    *setAside
}

// intakeTries is how often a decision is made anew. Each time, another worker has got on.
const intakeTries = 20

// Process takes in events, and decides on visitors whose time has come. With an error, Taken still
// holds for those that were committed; the others have to be given to it again. The events are those of some tasks.
//
// Visitors of a property that has had its share are not decided on: Taken.Aside has their property, and IsAside and IsAsideDue tell
// what is left of the work.
func (in intake) Process(ctx context.Context, events []event.Event, due []store.Subject, tasks ...string) (*Taken, error) {
	return in.process(ctx, in.shares(true), events, due, tasks)
}

// ProcessAlone is Process for one property, whose share is all there is.
func (in intake) ProcessAlone(ctx context.Context, events []event.Event, due []store.Subject, tasks ...string) (*Taken, error) {
	return in.process(ctx, in.shares(false), events, due, tasks)
}

// shares measures decisions, where it matters what they take.
func (in intake) shares(bounded bool) *shares {
	if !in.setAside {
		return nil
	}
	return newShares(bounded)
}

func (in intake) process(ctx context.Context, s *shares, events []event.Event, due []store.Subject, tasks []string) (*Taken, error) {
	t := &Taken{At: in.now(), Dropped: make(map[store.Subject]int), Held: make(map[store.Subject]bool), Aside: make(map[string]bool), shares: s, aside: newSetAside()}
	if s != nil {
		t.Took = s.took
	}
	events = slices.Clone(events)
	event.Arrive(events, t.At) // by the clock of this worker, too: they may be from another machine
	news := make(map[store.Subject][]event.Event)
	for _, s := range due {
		news[s] = nil
	}
	parked, err := in.findOwners(ctx, t, events, news)
	if err != nil {
		return t, err
	}
	for range intakeTries {
		if len(news) == 0 {
			parked = slices.DeleteFunc(parked, func(chat store.Subject) bool { return t.aside.chats[chat] })
			return t, in.unpark(ctx, t.At, parked)
		}
		if err := in.round(ctx, news, tasks, t); err != nil {
			return t, err
		}
		t.At = in.now()
	}
	return t, fmt.Errorf("taking events of %d visitors and agents: %w", len(news), errRecordsBusy)
}

// add adds changes that are written.
func (t *Taken) add(changes []Change) {
	for _, c := range changes {
		t.Events += len(c.Seen)
		c.State, c.asOf, c.agents, c.after = nil, nil, nil, nil
		t.Changes = append(t.Changes, c)
	}
}

// IsAside tells whether an event has to be processed again, alone.
func (t *Taken) IsAside(e *event.Event) bool { return t.aside.events[nameOf(e)] }

// IsAsideDue tells the same of a visitor whose time has come.
func (t *Taken) IsAsideDue(visitor store.Subject) bool { return t.aside.visitors[visitor] }

// SetAside counts the events that have to be processed again, alone. They are no Events, and not Repeated.
func (t *Taken) SetAside() int { return t.aside.count }

// errRecordsBusy is for work that comes again by itself.
var errRecordsBusy = errors.New("others kept writing the same records")

// round processes all news once, and leaves the news of those whose commit was lost. It goes through them part by part:
// their events are bounded, and their records may be a hundred times as large.
func (in intake) round(ctx context.Context, news map[store.Subject][]event.Event, tasks []string, t *Taken) error {
	rest := slices.Sorted(maps.Keys(news)) // a simulation is the same each time
	for len(rest) > 0 {
		records, err := in.read(ctx, rest)
		if err != nil {
			return err
		}
		part := make(map[store.Subject][]event.Event, len(records))
		for _, s := range rest[:len(records)] {
			part[s] = news[s]
		}
		rest = rest[len(records):]
		lost, err := in.part(ctx, records, part, tasks, t)
		if err != nil {
			return err
		}
		for s, events := range part {
			if lost[s] {
				news[s] = events
			} else {
				delete(news, s)
			}
		}
	}
	return nil
}

// part processes the news of some visitors, strikes out the events that were seen before, and tells whose commit was lost.
func (in intake) part(ctx context.Context, records []store.Record, news map[store.Subject][]event.Event, tasks []string, t *Taken) (lost map[store.Subject]bool, err error) {
	records, err = in.fresh(ctx, records, news, t)
	if err != nil {
		return nil, err
	}
	out, err := in.decider.decideNews(ctx, records, news, t.At, t.shares)
	if err != nil {
		return nil, err
	}
	if err := in.holdBack(ctx, &out, tasks, t.At); err != nil {
		return nil, err
	}
	if err := in.addToDigests(ctx, out.Changes, t.At); err != nil {
		return nil, err
	}
	kept, told, refused, err := claim(ctx, in, out.Changes, tasks, t.At)
	t.add(told)
	if err != nil {
		return nil, err
	}
	out.without(kept, refused)
	told, err = tellAgents(ctx, in, out.Changes, tasks, t.At)
	t.add(told)
	if err != nil {
		return nil, err
	}
	showHeldBack(&out, in.board, t.At)
	lost, err = in.commit(ctx, out.Changes)
	if err != nil {
		return nil, err
	}
	var written []Change
	for _, c := range out.Changes {
		if lost[c.Subject] {
			t.lost++
			continue
		}
		written = append(written, c)
	}
	told, err = tellAfter(ctx, in, written, tasks, t.At)
	t.add(append(told, written...))
	if err != nil {
		return nil, err
	}
	for _, s := range refused {
		lost[s] = true
	}
	for _, r := range out.aside {
		property, _ := r.Subject.OnProperty()
		t.Aside[property] = true
		t.aside.add(r.Subject, news[r.Subject])
	}
	for _, s := range out.Held {
		t.Held[s] = !lost[s]
	}
	for _, s := range out.Skipped {
		if !lost[s.subject] {
			t.Skipped = append(t.Skipped, s)
		}
	}
	t.Broken = append(t.Broken, out.Broken...)
	for undefined, n := range out.Dropped {
		t.Dropped[undefined] += n
	}
	return lost, nil
}

// Records are read so many at first, and then so many more at once as seem to fit.
const firstRecords, moreRecords = 32, 128

// read gives the records of the first of some visitors: at least one, and no more than fit into store.PartBytes, as far as those before tell.
func (in intake) read(ctx context.Context, subjects []store.Subject) (records []store.Record, err error) {
	bytes := 0
	for more := min(len(subjects), firstRecords); more > 0; {
		found, err := in.store.Load(ctx, subjects[len(records):len(records)+more])
		if err != nil {
			return nil, err
		}
		for i := range found {
			bytes += len(found[i].State)
		}
		records = append(records, found...)
		each := bytes/len(records) + 1
		more = min(len(subjects)-len(records), (store.PartBytes-bytes)/each, moreRecords)
	}
	return records, nil
}

// fresh gives the records for which there is news, and strikes out of the news the events that were
// seen before. It asks for those after the records were read: when another worker commits an
// event in between, the commit of this decision is lost.
func (in intake) fresh(ctx context.Context, records []store.Record, news map[store.Subject][]event.Event, t *Taken) ([]store.Record, error) {
	ids := make(map[store.Subject][]string, len(news))
	for s, events := range news {
		if len(events) > 0 {
			ids[s] = seenIDs(events)
		}
	}
	seen, err := in.store.Seen(ctx, t.At, ids)
	if err != nil {
		return nil, err
	}
	left := records[:0]
	for _, r := range records {
		events, known := news[r.Subject], seen[r.Subject]
		if len(known) > 0 {
			var fresh []event.Event
			for i := range events {
				if !known[ids[r.Subject][i]] {
					fresh = append(fresh, events[i])
				}
			}
			news[r.Subject] = fresh
			t.Repeated += len(events) - len(fresh)
			if len(fresh) == 0 {
				continue
			}
		}
		left = append(left, r)
	}
	return left, nil
}

// commit writes changes, and tells which were lost.
func (in intake) commit(ctx context.Context, changes []Change) (lost map[store.Subject]bool, err error) {
	if len(changes) == 0 {
		return make(map[store.Subject]bool), nil
	}
	some, err := in.store.Commit(ctx, Written(changes))
	lost = make(map[store.Subject]bool, len(some))
	for _, s := range some {
		lost[s] = true
	}
	if err == nil {
		for i := range changes {
			if c := &changes[i]; !lost[c.Subject] {
				in.decider.spoken.note(c.Subject, c.spoken)
			}
		}
	}
	return lost, err
}

// holdBack replaces the changes that have to wait by what may be written before. The events of some tasks are not waited for:
// those of which these changes were made.
func (in intake) holdBack(ctx context.Context, out *Outcome, tasks []string, at time.Time) error {
	if in.unfinished == nil {
		return nil
	}
	var waits []Wait
	var changes []*Change
	for i := range out.Changes {
		c := &out.Changes[i]
		if c.asOf == nil || !c.heldSince.IsZero() && at.Sub(c.heldSince) >= mostHeld {
			continue
		}
		waits, changes = append(waits, Wait{c.concerns, slices.MaxFunc(c.settled, time.Time.Compare)}), append(changes, c)
	}
	if len(waits) == 0 {
		return nil
	}
	accepted, err := in.unfinished(ctx, waits, tasks)
	if err != nil {
		return err
	}
	for i, first := range accepted {
		if first.IsZero() {
			continue
		}
		if err := out.hold(changes[i], first); err != nil {
			return err
		}
	}
	return nil
}

package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config holds the dependencies of a Simulation.
type Config struct {
	// Open makes an empty store that reads the simulation's clock. Its places give the
	// order in which actions were committed, also across shards.
	Open     func(now func() time.Time) store.Store
	From     time.Time          // the first instant of the clock
	TimeZone *time.Location     // for schedules and subjects that name none
	Log      logrus.FieldLogger // gets the subjects that cannot be decided on
	Action   func([]byte) error // gets every action as CloudEvents JSON, in order
	Explain  bool               // also report messages that were not sent, as action.MessageSkipped
}

// Simulation runs Deskbell on a clock of its own: the same decisions as a worker's, on
// the same contract of a store, at the very instants at which they are due. It has no
// queues and no destinations: Action gets all actions, also the notices for agents' own
// services.
//
// Only Advance moves its clock. Work that is due where the clock stands is left until the
// clock moves on, or until Settle. So a decision knows all that happens at its instant
// (Define, Take), like that of a worker, which runs a moment later.
//
// It is not for use by several goroutines at once.
type Simulation struct {
	*engine.Engine
	store   store.Store
	editor  *edit.Editor
	clock   time.Time
	action  func([]byte) error
	explain bool
	skipped []engine.Skipped // and not given to Action yet
	parked  map[store.Subject]int
}

// New makes a simulation in which nothing is defined.
func New(c Config) *Simulation {
	s := &Simulation{clock: c.From, action: c.Action, explain: c.Explain, parked: make(map[store.Subject]int)}
	s.store = c.Open(s.Now)
	s.Engine = engine.New(engine.Config{
		Store: s.store, TimeZone: c.TimeZone, Now: s.Now, Log: c.Log, Batch: 500,
		AskSweep:  func(context.Context, int, time.Time) error { return nil }, // Settle looks for itself
		AskTimers: func(context.Context, []*engine.Change) {},
	})
	s.editor = edit.New(edit.Config{Store: s.store, Now: s.Now, TimeZone: c.TimeZone, Ask: idle{}})
	return s
}

// Now is where the clock stands.
func (s *Simulation) Now() time.Time { return s.clock }

// Define replaces all definitions from now on. Open chats are decided on anew, as after an
// edit. Overrides stay.
func (s *Simulation) Define(ctx context.Context, defs *definition.Definitions) error {
	steps, err := s.editor.Plan(ctx, defs)
	if err != nil {
		return err
	}
	return s.editor.Write(ctx, steps)
}

// Calendars gives the closures of calendars, by their URL. It is called before Define.
func (s *Simulation) Calendars(ctx context.Context, feeds hours.Feeds) error {
	for url, closures := range feeds {
		body, err := json.Marshal(closures)
		if err != nil {
			return fmt.Errorf("encoding a calendar: %w", err)
		}
		if _, err := s.store.SetGlobal(ctx, store.GlobalSchedule, store.CalendarName(url), nil, body); err != nil {
			return err
		}
	}
	return nil
}

// Take takes in events, checked and complete as an event.Intake gives them, at the instant
// where the clock stands: those that happen then, or that come late. The next Settle gives
// Action the actions that follow at once. Events of a property or an agent that is not
// defined are dropped, and logged.
func (s *Simulation) Take(ctx context.Context, events ...event.Event) error {
	t, err := s.Process(ctx, events, nil)
	s.skipped = append(s.skipped, t.Skipped...)
	s.LogBroken(t.Broken)
	for _, undefined := range slices.Sorted(maps.Keys(t.Dropped)) {
		kind, id, _ := strings.Cut(string(undefined), "/")
		s.Log.WithFields(logrus.Fields{kind: id, "events": t.Dropped[undefined]}).Warn("events dropped: their " + kind + " is not defined")
	}
	if err != nil || !s.explain {
		return err
	}
	return s.countParked(ctx, events)
}

// Try gives the actions that an arrival would lead to; see engine.Decider.Try.
func (s *Simulation) Try(ctx context.Context, arrival event.Event) (engine.Trial, error) {
	return s.Decider().Try(ctx, arrival)
}

// Advance lets time pass up to an instant. It leaves work that is due at that instant
// itself. It never sets the clock back.
func (s *Simulation) Advance(ctx context.Context, to time.Time) error {
	for s.clock.Before(to) {
		if err := s.Settle(ctx); err != nil {
			return err
		}
		next, err := s.next(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || next.After(to) {
			next = to
		}
		s.clock = next
	}
	return nil
}

// next is when the next subject is due; zero: none is.
func (s *Simulation) next(ctx context.Context) (first time.Time, err error) {
	depths, err := s.store.Depths(ctx, s.clock)
	for _, d := range depths {
		if first.IsZero() || !d.Next.IsZero() && d.Next.Before(first) {
			first = d.Next
		}
	}
	return first, err
}

// Settle does all work that is due at the instant where the clock stands.
func (s *Simulation) Settle(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		left, err := s.beat(ctx)
		if err != nil {
			return err
		}
		if !left {
			return s.deliver(ctx)
		}
	}
}

// beat does the work that one tick of a worker would ask for; false: there was none.
func (s *Simulation) beat(ctx context.Context) (bool, error) {
	edited, err := s.store.Edited(ctx)
	if err != nil {
		return false, err
	}
	for _, schedule := range edited {
		if _, err := s.WakeUsers(ctx, schedule); err != nil {
			return false, err
		}
	}
	pending, err := s.store.Pending(ctx, s.clock)
	if err != nil {
		return false, err
	}
	left := len(edited) > 0
	for shard, p := range pending {
		if !p.Due && !p.Wakes {
			continue
		}
		left = true
		sweep := engine.SweepRun{Engine: s.Engine, Shard: shard, Lease: store.Lease{Holder: simulation, For: store.LeaseFor}}
		if err := sweep.Run(ctx, s.clock); err != nil {
			return false, err
		}
		s.skipped = append(s.skipped, sweep.Skipped...)
		if _, err := s.PassOn(ctx, shard); err != nil {
			return false, err
		}
	}
	return left, nil
}

// deliver gives the actions of all shards to Action, in the order of their commits, and
// drops them.
func (s *Simulation) deliver(ctx context.Context) error {
	var all []store.Entry
	for shard := range s.store.Shards() {
		notices, err := s.takeNotices(ctx, shard)
		if err != nil {
			return err
		}
		actions, err := s.takeActions(ctx, shard)
		if err != nil {
			return err
		}
		all = append(append(all, notices...), actions...)
	}
	slices.SortFunc(all, func(a, b store.Entry) int { return store.CompareSeq(a.Seq, b.Seq) })
	for _, e := range all {
		body, err := action.WithProperties(e.Body, store.Properties(e.For))
		if err != nil {
			return err
		}
		if err := s.action(body); err != nil {
			return err
		}
	}
	return s.tellSkipped()
}

func (s *Simulation) tellSkipped() error {
	for i := range s.skipped {
		if !s.explain {
			break
		}
		body, err := s.skipped[i].Explained().MarshalJSON()
		if err != nil {
			return fmt.Errorf("encoding an action: %w", err)
		}
		if err := s.action(body); err != nil {
			return err
		}
	}
	s.skipped = nil
	return nil
}

// simulation is the holder of the leases, and the name of the only destination.
const simulation = "simulation"

func (s *Simulation) takeNotices(ctx context.Context, shard int) ([]store.Entry, error) {
	entries, err := s.store.Notices(ctx, shard, math.MaxInt)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	last := entries[len(entries)-1].Seq
	entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return e.Push }) // nobody has subscribed here
	return entries, s.store.Noticed(ctx, shard, last)
}

func (s *Simulation) takeActions(ctx context.Context, shard int) ([]store.Entry, error) {
	lane, lease := store.Lane{Shard: shard, Destination: simulation}, store.Lease{Holder: simulation, For: store.LeaseFor}
	entries, cursor, _, err := s.store.Outbox(ctx, lane, lease, math.MaxInt)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	_, err = s.store.Delivered(ctx, lane, store.Settlement{
		Lease: store.Lease{Holder: simulation}, From: cursor, To: entries[len(entries)-1].Seq, All: []string{simulation},
	})
	return entries, err
}

package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// SweepRun is one sweep and its results: it claims the records that are due in a shard, decides on
// them and commits, batch by batch, until none is left.
type SweepRun struct {
	*Engine
	Shard int
	Lease store.Lease

	Busy, Claimed                           bool
	Lag                                     time.Duration // of the first that was claimed
	Flips                                   Flips
	Decided, Notices, Actions, Lost, Broken int
	Skipped                                 []Skipped // messages that were held back

	Delivers, Notifies map[int]bool // shards, also others, in which actions and notices were written
}

// Run claims, decides and commits until nothing is due in the shard. Its error is ErrStopping when others are to go on.
func (s *SweepRun) Run(ctx context.Context, nominal time.Time) error {
	limit := s.Batch
	for {
		if s.HandsOver() {
			limit = 0 // a claim that finds nothing gives the lease back
		}
		at := hours.Later(nominal, s.now()) // late work is done as of now: a late flip does not open a shop that has closed since
		claim, err := s.Store.Claim(ctx, s.Shard, s.Lease, at, limit)
		switch {
		case err != nil:
			return err
		case claim.Busy:
			s.Busy = true
			return nil
		case limit == 0:
			return ErrStopping
		case len(claim.Records) == 0:
			return nil
		}
		if !s.Claimed {
			s.Claimed, s.Lag = true, at.Sub(claim.Records[0].Due)
		}
		if err := s.Decide(ctx, claim.Records, at); err != nil {
			return err
		}
	}
}

// Decide decides on records as of an instant, and commits.
func (s *SweepRun) Decide(ctx context.Context, records []store.Record, at time.Time) error {
	out, err := s.decider.decide(ctx, records, at, s.shares(true))
	if err != nil {
		return err
	}
	for _, r := range out.aside { // the next beat has a share, too
		out.Changes = append(out.Changes, toPostpone(r, at))
	}
	s.LogBroken(out.Broken)
	if err := s.holdBack(ctx, &out, nil, at); err != nil {
		return err
	}
	if err := s.addToDigests(ctx, out.Changes, at); err != nil {
		return err
	}
	if err := s.noteTurns(ctx, out.Changes); err != nil {
		return err
	}
	kept, told, again, err := claim(ctx, s.intake, out.Changes, nil, at)
	if err := errors.Join(err, s.tell(ctx, told)); err != nil {
		return err
	}
	out.without(kept, again)
	told, err = tellAgents(ctx, s.intake, out.Changes, nil, at)
	if err := errors.Join(err, s.tell(ctx, told)); err != nil {
		return err
	}
	showHeldBack(&out, s.board, at)
	lost, err := s.Store.Commit(ctx, s.written(out.Changes))
	if err != nil {
		return err
	}
	s.Lost += len(lost)
	s.Broken += len(out.Broken)
	committed, flipped := s.now(), Flips{}
	var timers []*Change
	var written []Change
	for i := range out.Changes {
		c := &out.Changes[i]
		if slices.Contains(lost, c.Subject) {
			if len(c.agents) > 0 {
				again = append(again, c.Subject) // its agents may have been told what is not so
			}
			continue // it is still due, and comes again
		}
		if len(c.after) > 0 {
			written = append(written, *c)
		}
		s.decider.spoken.note(c.Subject, c.spoken)
		s.Decided++
		flipped.add(c.Flips)
		s.Observer.Committed(c, committed)
		s.Observer.Messages(c, committed)
		s.Notices += c.Notices
		s.Actions += c.Leaving()
		s.note(c)
		if c.HasTimers() {
			timers = append(timers, c)
		}
	}
	s.AskTimers(ctx, timers)
	held := slices.DeleteFunc(out.Skipped, func(k Skipped) bool { return slices.Contains(lost, k.subject) })
	s.LogHeldBack(held)
	s.Skipped = append(s.Skipped, held...)
	s.Flips.add(flipped)
	s.Observer.Flipped(flipped)
	told, err = tellAfter(ctx, s.intake, written, nil, at)
	if err := errors.Join(err, s.tell(ctx, told)); err != nil {
		return err
	}
	return s.again(ctx, again)
}

// written are the changes as a store takes them, from this sweep.
func (s *SweepRun) written(changes []Change) []store.Change {
	list := Written(changes)
	for i := range list {
		list[i].Run = s.Lease.Run
	}
	return list
}

// again decides anew on visitors who lost their commit or a claim.
func (s *SweepRun) again(ctx context.Context, visitors []store.Subject) error {
	if len(visitors) == 0 {
		return nil
	}
	t, err := s.Process(ctx, nil, visitors)
	for i := range t.Changes {
		s.Observer.Messages(&t.Changes[i], t.At)
	}
	s.LogBroken(t.Broken)
	s.LogHeldBack(t.Skipped)
	s.Decided, s.Skipped = s.Decided+len(t.Changes), append(s.Skipped, t.Skipped...)
	return errors.Join(err, s.tell(ctx, t.Changes))
}

// tell passes on what changes ask for in shards that may be others.
func (s *SweepRun) tell(ctx context.Context, told []Change) error {
	flipped, stirred, timers := Flips{}, make(map[int]bool), []*Change(nil)
	for i := range told {
		c := &told[i]
		flipped.add(c.Flips)
		s.Notices += c.Notices
		s.Actions += c.Leaving()
		if c.Wake || c.Stir {
			stirred[s.Store.Shard(c.Subject)] = true
		}
		if c.HasTimers() {
			timers = append(timers, c)
		}
		s.note(c)
	}
	s.AskTimers(ctx, timers)
	s.Flips.add(flipped)
	s.Observer.Flipped(flipped)
	for shard := range stirred {
		if _, err := s.PassOn(ctx, shard); err != nil {
			return err
		}
	}
	return nil
}

// note notes in which shards there is something to deliver.
func (s *SweepRun) note(c *Change) {
	for _, n := range []struct {
		some int
		in   *map[int]bool
	}{{c.Leaving(), &s.Delivers}, {c.Notices, &s.Notifies}} {
		if n.some == 0 {
			continue
		}
		if *n.in == nil {
			*n.in = make(map[int]bool)
		}
		(*n.in)[s.Store.Shard(c.Subject)] = true
	}
}

// noteTurns notes that agents who take turns in the schedules of properties serve these.
func (s *SweepRun) noteTurns(ctx context.Context, changes []Change) error {
	for i := range changes {
		if err := s.Store.Serve(ctx, changes[i].Subject, changes[i].turning); err != nil {
			return err
		}
	}
	return nil
}

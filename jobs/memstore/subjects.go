package memstore

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// load gives the record of a subject.
func (sh *shard) load(subject store.Subject) store.Record {
	r, ok := sh.records[subject]
	if !ok {
		return store.Record{Subject: subject}
	}
	return store.Record{Subject: subject, Definition: r.definition, State: r.state, Rev: r.rev, Woken: r.woken}
}

// schedule makes a subject due; the zero time takes it out of the timetable.
func (sh *shard) schedule(subject store.Subject, r *record, at time.Time) {
	ms := milliseconds(at)
	sh.due.move(subject, r.due, ms)
	r.due = ms
}

// Claim implements store.Store.
func (s *Store) Claim(_ context.Context, shard int, l store.Lease, at time.Time, limit int) (store.Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, sh := sweepLease(shard), s.shards[shard]
	if !s.take(name, l) {
		return store.Claim{Busy: true}, nil
	}
	first := sh.due.until(at)
	first = first[:min(limit, len(first))]
	if len(first) == 0 {
		delete(s.leases, name)
		return store.Claim{}, nil
	}
	var records []store.Record
	bytes := 0
	for _, d := range first {
		r := sh.load(d.subject)
		r.Due = instant(d.ms)
		if bytes += len(r.Definition) + len(r.State); bytes > store.PartBytes && len(records) > 0 {
			break
		}
		records = append(records, r)
	}
	return store.Claim{Records: records}, nil
}

// Load implements store.Store.
func (s *Store) Load(_ context.Context, subjects []store.Subject) ([]store.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := make([]store.Record, len(subjects))
	for i, subject := range subjects {
		records[i] = s.of(subject).load(subject)
	}
	return records, nil
}

// Commit implements store.Store. Of two changes of one subject, the second is lost.
func (s *Store) Commit(_ context.Context, changes []store.Change) (lost []store.Subject, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var told []store.Subject
	seen := make(map[store.Subject]bool, len(changes))
	for i := range changes {
		c := &changes[i]
		sh := s.shards[s.Shard(c.Subject)]
		r := sh.records[c.Subject]
		if seen[c.Subject] || !r.fits(c) || s.isLate(sweepLease(s.Shard(c.Subject)), c.Run) {
			lost = append(lost, c.Subject)
			continue
		}
		seen[c.Subject] = true
		if sh.change(r, c) && (!c.Subject.Undefined() || len(c.Actions) > 0 || c.Remove) {
			told = append(told, c.Subject)
		}
		if c.Wake || c.Stir {
			sh.requestWakes(c.Subject, c.Wake)
		}
		s.send(sh, c)
		sh.seen.add(c)
		s.noteChats(sh, c)
		sh.noteWaits(c)
	}
	s.tell(told)
	return lost, nil
}

// fits tells whether a change was decided on this record; nil: there is none.
func (r *record) fits(c *store.Change) bool {
	if r == nil {
		return c.Makes()
	}
	return r.rev == c.Rev && r.woken == c.Woken
}

// change writes a change into its record; false: it only says when the subject is due.
// A change that must not be repeated gives the record a new revision.
func (sh *shard) change(r *record, c *store.Change) bool {
	switch {
	case c.Remove:
		if r != nil {
			sh.remove(c.Subject, r)
		}
		return true
	case r == nil:
		r = &record{rev: c.NewRev, state: c.State}
		sh.records[c.Subject] = r
		sh.schedule(c.Subject, r, c.Due)
		return true
	}
	sh.schedule(c.Subject, r, c.Due)
	if c.State == nil && !c.Woken && !c.Wake && !c.Stir && len(c.Actions) == 0 && len(c.Seen) == 0 {
		return false
	}
	if c.State != nil {
		r.state = c.State
	}
	r.rev, r.woken = store.NextRev(r.rev, c.At), false
	return true
}

// requestWakes asks to wake, or else to stir, the subjects that a subject serves.
func (sh *shard) requestWakes(by store.Subject, wake bool) {
	sh.wakes.count++
	for served := range sh.served[by] {
		name := string(served)
		if !wake {
			name = store.StirName(served)
		}
		sh.wakes.at[name] = sh.wakes.count
	}
}

// Edit implements store.Store.
func (s *Store) Edit(_ context.Context, e store.Edit) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.of(e.Subject)
	r, ok := sh.records[e.Subject]
	if !ok {
		r = new(record)
	}
	if r.rev != e.Rev {
		return false, nil
	}
	for _, name := range e.Uses {
		add(s, sh.users, name, e.Subject)
	}
	for _, name := range e.Unuses {
		delete(sh.users[name], e.Subject)
	}
	if e.Definition == nil {
		sh.remove(e.Subject, r)
	} else {
		s.define(sh, r, e)
	}
	s.tell([]store.Subject{e.Subject})
	return true, nil
}

func (s *Store) define(sh *shard, r *record, e store.Edit) {
	if e.Rev == 0 {
		sh.records[e.Subject] = r
		sh.defined[e.Subject] = s.number()
	}
	r.definition, r.rev, r.woken = e.Definition, max(e.Rev+1, e.NewRev), true
	sh.schedule(e.Subject, r, e.Due)
}

func (sh *shard) remove(subject store.Subject, r *record) {
	sh.schedule(subject, r, time.Time{})
	delete(sh.records, subject)
	delete(sh.defined, subject)
	delete(sh.served, subject)
}

// noteWaits keeps how many messages wait for a visitor.
func (sh *shard) noteWaits(c *store.Change) {
	switch _, _, visitor := c.Subject.Visitor(); {
	case !visitor:
	case c.Remove, c.Waits != nil && *c.Waits == 0:
		delete(sh.waits, c.Subject)
	case c.Waits != nil:
		sh.waits[c.Subject] = *c.Waits
	}
}

package deliver

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// asideMost and asideBytes bound what a lane sets aside. When it is full, the lane waits.
const (
	asideMost  = 1000
	asideBytes = 4 << 20
)

// lane is one run of a lane. It tries the actions aside that are due, then the new
// ones. It ends when nothing is left, when the destination may not be called, or when
// it fails.
//
// It sets a refused action aside, and the later ones of its subject behind it: so each
// property keeps its order, and no property waits for another. It notes each call, and
// renews the lease, before the next call: a crash repeats one call at most.
type lane struct {
	*breaker
	store.Lane
	log   engine.Report
	wish  wish
	begun int64 // number of its beginning
	all   []string
	lease store.Lease

	had      time.Time     // when it was last known to have the lease
	aside    []store.Aside // in order of their places
	entered  store.Entered // with the first entries, until they are taken
	cursor   string
	sent     int
	dropped  int
	archived int
	released bool // the lease is given back, or lost
}

// askAgain is how soon a lane is asked for again that another run has. Within that time it is asked for once.
const askAgain = 2 * time.Second

var (
	errLost   = errors.New("another has the lane") // and goes on with it
	errEdited = errors.New("the destination was edited or removed")
	errFull   = errors.New("too many actions are set aside: the lane waits until some are delivered or given up")
)

func (l *lane) run(ctx context.Context) error {
	in, busy, err := l.d.Store.Enter(ctx, l.Lane, l.lease, deliveryBatch)
	if err != nil {
		return err
	}
	if busy {
		l.log.Field("busy", true) // its holder goes on; or it has stalled: then another run does, soon
		slot := l.d.Now().Truncate(askAgain).Add(askAgain)
		return l.d.Ask.DeliverIn(ctx, l.Lane, slot, slot.Sub(l.d.Now()))
	}
	l.aside, l.had = in.Aside, l.d.Now()
	if len(l.aside) == 0 { // else its tries come first, and take their time
		l.entered = in
	}
	err = l.work(ctx)
	if errors.Is(err, errPaused) {
		l.log.Field("paused", true)
		err = l.giveUp(ctx)
	}
	if errors.Is(err, errLost) { // or nobody has it: Redis was away for longer than a lease
		return l.d.Ask.Deliver(ctx, l.Lane, l.d.Now())
	}
	if errors.Is(err, errEdited) { // another run goes on, by the new definition
		l.log.Field("edited", true)
		return errors.Join(l.leave(ctx), l.d.Ask.Deliver(ctx, l.Lane, l.d.Now()))
	}
	return errors.Join(err, l.leave(ctx))
}

// work goes on until nothing is left.
func (l *lane) work(ctx context.Context) error {
	for first := true; ; first = false {
		if err := l.tryAside(ctx); err != nil {
			return err
		}
		if l.d.Stopping() {
			return engine.ErrStopping
		}
		entries, err := l.read(ctx)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			if err := l.deliver(ctx, entries); err != nil {
				return err
			}
			continue
		}
		if first { // entries may be left only for a destination that was removed
			return l.settle(ctx, store.Settlement{From: l.cursor, To: l.cursor, All: l.all})
		}
		return nil
	}
}

// read gives the next entries. The first may have come with the lease.
func (l *lane) read(ctx context.Context) (entries []store.Entry, err error) {
	if first := l.entered; len(first.Entries) > 0 {
		l.entered, l.cursor = store.Entered{}, first.Cursor
		return first.Entries, l.look(ctx)
	}
	var busy bool
	entries, l.cursor, busy, err = l.d.Store.Outbox(ctx, l.Lane, l.lease, deliveryBatch)
	if err == nil && busy {
		err = errLost
	}
	l.released = err == nil && len(entries) == 0
	if err == nil && len(entries) > 0 {
		l.had = l.d.Now()
		err = l.look(ctx)
	}
	return entries, err
}

// look sees which destinations there are by now. It comes after the entries are read: so a destination that was defined before one
// of them was committed is known when the entry is dropped, and gets it.
func (l *lane) look(ctx context.Context) error {
	defs, err := l.d.destinations(ctx)
	if err != nil {
		return err
	}
	if def, ok := defs[l.Destination]; !ok || fingerprint(def) != l.of {
		return errEdited
	}
	l.all = slices.Sorted(maps.Keys(defs))
	return nil
}

// settle notes a settlement. After the lease was given back, it does not acquire it
// again.
func (l *lane) settle(ctx context.Context, s store.Settlement) error {
	s.Lease = l.lease
	if l.released {
		s.For = 0
	}
	ok, err := l.d.Store.Delivered(ctx, l.Lane, s)
	if err == nil && !ok && !l.released {
		err = errLost
	}
	l.had = l.d.Now()
	return err
}

// hold checks that the lane is still its own, before a call: the worker may have stalled.
func (l *lane) hold(ctx context.Context) error {
	if d := l.d.Now().Sub(l.had); 0 <= d && d < store.LeaseFor {
		return nil
	}
	ok, err := l.d.Store.Renew(ctx, l.Lane, l.lease)
	if err == nil && !ok {
		err = errLost
	}
	l.had = l.d.Now()
	return err
}

// leave gives the lease back, and asks for the next try of the actions aside.
func (l *lane) leave(ctx context.Context) error {
	var errs []error
	if !l.released {
		_, err := l.d.Store.Delivered(ctx, l.Lane, store.Settlement{Lease: store.Lease{Holder: l.lease.Holder, Run: l.lease.Run}})
		errs = append(errs, err)
	}
	if next := l.nextTry(); !next.IsZero() {
		errs = append(errs, l.d.Store.RetryAt(ctx, store.Retry{Lane: l.Lane, At: next}))
		if !l.seen.Gone {
			errs = append(errs, l.d.Ask.DeliverIn(ctx, l.Lane, next, next.Sub(l.d.Now())+time.Second))
		}
	}
	return errors.Join(errs...)
}

// nextTry is when the first action aside may be tried; zero: nothing is aside.
func (l *lane) nextTry() time.Time {
	var next time.Time
	for i := range l.firsts {
		if at := hours.Later(l.aside[i].Next, l.aside[i].Since); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if !next.IsZero() && l.seen.isOpen() {
		next = hours.Later(next, l.seen.Until)
	}
	return next
}

// step is the entries of one call, which follow each other.
type step struct {
	last   string // place of the last of them
	count  int
	batch  []Delivery    // for the destination
	follow []store.Aside // of subjects with an action aside: they stay behind it
}

// cut ends a step behind its first delivery.
func (s *step) cut(entries []store.Entry) {
	first := slices.IndexFunc(entries, func(e store.Entry) bool { return e.Seq == s.batch[0].Seq })
	s.batch, s.last, s.count = s.batch[:1], entries[first].Seq, first+1
	s.follow = slices.DeleteFunc(s.follow, func(a store.Aside) bool { return store.CompareSeq(a.Seq, s.last) > 0 })
}

// deliver makes one step after another, until all entries are settled.
func (l *lane) deliver(ctx context.Context, entries []store.Entry) error {
	singly := 0 // so many are called one by one, since they were refused together
	for len(entries) > 0 {
		if l.d.Stopping() {
			return engine.ErrStopping
		}
		most := l.to.Most()
		if singly > 0 {
			most = 1
		}
		s := l.take(entries, most)
		if s.count == 0 {
			return &Snooze{errFull, growing(0)}
		}
		var err error
		if s.batch, err = l.stillTrue(ctx, s.batch); err != nil {
			return err
		}
		if len(s.batch) > 0 {
			if err := l.permit(ctx); err != nil {
				return err
			}
			if l.probing {
				s.cut(entries)
			}
			if err := l.hold(ctx); err != nil {
				return err
			}
			err = l.call(ctx, s.batch, false)
		}
		switch {
		case err == nil:
			l.count(len(s.batch))
		case isRefused(err) && len(s.batch) > 1:
			singly = s.count
			continue
		case isRefused(err):
			refused := entries[slices.IndexFunc(entries, func(e store.Entry) bool { return e.Seq == s.batch[0].Seq })]
			refused.Body = s.batch[0].Body
			if err := l.refused(ctx, refused, &s); err != nil {
				return err
			}
		default:
			return l.later(err)
		}
		if err := l.settle(ctx, store.Settlement{From: l.cursor, To: s.last, Aside: s.follow, All: l.all}); err != nil {
			return err
		}
		l.aside = append(l.aside, s.follow...)
		l.cursor, entries, singly = s.last, entries[s.count:], max(0, singly-s.count)
	}
	return nil
}

// take makes a step of as many entries as fit into one call. It ends early where there
// is no room to set one aside.
func (l *lane) take(entries []store.Entry, most int) step {
	var s step
	now := l.d.Now()
	for _, e := range entries {
		if len(s.batch) == most {
			break
		}
		if body := l.wish.wanted(e); body != nil {
			if subject := l.subjectAside(body); subject != "" {
				if l.isFull(s.follow) {
					break
				}
				s.follow = append(s.follow, store.Aside{Seq: e.Seq, Subject: subject, Since: now, At: e.At, Body: body})
			} else {
				s.batch = append(s.batch, Delivery{Shard: l.Shard, Seq: e.Seq, ID: idOf(body), Body: body})
			}
		}
		s.last = e.Seq
		s.count++
	}
	return s
}

func (l *lane) count(sent int) {
	if sent > 0 {
		l.sent += sent
		l.log.Did("sent", l.sent)
	}
}

// later handles a failure of the destination as a whole: the lane runs again when the
// circuit says so.
func (l *lane) later(err error) error {
	c := l.seen
	switch {
	case c.Gone: // to give up what is old by then
		return &Snooze{err, GiveUpAfter}
	case c.isOpen():
		return &Snooze{err, c.Until.Sub(l.d.Now())}
	default: // as the next beat would; after a few more failures the circuit opens
		return &Snooze{err, growing(0)}
	}
}

package storetest

import (
	"bytes"
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func claims() []testCase {
	return []testCase{
		{"gives what is due, the longest due first", func(f *fixture) {
			s := f.subjects(1, 4)
			f.define(nine.Add(-time.Second), s[0])
			f.define(nine.Add(-time.Hour), s[1])
			f.define(nine, s[2])
			f.define(nine.Add(time.Millisecond), s[3])
			if diff := cmp.Diff([]store.Subject{s[1], s[0], s[2]}, f.due(1, nine)); diff != "" {
				f.Error(diff)
			}
		}},
		{"says since when, to the millisecond, and never gives a subject early", func(f *fixture) {
			for i, s := range f.subjects(0, 50) {
				due := nine.Add(time.Duration(i) * 17 * time.Millisecond)
				f.define(due, s)
				if early := f.due(0, due.Add(-time.Millisecond)); len(early) != i {
					f.Errorf("%s: due a millisecond early: %v", due, early[i:])
				}
				c := f.claim(0, "due", due, 100)
				if len(c.Records) != i+1 || !c.Records[i].Due.Equal(due) {
					f.Fatalf("%s: got %v", due, c.Records)
				}
			}
		}},
		{"gives no more than the limit, and the rest after a commit", func(f *fixture) {
			s := f.subjects(0, 5)
			f.define(nine, s...)
			first := f.claim(0, "a", nine, 3).Records
			f.commit(on(first[0]), on(first[1]), on(first[2]))
			second := f.claim(0, "a", nine, 3).Records
			if len(first) != 3 || len(second) != 2 {
				f.Errorf("got %d and %d of 5", len(first), len(second))
			}
		}},
		{"gives no more than a part of some megabytes, but one, and the rest after a commit", func(f *fixture) {
			records := f.settled(0, 6)
			var changes []store.Change
			for i, r := range records {
				c := on(r)
				c.State, c.Due = bytes.Repeat([]byte(" "), store.PartBytes/3), nine.Add(time.Duration(i)*time.Second)
				if i == 4 {
					c.State = bytes.Repeat([]byte(" "), store.PartBytes+1)
				}
				changes = append(changes, c)
			}
			f.commit(changes...)
			var sizes []int
			for range records {
				claimed := f.claim(0, "a", nine.Add(time.Hour), 9).Records
				if len(claimed) == 0 {
					break
				}
				sizes = append(sizes, len(claimed))
				var done []store.Change
				for _, r := range claimed {
					done = append(done, on(r))
				}
				f.commit(done...)
			}
			if diff := cmp.Diff([]int{2, 2, 1, 1}, sizes); diff != "" { // the definitions take a few bytes, too
				f.Error(diff)
			}
		}},
		{"gives records as Load does", func(f *fixture) {
			r := f.settled(0, 1)[0]
			c := on(r)
			c.State, c.Due = []byte(`{"n":1}`), nine
			f.commit(c)
			want := f.load(r.Subject)[0]
			want.Due = nine
			if diff := cmp.Diff([]store.Record{want}, f.claim(0, "a", nine, 9).Records); diff != "" {
				f.Error(diff)
			}
		}},
		{"tells a subject that was woken from one that the clock made due", func(f *fixture) {
			s := f.subjects(0, 2)
			r := f.define(nine, s...)
			c := on(r[1])
			c.Due = nine
			f.commit(c)
			for _, r := range f.claim(0, "a", nine, 9).Records {
				if r.Woken != (r.Subject == s[0]) {
					f.Errorf("%s: woken is %t", r.Subject, r.Woken)
				}
			}
		}},
		{"is refused while another holds the lease", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			f.claim(0, "a", nine, 9)
			if c := f.claim(0, "b", nine, 9); !c.Busy || c.Records != nil {
				f.Errorf("got %+v", c)
			}
			if c := f.claim(0, "a", nine, 9); c.Busy || len(c.Records) != 1 {
				f.Errorf("the holder got %+v", c)
			}
		}},
		{"is for one shard alone", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			f.define(nine, f.subjects(1, 1)...)
			f.claim(0, "a", nine, 9)
			if c := f.claim(1, "b", nine, 9); c.Busy || len(c.Records) != 1 {
				f.Errorf("got %+v", c)
			}
		}},
		{"is possible when the lease has run out", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			for _, short := range []time.Duration{0, 30 * time.Millisecond} {
				_, err := f.store.Claim(f.Context(), 0, store.Lease{Holder: "dead", For: short}, nine, 9)
				f.must(err)
				f.eventually("the lease runs out", func() bool { return !f.claim(0, "dead", nine, 0).Busy })
				f.claim(0, "dead", nine, 0)
			}
		}},
		{"loses what an earlier run decided, also when the later one has changed nothing and is over", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 2)...)
			stalled := store.Lease{Holder: "task", Run: "1", For: 30 * time.Millisecond}
			_, err := f.store.Claim(f.Context(), 0, stalled, nine, 9)
			f.must(err)
			late := on(r[0])
			late.State, late.Due, late.Actions, late.Run = []byte("stale"), nine.Add(time.Hour), send("stale"), "1"
			f.eventually("the lease runs out", func() bool {
				c, err := f.store.Claim(f.Context(), 0, store.Lease{Holder: "other", Run: "2", For: time.Minute}, nine, 9)
				f.must(err)
				return !c.Busy
			})
			f.claim(0, "other", nine, 0)
			if lost := f.commitLosing(late); len(lost) != 1 {
				f.Errorf("what the earlier run decided was lost for %v", lost)
			}
			if n := len(f.due(0, nine)); n != 2 {
				f.Errorf("%d are due", n)
			}
			if entries, _ := f.outbox(0, "d", 9); len(entries) > 0 {
				f.Errorf("%d in the outbox", len(entries))
			}
			now := on(r[0])
			now.Run = "2"
			f.commit(now)
			f.commit(on(r[1])) // of no sweep
		}},
		{"is kept by runs that last until another begins", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 1)...)
			_, err := f.store.Claim(f.Context(), 0, store.Lease{Holder: "task", Run: "1", For: time.Millisecond}, nine, 9)
			f.must(err)
			f.eventually("the lease runs out", func() bool { return !f.claim(0, "another", nine, 0).Busy })
			c := on(r[0])
			c.Run = "1"
			f.commit(c)
		}},
		{"lasts longer by being renewed, by its holder alone, and not when it was given back", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			brief := store.Lease{Holder: "a", For: 30 * time.Millisecond}
			f.renew(lane(0, ""), brief, false)
			f.claim(0, "a", nine, 9)
			f.renew(lane(0, ""), lease("b"), false)
			f.renew(lane(1, ""), brief, false)
			f.renew(lane(0, "a"), brief, false)
			f.renew(lane(0, ""), brief, true)
			f.eventually("the renewed lease runs out", func() bool { return !f.claim(0, "b", nine, 9).Busy })
			f.claim(0, "b", nine, 0)
			f.renew(lane(0, ""), lease("b"), false)
		}},
		{"finding none gives the lease back", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 1)...)
			f.claim(0, "a", nine, 9)
			f.commit(on(r[0]))
			if c := f.claim(0, "a", nine, 9); c.Busy || len(c.Records) > 0 {
				f.Errorf("got %+v", c)
			}
			if c := f.claim(0, "b", nine, 9); c.Busy {
				f.Error("the lease is still held")
			}
			if c := f.claim(0, "c", nine, 9); c.Busy {
				f.Error("finding none took the lease")
			}
		}},
		{"with a limit of 0 gives the lease back", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			f.claim(0, "a", nine, 9)
			if c := f.claim(0, "a", nine, 0); c.Busy || len(c.Records) > 0 {
				f.Errorf("got %+v", c)
			}
			if c := f.claim(0, "b", nine, 9); c.Busy || len(c.Records) != 1 {
				f.Errorf("then got %+v", c)
			}
		}},
		{"gives nothing that was removed", func(f *fixture) {
			s := f.subjects(0, 2)
			f.define(nine, s...)
			f.edit(store.Edit{Subject: s[0], Rev: firstRev})
			if diff := cmp.Diff(s[1:], f.due(0, nine)); diff != "" {
				f.Error(diff)
			}
		}},
		{"finding none misses nobody who is woken at that moment", func(f *fixture) {
			s := f.subjects(0, 1)
			f.define(nine, s...)
			for range 100 {
				r := f.claim(0, "sweep", nine, 9).Records
				f.commit(on(r[0]))
				var last, next store.Claim
				var errs [3]error
				var wg sync.WaitGroup
				wg.Go(func() { last, errs[0] = f.store.Claim(f.Context(), 0, lease("sweep"), nine, 9) })
				wg.Go(func() {
					errs[1] = f.store.Wake(f.Context(), 0, s, nine)
					next, errs[2] = f.store.Claim(f.Context(), 0, lease("waker"), nine, 9)
				})
				wg.Wait()
				f.must(errors.Join(errs[:]...))
				if len(last.Records)+len(next.Records) == 0 {
					f.Fatalf("the sweep ended, and its lease kept the next away (busy: %t)", next.Busy)
				}
				f.claim(0, "waker", nine, 0)
				f.claim(0, "sweep", nine, 0)
			}
		}},
	}
}

package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func depths() []testCase {
	return []testCase{
		{"is nothing at first", func(f *fixture) {
			for shard := range f.store.Shards() {
				if d := f.depth(shard, nine); d != (store.Depth{}) {
					f.Errorf("shard %d: %+v", shard, d)
				}
			}
		}},
		{"counts who is in the timetable, and who is due", func(f *fixture) {
			s := f.subjects(1, 3)
			f.define(nine.Add(1500*time.Millisecond), s[0])
			f.define(nine, s[1])
			f.define(nine.Add(-time.Hour), s[2])
			want := store.Depth{Subjects: 3, Overdue: 2, Next: nine.Add(-time.Hour)}
			if diff := cmp.Diff(want, f.depth(1, nine)); diff != "" {
				f.Error(diff)
			}
			f.commit(on(f.load(s[1])[0]), on(f.load(s[2])[0]))
			want = store.Depth{Subjects: 1, Next: nine.Add(1500 * time.Millisecond)}
			if diff := cmp.Diff(want, f.depth(1, nine)); diff != "" {
				f.Error(diff)
			}
		}},
		{"tells when subjects with a definition are due soon", func(f *fixture) {
			s := f.subjects(1, 5)
			f.define(nine.Add(-time.Second), s[0])
			f.define(nine, s[1])
			f.define(nine.Add(2500*time.Millisecond), s[2], s[3])
			f.define(nine.Add(7*time.Second), s[4])
			visitor := store.Change{Subject: f.visitors(1, 1)[0], NewRev: firstRev, State: []byte(`{}`), Due: nine.Add(time.Second)}
			f.commit(visitor)
			for _, until := range []time.Duration{7*time.Second - 1, 7 * time.Second} {
				want := make([][]time.Time, f.store.Shards())
				want[1] = []time.Time{nine.Add(2500 * time.Millisecond)}
				if until == 7*time.Second {
					want[1] = append(want[1], nine.Add(until))
				}
				got, err := f.store.Soon(f.Context(), nine, nine.Add(until))
				f.must(err)
				if diff := cmp.Diff(want, got); diff != "" {
					f.Errorf("%s: %s", until, diff)
				}
			}
		}},
		{"counts actions until all destinations have had them", func(f *fixture) {
			f.send(0, "1", "2", "3")
			f.deliver(0, "a", 9, "a", "b")
			if got := f.depth(0, nine).Outbox; got != 3 {
				f.Errorf("there are %d actions", got)
			}
			f.deliver(0, "b", 2, "a", "b")
			if got := f.depth(0, nine).Outbox; got != 1 {
				f.Errorf("there are %d actions", got)
			}
		}},
	}
}

func (f *fixture) depth(shard int, at time.Time) store.Depth {
	f.Helper()
	depths, err := f.store.Depths(f.Context(), at)
	f.must(err)
	if len(depths) != f.store.Shards() {
		f.Fatalf("there are %d shards, and something said of %d", f.store.Shards(), len(depths))
	}
	return depths[shard]
}

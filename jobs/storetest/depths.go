package storetest

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs"
)

func depths() []testCase {
	return []testCase{
		{"is nothing at first", func(f *fixture) {
			for shard := range f.store.Shards() {
				if d := f.depth(shard, nine); d != (jobs.Depth{}) {
					f.Errorf("shard %d: %+v", shard, d)
				}
			}
		}},
		{"counts who is in the timetable, and who is due", func(f *fixture) {
			s := f.subjects(1, 3)
			f.define(nine.Add(1500*time.Millisecond), s[0])
			f.define(nine, s[1])
			f.define(nine.Add(-time.Hour), s[2])
			want := jobs.Depth{Subjects: 3, Overdue: 2, Next: nine.Add(-time.Hour)}
			if diff := cmp.Diff(want, f.depth(1, nine)); diff != "" {
				f.Error(diff)
			}
			f.commit(1, on(f.load(s[1])[0]), on(f.load(s[2])[0]))
			want = jobs.Depth{Subjects: 1, Next: nine.Add(1500 * time.Millisecond)}
			if diff := cmp.Diff(want, f.depth(1, nine)); diff != "" {
				f.Error(diff)
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

func oldests() []testCase {
	return []testCase{
		{"is nothing for nobody, and for who has had all", func(f *fixture) {
			f.send(0, "1")
			f.deliver(0, "a", 9, "a", "b")
			if got := f.oldest(); len(got) != 0 {
				f.Errorf("for nobody: %v", got)
			}
			if got := f.oldest("a")[0]; !got.IsZero() {
				f.Errorf("for who has had all: %s", got)
			}
		}},
		{"is the first that a destination has not had, of all shards", func(f *fixture) {
			f.send(1, "1", "2")
			first := f.place(1)
			f.send(0, "3")
			second := f.place(0)
			if got := f.oldest("a", "b"); !got[0].Equal(first) || !got[1].Equal(first) {
				f.Errorf("before any has had one: %v, want %s", got, first)
			}
			f.deliver(1, "a", 1, "a", "b")
			f.deliver(1, "a", 9, "a", "b")
			if got := f.oldest("b", "a"); !got[0].Equal(first) || !got[1].Equal(second) {
				f.Errorf("b: %s, want %s; a: %s, want %s", got[0], first, got[1], second)
			}
		}},
	}
}

// place is when the first entry of an outbox was written: its place begins with the time.
func (f *fixture) place(shard int) time.Time {
	f.Helper()
	entries, _, _, err := f.store.Outbox(f.Context(), shard, "stranger", lease("stranger"), 99)
	f.must(err)
	ms, err := strconv.ParseInt(strings.Split(entries[0].Seq, "-")[0], 10, 64)
	f.must(err)
	return time.UnixMilli(ms)
}

func (f *fixture) depth(shard int, at time.Time) jobs.Depth {
	f.Helper()
	depths, err := f.store.Depths(f.Context(), at)
	f.must(err)
	if len(depths) != f.store.Shards() {
		f.Fatalf("there are %d shards, and something said of %d", f.store.Shards(), len(depths))
	}
	return depths[shard]
}

func (f *fixture) oldest(destinations ...string) []time.Time {
	f.Helper()
	oldest, err := f.store.Oldest(f.Context(), destinations)
	f.must(err)
	if len(oldest) != len(destinations) {
		f.Fatalf("asked for %d destinations, got %d", len(destinations), len(oldest))
	}
	return oldest
}

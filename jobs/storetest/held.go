package storetest

import (
	"strings"

	"github.com/deskbell/deskbell/jobs/store"
)

func helds() []testCase {
	return []testCase{
		{"is what not all destinations have had, and grows with it", func(f *fixture) {
			f.send(1, "1", "2", "3")
			f.deliver(1, "a", 1, "a")
			one, more := f.held(0, 1)
			if one != (store.Held{}) || more.Actions != 2 || more.Bytes <= 0 {
				f.Errorf("held: %+v, %+v", one, more)
			}
			f.send(1, strings.Repeat("x", 100_000))
			if _, most := f.held(0, 1); most.Bytes < more.Bytes+50_000 {
				f.Errorf("held: %+v, then %+v", more, most)
			}
		}},
		{"is read from a place on, beside whoever has the lease", func(f *fixture) {
			f.send(0, "1", "2", "3")
			entries, _ := f.outbox(0, "a", 9)
			for _, c := range []struct {
				place string
				limit int
				want  string
			}{{"", 9, "1 2 3"}, {"", 2, "1 2"}, {entries[0].Seq, 9, "2 3"}, {entries[2].Seq, 9, ""}} {
				if got := f.beyond(0, c.place, c.limit); got != c.want {
					f.Errorf("beyond %q: %q, want %q", c.place, got, c.want)
				}
			}
		}},
		{"says how far each destination is", func(f *fixture) {
			f.send(0, "1", "2")
			f.deliver(0, "a", 1, "a", "b")
			cursors, err := f.store.Cursors(f.Context(), 0, []string{"b", "a"})
			f.must(err)
			entries, err := f.store.Beyond(f.Context(), 0, cursors[1], 9)
			f.must(err)
			if got := bodies(entries); got != "2" || f.beyond(0, cursors[0], 9) != "1 2" {
				f.Errorf("cursors %v; left for a: %q", cursors, got)
			}
			none, err := f.store.Cursors(f.Context(), 0, nil)
			f.must(err)
			if len(none) > 0 {
				f.Errorf("of nobody: %v", none)
			}
		}},
		{"drops some, and nothing else, twice as well", func(f *fixture) {
			f.send(0, "1", "2", "3", "4")
			entries, err := f.store.Beyond(f.Context(), 0, "", 9)
			f.must(err)
			for range 2 {
				f.must(f.store.Drop(f.Context(), 0, []string{entries[0].Seq, entries[2].Seq}))
			}
			f.must(f.store.Drop(f.Context(), 0, nil))
			f.send(0, "5")
			if held, _ := f.held(0, 1); held.Actions != 3 {
				f.Errorf("held: %+v", held)
			}
			if got := f.deliver(0, "a", 2, "a"); got != "2 4" {
				f.Errorf("got %q", got)
			}
			if got := f.deliver(0, "a", 9, "a"); got != "5" {
				f.Errorf("got %q", got)
			}
			if f.pending(0, nine).Outbox {
				f.Errorf("left: %q", f.left(0))
			}
		}},
		{"has nothing left when all was dropped", func(f *fixture) {
			f.send(0, "1")
			entries, from := f.outbox(0, "a", 9)
			f.must(f.store.Drop(f.Context(), 0, []string{entries[0].Seq}))
			if f.pending(0, nine).Outbox {
				f.Error("there is an outbox")
			}
			f.moved(0, "a", from, entries[0].Seq, "a") // its delivery was under way
			f.send(0, "2")
			if got := f.deliver(0, "a", 9, "a"); got != "2" {
				f.Errorf("got %q", got)
			}
		}},
	}
}

func (f *fixture) held(a, b int) (one, other store.Held) {
	f.Helper()
	held, err := f.store.Held(f.Context(), []int{a, b})
	f.must(err)
	if len(held) != 2 {
		f.Fatalf("%d are held of two shards", len(held))
	}
	return held[0], held[1]
}

func (f *fixture) beyond(shard int, place string, limit int) string {
	f.Helper()
	entries, err := f.store.Beyond(f.Context(), shard, place, limit)
	f.must(err)
	return bodies(entries)
}

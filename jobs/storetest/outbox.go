package storetest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func outboxes() []testCase {
	return []testCase{
		{"gives each destination all entries once, in order", func(f *fixture) {
			f.send(0, "1", "2", "3")
			all := []string{"a", "b"}
			if got := f.deliver(0, "a", 2, all...); got != "1 2" {
				f.Errorf("a got %q", got)
			}
			f.send(0, "4")
			if got := f.deliver(0, "a", 9, all...); got != "3 4" {
				f.Errorf("a then got %q", got)
			}
			if got := f.deliver(0, "a", 9, all...); got != "" {
				f.Errorf("a got more: %q", got)
			}
			if got := f.deliver(0, "b", 9, all...); got != "1 2 3 4" {
				f.Errorf("b got %q", got)
			}
		}},
		{"gives the same again until it is said to be delivered", func(f *fixture) {
			f.send(0, "1", "2")
			first, from := f.outbox(0, "a", 1)
			again, same := f.outbox(0, "a", 1)
			if diff := cmp.Diff(first, again); diff != "" || from != same {
				f.Errorf("%s; cursors %s and %s", diff, from, same)
			}
		}},
		{"is one for each shard", func(f *fixture) {
			f.send(0, "zero")
			f.send(1, "one")
			if got := f.deliver(1, "a", 9, "a"); got != "one" {
				f.Errorf("got %q", got)
			}
			if got := f.deliver(0, "a", 9, "a"); got != "zero" {
				f.Errorf("got %q", got)
			}
		}},
		{"drops what all have had, and nothing before", func(f *fixture) {
			all := []string{"a", "b"}
			f.send(0, "1", "2", "3")
			f.deliver(0, "a", 9, all...)
			f.deliver(0, "b", 2, all...)
			if got := f.left(0); got != "3" {
				f.Errorf("left: %q", got)
			}
			f.deliver(0, "b", 9, all...)
			if f.pending(0, nine).Outbox {
				f.Errorf("left: %q", f.left(0))
			}
		}},
		{"keeps for a new destination what is there", func(f *fixture) {
			f.send(0, "1", "2")
			f.deliver(0, "a", 1, "a")
			f.deliver(0, "a", 9, "a", "new")
			if got := f.deliver(0, "new", 9, "a", "new"); got != "2" {
				f.Errorf("the new one got %q", got)
			}
			if f.pending(0, nine).Outbox {
				f.Errorf("left: %q", f.left(0))
			}
		}},
		{"does not wait for a destination that was removed", func(f *fixture) {
			f.send(0, "1", "2")
			f.deliver(0, "gone", 1, "a", "gone")
			f.deliver(0, "a", 9, "a", "gone")
			if got := f.left(0); got != "2" {
				f.Errorf("left: %q", got)
			}
			_, cursor := f.outbox(0, "a", 9)
			f.moved(0, "a", cursor, cursor, "a") // nothing new: it only names the destinations that are left
			if f.pending(0, nine).Outbox {
				f.Errorf("left: %q", f.left(0))
			}
		}},
		{"gives places that only grow, also when it was empty", func(f *fixture) {
			var seqs []string
			for range 20 {
				f.send(0, "x", "y")
				entries, cursor := f.outbox(0, "a", 9)
				for _, e := range entries {
					seqs = append(seqs, e.Seq)
				}
				f.moved(0, "a", cursor, entries[len(entries)-1].Seq, "a")
			}
			if !slices.IsSortedFunc(seqs, compareSeq) || len(slices.Compact(seqs)) != 40 {
				f.Errorf("places: %v", seqs)
			}
		}},
		{"is read by one at a time for a destination", func(f *fixture) {
			f.send(0, "1")
			f.outbox(0, "a", 9)
			entries, _, busy, err := f.store.Outbox(f.Context(), lane(0, "a"), lease("other"), 9)
			if err != nil || !busy || len(entries) > 0 {
				f.Errorf("got %v, busy %t, %v", entries, busy, err)
			}
			if entries, _, busy, err = f.store.Outbox(f.Context(), lane(0, "b"), lease("other"), 9); err != nil || busy || len(entries) != 1 {
				f.Errorf("for another destination: got %v, busy %t, %v", entries, busy, err)
			}
			f.deliver(0, "a", 9, "a", "b")
			f.outbox(0, "a", 9) // it finds no entry, and gives the lease back
			if _, _, busy, err = f.store.Outbox(f.Context(), lane(0, "a"), lease("other"), 9); err != nil || busy {
				f.Errorf("afterwards: busy %t, %v", busy, err)
			}
		}},
		{"is read by another when the lease has run out", func(f *fixture) {
			f.send(0, "1")
			_, _, _, err := f.store.Outbox(f.Context(), lane(0, "a"), store.Lease{Holder: "dead", For: 30 * time.Millisecond}, 9)
			f.must(err)
			f.eventually("the lease runs out", func() bool {
				_, _, busy, err := f.store.Outbox(f.Context(), lane(0, "a"), lease("heir"), 9)
				f.must(err)
				return !busy
			})
		}},
		{"does not move a cursor that another has moved", func(f *fixture) {
			f.send(0, "1", "2")
			entries, from := f.outbox(0, "a", 9)
			f.moved(0, "a", from, entries[1].Seq, "a", "b")
			if ok, err := f.store.Delivered(f.Context(), lane(0, "a"), store.Settlement{Lease: lease("reader"), From: from, To: entries[0].Seq, All: []string{"a", "b"}}); err != nil || ok {
				f.Errorf("got %t, %v", ok, err)
			}
			if got := f.deliver(0, "a", 9, "a", "b"); got != "" {
				f.Errorf("came again: %q", got)
			}
		}},
		{"is told twice, as when a reply was lost, without harm", func(f *fixture) {
			f.send(0, "1", "2")
			entries, from := f.outbox(0, "a", 1)
			f.moved(0, "a", from, entries[0].Seq, "a")
			f.moved(0, "a", from, entries[0].Seq, "a")
			if got := f.deliver(0, "a", 9, "a"); got != "2" {
				f.Errorf("got %q", got)
			}
		}},
		{"takes thousands of entries and destinations", func(f *fixture) {
			const count = 9000
			f.send(0, strings.Fields(strings.Repeat("x ", count))...)
			all := []string{"a"}
			for i := range 300 {
				all = append(all, "d"+strconv.Itoa(i))
			}
			if got := f.deliver(0, "a", 100_000, all...); len(got) != 2*count-1 {
				f.Errorf("got %d bytes", len(got))
			}
		}},
	}
}

func pendings() []testCase {
	return []testCase{
		{"is nothing at first", func(f *fixture) {
			for shard := range f.store.Shards() {
				if p := f.pending(shard, nine); p != (store.Pending{}) {
					f.Errorf("shard %d: %+v", shard, p)
				}
			}
		}},
		{"tells what each shard has", func(f *fixture) {
			f.define(nine, f.subjects(0, 1)...)
			f.define(nine.Add(time.Second), f.subjects(1, 1)...)
			f.requester(2)()
			r := f.load(f.subjects(2, 1)...)[0]
			c := on(r)
			c.Actions = send("a")
			f.commit(c)
			want := []store.Pending{{Due: true}, {}, {Wakes: true, Outbox: true}}
			got, err := f.store.Pending(f.Context(), nine)
			f.must(err)
			if diff := cmp.Diff(want, got[:3]); diff != "" {
				f.Error(diff)
			}
			if !f.pending(1, nine.Add(time.Second)).Due {
				f.Error("shard 1 is not due a second later")
			}
		}},
		{"is nothing again when all is done", func(f *fixture) {
			f.requester(0)()
			f.send(0, "1")
			f.must(f.store.Woke(f.Context(), 0, f.wakes(0, 9)))
			f.deliver(0, "a", 9, "a")
			if p := f.pending(0, nine); p != (store.Pending{}) {
				f.Errorf("got %+v", p)
			}
		}},
	}
}

// left is the rest of the outbox, as read by a destination that has had no action.
func (f *fixture) left(shard int) string {
	f.Helper()
	entries, _ := f.outbox(shard, "stranger", 99)
	return bodies(entries)
}

// compareSeq compares places: two numbers with a dash between them, or one.
func compareSeq(a, b string) int {
	part := func(s string, n int) uint64 {
		parts := append(strings.Split(s, "-"), "0")
		v, _ := strconv.ParseUint(parts[n], 10, 64) // 0, for a text that is no number, fails the test
		return v
	}
	if part(a, 0) != part(b, 0) {
		return int(part(a, 0)) - int(part(b, 0))
	}
	return int(part(a, 1)) - int(part(b, 1))
}

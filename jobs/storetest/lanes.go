package storetest

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func asides() []testCase {
	return []testCase{
		{"keeps actions as they were set, in the order of their places", func(f *fixture) {
			want := []store.Aside{
				{Seq: "9-1", Subject: "property/a", Tries: 2, Since: nine, Next: nine.Add(time.Minute), Error: "500", At: nine.Add(-time.Hour), Body: []byte("{\"a\":\n1}")},
				{Seq: "9-2", Subject: "property/a", Since: nine, Body: []byte("\xff\n\x00")},
				{Seq: "9-10", Body: []byte("3")},
				{Seq: "10-0", Subject: "agent/b", Tries: 1, Body: []byte("4")},
			}
			f.setAside(slices.Backward(want))
			if diff := cmp.Diff(want, f.aside(0, "a")); diff != "" {
				f.Error(diff)
			}
			if got := f.aside(0, "b"); len(got) > 0 {
				f.Errorf("another destination has %v", got)
			}
			if got := f.aside(1, "a"); len(got) > 0 {
				f.Errorf("another shard has %v", got)
			}
		}},
		{"writes one anew, and strikes out what is done", func(f *fixture) {
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "1-0"}, {Seq: "1-1"}, {Seq: "1-2"}}})
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "1-1", Tries: 2}}, Done: []string{"1-0", "7-7"}})
			got := f.aside(0, "a")
			if len(got) != 2 || got[0].Seq != "1-1" || got[0].Tries != 2 || got[1].Seq != "1-2" {
				f.Errorf("got %v", got)
			}
		}},
		{"is set together with the cursor, or not at all", func(f *fixture) {
			f.send(0, "1", "2")
			entries, from := f.outbox(0, "a", 9)
			s := store.Settlement{
				Lease: lease("reader"), From: from, To: entries[0].Seq,
				Aside: []store.Aside{{Seq: entries[0].Seq, Body: entries[0].Body}}, All: []string{"a"},
			}
			f.settle(s)
			if got := f.aside(0, "a"); len(got) != 1 || string(got[0].Body) != "1" {
				f.Errorf("aside: %v", got)
			}
			if got, _ := f.outbox(0, "a", 9); bodies(got) != "2" {
				f.Errorf("past the cursor: %q", bodies(got))
			}
			s.To, s.Aside = "99-0", []store.Aside{{Seq: "99-0"}} // from a cursor that has moved on
			s.Done = []string{entries[0].Seq}
			if ok, err := f.store.Delivered(f.Context(), lane(0, "a"), s); err != nil || ok {
				f.Errorf("from an old cursor: %t, %v", ok, err)
			}
			if got := f.aside(0, "a"); len(got) != 1 || got[0].Seq != entries[0].Seq {
				f.Errorf("what was not settled has changed: %v", got)
			}
		}},
		{"leaves the cursor where none is given", func(f *fixture) {
			f.send(0, "1")
			f.settle(store.Settlement{Done: []string{"1-1"}, All: []string{"a"}})
			if got, _ := f.outbox(0, "a", 9); bodies(got) != "1" {
				f.Errorf("past the cursor: %q", bodies(got))
			}
		}},
		{"is told twice, as when a reply was lost, without harm", func(f *fixture) {
			f.send(0, "1")
			entries, from := f.outbox(0, "a", 9)
			for range 2 {
				f.settle(store.Settlement{
					From: from, To: entries[0].Seq, Aside: []store.Aside{{Seq: "1-1"}}, Done: []string{"1-0"}, All: []string{"a"},
				})
			}
			if got := f.aside(0, "a"); len(got) != 1 {
				f.Errorf("aside: %v", got)
			}
		}},
		{"takes the lease, and is nobody else's until it is given back", func(f *fixture) {
			f.aside(0, "a")
			if _, busy, err := f.store.Enter(f.Context(), lane(0, "a"), lease("other"), 9); err != nil || !busy {
				f.Errorf("another: busy %t, %v", busy, err)
			}
			if _, _, busy, err := f.store.Outbox(f.Context(), lane(0, "a"), lease("other"), 9); err != nil || !busy {
				f.Errorf("another reads: busy %t, %v", busy, err)
			}
			if ok, err := f.store.Delivered(f.Context(), lane(0, "a"), store.Settlement{Lease: lease("other"), Aside: []store.Aside{{Seq: "1-1"}}}); err != nil || ok {
				f.Errorf("another settles: %t, %v", ok, err)
			}
			f.settle(store.Settlement{Lease: store.Lease{Holder: "reader"}})
			in, busy, err := f.store.Enter(f.Context(), lane(0, "a"), lease("other"), 9)
			if err != nil || busy || len(in.Aside) > 0 {
				f.Errorf("when it was given back: %v, busy %t, %v", in.Aside, busy, err)
			}
		}},
		{"takes nothing from an earlier run, also when the later one is over", func(f *fixture) {
			f.send(0, "1", "2")
			first, second := lease("task"), lease("task") // of a task that runs twice
			first.Run, second.Run = "1", "2"
			in, _, err := f.store.Enter(f.Context(), lane(0, "a"), first, 9)
			f.must(err)
			entries, from, _, err := f.store.Outbox(f.Context(), lane(0, "a"), first, 9)
			f.must(err)
			if diff := cmp.Diff(entries, in.Entries); diff != "" || in.Cursor != from {
				f.Errorf("it begins behind %s with others than those behind %s: %s", in.Cursor, from, diff)
			}
			f.renew(lane(0, "a"), first, true)
			late := store.Settlement{Lease: first, From: from, To: entries[0].Seq, Aside: []store.Aside{{Seq: entries[0].Seq, Body: entries[0].Body}}, All: []string{"a"}}
			f.settle(late)
			late.From, late.To = entries[0].Seq, entries[1].Seq
			_, _, err = f.store.Enter(f.Context(), lane(0, "a"), second, 9)
			f.must(err)
			f.settle(store.Settlement{Lease: second, Done: []string{entries[0].Seq}})
			f.settle(store.Settlement{Lease: store.Lease{Holder: "task", Run: "2"}}) // gives it back
			late.Aside[0].Tries = 1
			for _, l := range []store.Settlement{late, {Lease: first, Aside: late.Aside}, {Lease: store.Lease{Holder: "task", Run: "1"}}} {
				if ok, err := f.store.Delivered(f.Context(), lane(0, "a"), l); err != nil || ok {
					f.Errorf("the earlier run settles %+v: %t, %v", l, ok, err)
				}
			}
			if left := f.aside(0, "a"); len(left) > 0 {
				f.Errorf("aside: %v", left)
			}
			f.settle(store.Settlement{Lease: store.Lease{Holder: "reader"}})
			f.must(f.store.Forget(f.Context(), lane(0, "a")))
		}},
		{"renews the lease with what is settled", func(f *fixture) {
			f.send(0, "1", "2")
			entries, from := f.outbox(0, "a", 9)
			f.settle(store.Settlement{Lease: store.Lease{Holder: "reader", For: 30 * time.Millisecond}, From: from, To: entries[0].Seq, All: []string{"a"}})
			f.eventually("the renewed lease runs out", func() bool {
				_, _, busy, err := f.store.Outbox(f.Context(), lane(0, "a"), lease("heir"), 9)
				f.must(err)
				return !busy
			})
		}},
		{"is forgotten with its retry, and the cursor is not", func(f *fixture) {
			f.send(0, "1", "2")
			f.deliver(0, "a", 1, "a", "b")
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "1-1"}}})
			f.must(f.store.RetryAt(f.Context(), store.Retry{Lane: lane(0, "a"), At: nine}))
			f.must(f.store.Forget(f.Context(), lane(0, "a")))
			if got := f.aside(0, "a"); len(got) > 0 {
				f.Errorf("left: %v", got)
			}
			if got := f.retries(nine); len(got) > 0 {
				f.Errorf("to be tried again: %v", got)
			}
			if got, _ := f.outbox(0, "a", 9); bodies(got) != "2" {
				f.Errorf("past the cursor: %q", bodies(got))
			}
		}},
		{"is seen with what else waits", func(f *fixture) {
			f.send(0, "1", "2")
			entries, _ := f.outbox(0, "a", 9)
			f.deliver(0, "a", 1, "a", "b")
			a := store.Aside{Seq: "9-1", Subject: "property/a", Tries: 1, Since: nine, Error: "404", Body: []byte("x")}
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "10-0"}, a}})
			got, err := f.store.Waiting(f.Context(), []store.Lane{lane(0, "b"), lane(1, "a"), lane(0, "a")})
			f.must(err)
			want := []store.Waiting{
				{Lane: lane(0, "b"), Next: entries[0].Seq, NextAt: nine},
				{Lane: lane(1, "a")},
				{Lane: lane(0, "a"), Next: entries[1].Seq, NextAt: nine, Aside: 2, First: a},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				f.Error(diff)
			}
			if got, err := f.store.Waiting(f.Context(), nil); err != nil || len(got) > 0 {
				f.Errorf("of no lanes: %v, %v", got, err)
			}
		}},
		{"takes a thousand at once", func(f *fixture) {
			var many []store.Aside
			var done []string
			for i := range 1000 {
				seq := strconv.Itoa(i+1) + "-0"
				many, done = append(many, store.Aside{Seq: seq, Body: []byte("x")}), append(done, seq)
			}
			f.settle(store.Settlement{Aside: many})
			if got := f.aside(0, "a"); len(got) != 1000 || got[999].Seq != "1000-0" {
				f.Errorf("%d are aside", len(got))
			}
			f.settle(store.Settlement{Done: done})
			if got := f.aside(0, "a"); len(got) > 0 {
				f.Errorf("%d are left", len(got))
			}
		}},
	}
}

func retries() []testCase {
	return []testCase{
		{"are given when they are due, the longest due first", func(f *fixture) {
			first, second, third := store.Retry{Lane: lane(1, "a:b"), At: nine}, store.Retry{Lane: lane(0, "a"), At: nine.Add(time.Millisecond)}, store.Retry{Lane: lane(2, "a"), At: nine.Add(time.Hour)}
			for _, r := range []store.Retry{third, second, first} {
				f.must(f.store.RetryAt(f.Context(), r))
			}
			if diff := cmp.Diff([]store.Retry{first, second}, f.retries(nine.Add(time.Millisecond))); diff != "" {
				f.Error(diff)
			}
			if diff := cmp.Diff([]store.Retry{first}, f.retries(nine)); diff != "" {
				f.Error(diff)
			}
			if got, err := f.store.Retries(f.Context(), nine.Add(time.Hour), 2); err != nil || len(got) != 2 {
				f.Errorf("two at most: %v, %v", got, err)
			}
		}},
		{"are one for each lane, the last that was noted", func(f *fixture) {
			f.must(f.store.RetryAt(f.Context(), store.Retry{Lane: lane(0, "a"), At: nine}))
			later := store.Retry{Lane: lane(0, "a"), At: nine.Add(time.Second)}
			f.must(f.store.RetryAt(f.Context(), later))
			if diff := cmp.Diff([]store.Retry{later}, f.retries(nine.Add(time.Hour))); diff != "" {
				f.Error(diff)
			}
		}},
		{"are struck out, unless they were noted anew since", func(f *fixture) {
			old := store.Retry{Lane: lane(0, "a"), At: nine}
			f.must(f.store.RetryAt(f.Context(), old))
			now := store.Retry{Lane: lane(0, "a"), At: nine.Add(time.Millisecond)}
			f.must(f.store.RetryAt(f.Context(), now))
			f.must(f.store.Retried(f.Context(), old))
			if got := f.retries(nine.Add(time.Hour)); len(got) != 1 {
				f.Errorf("the new one is gone: %v", got)
			}
			f.must(f.store.Retried(f.Context(), now))
			if got := f.retries(nine.Add(time.Hour)); len(got) > 0 {
				f.Errorf("left: %v", got)
			}
		}},
	}
}

func circuits() []testCase {
	return []testCase{
		{"are none at first, then what was set", func(f *fixture) {
			f.circuit(map[string]string{})
			f.setCircuit("a", "", `{"n":1}`, true)
			f.setCircuit("b", "", `{"n":2}`, true)
			f.circuit(map[string]string{"a": `{"n":1}`, "b": `{"n":2}`})
			f.setCircuit("a", `{"n":1}`, "", true)
			f.circuit(map[string]string{"b": `{"n":2}`})
		}},
		{"are not changed on what is there no longer", func(f *fixture) {
			f.setCircuit("a", "", "1", true)
			f.setCircuit("a", "", "2", false)
			f.setCircuit("a", "3", "2", false)
			f.setCircuit("a", "3", "", false)
			f.circuit(map[string]string{"a": "1"})
		}},
		{"are set twice, as when a reply was lost, without harm", func(f *fixture) {
			f.setCircuit("a", "", "1", true)
			f.setCircuit("a", "", "1", true)
			f.setCircuit("a", "1", "", true)
			f.setCircuit("a", "1", "", true)
			f.circuit(map[string]string{})
		}},
		{"are probed by one at a time", func(f *fixture) {
			var got atomic.Int64
			var wg sync.WaitGroup
			for n := range 8 {
				wg.Go(func() {
					if ok, err := f.store.Probe(f.Context(), "a", lease("worker "+strconv.Itoa(n))); f.try(err) && ok {
						got.Add(1)
					}
				})
			}
			wg.Wait()
			if got.Load() != 1 {
				f.Errorf("%d probe", got.Load())
			}
			f.probe("b", lease("one"), true)
			f.probe("b", lease("one"), true) // its own
			f.probe("b", lease("two"), false)
			f.probe("b", store.Lease{Holder: "two"}, false) // not its own to give back
			f.probe("b", store.Lease{Holder: "one"}, true)
			f.probe("b", store.Lease{Holder: "two", For: 30 * time.Millisecond}, true)
			f.eventually("the lease runs out", func() bool {
				ok, err := f.store.Probe(f.Context(), "b", lease("three"))
				f.must(err)
				return ok
			})
		}},
	}
}

// settle notes something of the lane of a in shard 0, as its reader.
func (f *fixture) settle(s store.Settlement) {
	f.Helper()
	if s.Holder == "" {
		s.Lease = lease("reader")
	}
	ok, err := f.store.Delivered(f.Context(), lane(0, "a"), s)
	f.must(err)
	if !ok {
		f.Fatalf("not settled: %+v", s)
	}
}

func (f *fixture) renew(l store.Lane, held store.Lease, want bool) {
	f.Helper()
	ok, err := f.store.Renew(f.Context(), l, held)
	f.must(err)
	if ok != want {
		f.Errorf("%s renews %+v: %t", held.Holder, l, ok)
	}
}

func (f *fixture) setAside(list func(func(int, store.Aside) bool)) {
	f.Helper()
	for _, a := range list {
		f.settle(store.Settlement{Aside: []store.Aside{a}})
	}
}

func (f *fixture) aside(shard int, destination string) []store.Aside {
	f.Helper()
	in, busy, err := f.store.Enter(f.Context(), lane(shard, destination), lease("reader"), 9)
	f.must(err)
	if busy {
		f.Fatal("the lane is busy")
	}
	return in.Aside
}

func (f *fixture) retries(at time.Time) []store.Retry {
	f.Helper()
	list, err := f.store.Retries(f.Context(), at, 99)
	f.must(err)
	return list
}

func (f *fixture) circuit(want map[string]string) {
	f.Helper()
	got, err := f.store.Circuits(f.Context())
	f.must(err)
	texts := make(map[string]string)
	for name, body := range got {
		texts[name] = string(body)
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		f.Error(diff)
	}
}

func (f *fixture) setCircuit(name, before, after string, want bool) {
	f.Helper()
	ok, err := f.store.SetCircuit(f.Context(), name, []byte(before), []byte(after))
	f.must(err)
	if ok != want {
		f.Errorf("from %q to %q: %t", before, after, ok)
	}
}

func (f *fixture) probe(name string, l store.Lease, want bool) {
	f.Helper()
	ok, err := f.store.Probe(f.Context(), name, l)
	f.must(err)
	if ok != want {
		f.Errorf("%s of %s: %t", l.Holder, name, ok)
	}
}

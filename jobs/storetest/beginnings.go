package storetest

import (
	"strconv"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func beginnings() []testCase {
	const log, other = `{"type":"log"}`, `{"type":"redis_stream"}`
	return []testCase{
		{"gives a new destination what comes from then on, in every shard", func(f *fixture) {
			f.set(store.GlobalDestination, "a", log)
			f.send(0, "1", "2")
			f.send(1, "1")
			f.deliver(0, "a", 1, "a")
			f.set(store.GlobalDestination, "b", log)
			if diff := cmp.Diff(store.Waiting{Lane: lane(0, "b")}, f.waits(0, "b")); diff != "" {
				f.Error(diff)
			}
			f.send(0, "3")
			f.send(2, "4")
			for shard, want := range []string{"3", "", "4"} {
				if got := f.deliver(shard, "b", 9, "a", "b"); got != want {
					f.Errorf("of shard %d it got %q, want %q", shard, got, want)
				}
			}
			if got := f.deliver(0, "a", 9, "a", "b"); got != "2 3" {
				f.Errorf("the old one got %q", got)
			}
			if f.pending(0, nine).Outbox {
				f.Errorf("left: %q", f.left(0))
			}
		}},
		{"leaves what waits for a destination that is edited", func(f *fixture) {
			f.set(store.GlobalDestination, "a", log)
			f.send(0, "1", "2")
			f.deliver(0, "a", 1, "a")
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "1-1"}}})
			f.setCircuit("a", "", "1", true)
			f.set(store.GlobalDestination, "a", other)
			if got := f.deliver(0, "a", 9, "a"); got != "2" {
				f.Errorf("it got %q", got)
			}
			if got := f.aside(0, "a"); len(got) != 1 {
				f.Errorf("aside: %v", got)
			}
			f.circuit(map[string]string{"a": "1"})
			f.begun(map[string]int64{"a": 1})
		}},
		{"drops what waited for one that is removed and defined again", func(f *fixture) {
			f.set(store.GlobalDestination, "a", log)
			f.set(store.GlobalDestination, "b", log)
			f.send(0, "1", "2")
			f.settle(store.Settlement{Aside: []store.Aside{{Seq: "1-1"}}})
			f.settle(store.Settlement{Lease: store.Lease{Holder: "reader"}})
			f.setCircuit("a", "", "1", true)
			f.set(store.GlobalDestination, "a", "")
			f.send(0, "3")
			f.set(store.GlobalDestination, "a", log)
			f.send(0, "4")
			if got := f.aside(0, "a"); len(got) > 0 {
				f.Errorf("aside: %v", got)
			}
			if got := f.deliver(0, "a", 9, "a", "b"); got != "4" {
				f.Errorf("it got %q", got)
			}
			f.circuit(map[string]string{})
			f.begun(map[string]int64{"a": 2, "b": 1})
		}},
		{"takes the lane from a run to the destination before", func(f *fixture) {
			f.set(store.GlobalDestination, "a", log)
			f.send(0, "1")
			entries, from := f.outbox(0, "a", 9)
			f.set(store.GlobalDestination, "a", "")
			f.set(store.GlobalDestination, "a", log)
			for _, s := range []store.Settlement{
				{Lease: lease("reader"), From: from, To: entries[0].Seq, All: []string{"a"}},
				{Lease: lease("reader"), Aside: []store.Aside{{Seq: entries[0].Seq}}},
				{Lease: store.Lease{Holder: "reader"}},
			} {
				if ok, err := f.store.Delivered(f.Context(), lane(0, "a"), s); err != nil || ok {
					f.Errorf("it settles %+v: %t, %v", s, ok, err)
				}
			}
		}},
		{"is of the default destination when the last of the others is removed", func(f *fixture) {
			f.send(0, "1") // before any other: it is there from the start
			if got := f.deliver(0, store.DefaultDestination, 9, store.DefaultDestination); got != "1" {
				f.Errorf("it got %q", got)
			}
			f.outbox(0, store.DefaultDestination, 9) // it finds no entry, and gives the lease back
			f.set(store.GlobalDestination, "a", log)
			f.set(store.GlobalDestination, "b", log)
			f.send(0, "2")
			f.set(store.GlobalDestination, "a", "")
			f.send(0, "3")
			f.set(store.GlobalDestination, "b", "")
			f.send(0, "4")
			if got := f.deliver(0, store.DefaultDestination, 9, store.DefaultDestination); got != "4" {
				f.Errorf("it then got %q", got)
			}
			f.begun(map[string]int64{"a": 1, "b": 1, store.DefaultDestination: 1})
		}},
		{"is one, and loses nothing, when many define it at once", func(f *fixture) {
			var wg sync.WaitGroup
			for n := range 8 {
				wg.Go(func() {
					body := `{"n":` + strconv.Itoa(n) + `}`
					for {
						all, err := f.store.Globals(f.Context(), store.GlobalDestination)
						if !f.try(err) || len(all) > 0 {
							return
						}
						ok, err := f.store.SetGlobal(f.Context(), store.GlobalDestination, "a", nil, []byte(body))
						if !f.try(err) || ok {
							f.send(0, "first") // from now on nobody moves the cursor
							return
						}
					}
				})
			}
			wg.Wait()
			if got := f.deliver(0, "a", 9, "a"); got != "first" {
				f.Errorf("it got %q", got)
			}
		}},
	}
}

// waits gives the deliveries left in a lane.
func (f *fixture) waits(shard int, destination string) store.Waiting {
	f.Helper()
	list, err := f.store.Waiting(f.Context(), []store.Lane{lane(shard, destination)})
	f.must(err)
	return list[0]
}

func (f *fixture) begun(want map[string]int64) {
	f.Helper()
	got, err := f.store.Begun(f.Context())
	f.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		f.Error(diff)
	}
}

package storetest

import (
	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

// wait has so many messages wait for a visitor.
func (f *fixture) wait(property, visitor string, n int) {
	f.Helper()
	r := f.load(store.VisitorSubject(property, visitor))[0]
	c := on(r)
	if c.State = []byte(`{}`); r.Rev == 0 {
		c.NewRev = firstRev
	}
	c.Waits = &n
	f.commit(c)
}

func (f *fixture) waitOn(want map[string]int) {
	f.Helper()
	got, err := f.store.WaitSums(f.Context())
	f.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		f.Error(diff)
	}
}

// listed are the visitors of all shards for whom messages wait.
func (f *fixture) listed() map[store.Subject]int {
	f.Helper()
	all := make(map[store.Subject]int)
	for shard := range f.store.Shards() {
		for cursor := ""; ; {
			some, next, err := f.store.Waits(f.Context(), shard, cursor, 2)
			f.must(err)
			for s, n := range some {
				all[s] = n
			}
			if cursor = next; cursor == "" {
				break
			}
		}
	}
	return all
}

func waitSums() []testCase {
	return []testCase{
		{"adds up by property, and each number replaces the one before", func(f *fixture) {
			f.waitOn(map[string]int{})
			for visitor, n := range map[string]int{"v1": 1, "v2": 2, "v3": 3} {
				f.wait("acme", visitor, n)
			}
			f.wait("acme-2", "v1", 7)
			f.waitOn(map[string]int{"acme": 6, "acme-2": 7})
			f.wait("acme", "v3", 1)
			f.wait("acme", "v3", 1)
			f.wait("acme", "v2", 0)
			f.waitOn(map[string]int{"acme": 2, "acme-2": 7})
			want := map[store.Subject]int{store.VisitorSubject("acme", "v1"): 1, store.VisitorSubject("acme", "v3"): 1, store.VisitorSubject("acme-2", "v1"): 7}
			if diff := cmp.Diff(want, f.listed()); diff != "" {
				f.Error(diff)
			}
		}},
		{"forgets a visitor who is removed, and stays with a change that says nothing of it", func(f *fixture) {
			f.wait("acme", "v1", 4)
			f.wait("acme", "v2", 5)
			for visitor, remove := range map[string]bool{"v1": true, "v2": false} {
				c := on(f.load(store.VisitorSubject("acme", visitor))[0])
				c.Remove, c.State = remove, []byte(`{"a":1}`)
				f.commit(c)
			}
			f.waitOn(map[string]int{"acme": 5})
		}},
		{"counts nothing of a change that is lost", func(f *fixture) {
			f.wait("acme", "v1", 4)
			c, n := on(f.load(store.VisitorSubject("acme", "v1"))[0]), 9
			f.wait("acme", "v1", 5)
			c.Waits, c.State = &n, []byte(`{}`)
			lost, err := f.store.Commit(f.Context(), []store.Change{c})
			f.must(err)
			if len(lost) != 1 {
				f.Errorf("lost: %v", lost)
			}
			f.waitOn(map[string]int{"acme": 5})
		}},
		{"is corrected where it is still as it was read", func(f *fixture) {
			f.wait("acme", "v1", 4)
			f.wait("acme", "v2", 5)
			f.wait("acme", "v3", 6)
			read := f.listed()
			f.wait("acme", "v2", 1) // meanwhile
			for shard := range f.store.Shards() {
				right := make(map[store.Subject]int)
				for s, n := range map[store.Subject]int{store.VisitorSubject("acme", "v1"): 0, store.VisitorSubject("acme", "v2"): 8, store.VisitorSubject("acme", "v3"): 2} {
					if f.store.Shard(s) == shard {
						right[s] = n
					}
				}
				wrong, err := f.store.Recount(f.Context(), shard, read, right)
				f.must(err)
				if wrong > len(right) {
					f.Errorf("%d sums were wrong", wrong)
				}
			}
			f.waitOn(map[string]int{"acme": 3})
		}},
	}
}

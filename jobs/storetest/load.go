package storetest

import (
	"errors"
	"strconv"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func loads() []testCase {
	return []testCase{
		{"gives records in the order asked for, whatever their shards", func(f *fixture) {
			var s []store.Subject
			for i := range 40 {
				s = append(s, store.PropertySubject(strconv.Itoa(i)), store.AgentSubject(strconv.Itoa(i)))
			}
			f.define(nine, s...)
			s = append(s, s[3], s[0])
			for i, r := range f.load(s...) {
				want := store.Record{Subject: s[i], Definition: []byte(definitionOf(s[i])), Rev: firstRev, Woken: true}
				if diff := cmp.Diff(want, r); diff != "" {
					f.Error(diff)
				}
			}
		}},
		{"gives revision 0 for one that is not there", func(f *fixture) {
			s := f.subjects(0, 3)
			f.define(nine, s[1])
			r := f.load(s...)
			if r[0].Rev != 0 || r[0].Definition != nil || r[1].Rev != firstRev || r[2].Rev != 0 || r[2].Subject != s[2] {
				f.Errorf("got %+v", r)
			}
		}},
		{"gives nothing for nobody", func(f *fixture) { f.load() }},
		{"knows subjects by any id that is allowed", func(f *fixture) {
			const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
			ids := []string{all, "-", ".", "_", "..", "-1", "1e3", "0x1", "nan", "inf"}
			for _, id := range ids {
				s := []store.Subject{store.PropertySubject(id), store.AgentSubject(id)}
				for i, r := range f.define(nine, s...) {
					c := on(r)
					c.State, c.Due, c.Actions = []byte(`{"id":"`+id+`"}`), nine, []store.Outgoing{{Body: []byte(id), To: []string{id, all}}}
					f.commit(c)
					if got := f.load(s[i])[0]; string(got.State) != `{"id":"`+id+`"}` {
						f.Errorf("%s: got %s", s[i], got.State)
					}
				}
			}
		}},
		{"gives a shard to each subject, for ever the same", func(f *fixture) {
			seen := make(map[int]bool)
			for i := range 1000 {
				s := store.PropertySubject(strconv.Itoa(i))
				n := f.store.Shard(s)
				if n < 0 || n >= f.store.Shards() || n != f.store.Shard(s) {
					f.Fatalf("%s is in shard %d of %d", s, n, f.store.Shards())
				}
				seen[n] = true
			}
			if len(seen) != f.store.Shards() {
				f.Errorf("a thousand subjects are in %d of %d shards", len(seen), f.store.Shards())
			}
		}},
	}
}

func pages() []testCase {
	return []testCase{
		{"covers all of a shard, and nothing of another", func(f *fixture) {
			s := f.subjects(1, 700)
			f.define(nine, s...)
			f.define(nine, f.subjects(0, 5)...)
			want := make(map[store.Subject]bool)
			for _, subject := range s {
				want[subject] = true
			}
			seen := make(map[store.Subject]bool)
			for cursor := ""; ; {
				records, next, err := f.store.Page(f.Context(), 1, cursor, 50)
				f.must(err)
				for _, r := range records {
					seen[r.Subject] = true
					if string(r.Definition) != definitionOf(r.Subject) || r.Rev != firstRev || !r.Woken {
						f.Errorf("got %+v", r)
					}
				}
				if cursor = next; cursor == "" {
					break
				}
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				f.Error(diff)
			}
		}},
		{"of an empty shard is empty, and the last", func(f *fixture) {
			if records, next, err := f.store.Page(f.Context(), 0, "", 50); err != nil || len(records) > 0 || next != "" {
				f.Errorf("got %v, %q, %v", records, next, err)
			}
		}},
		{"with a cursor that is none is an error", func(f *fixture) {
			if _, _, err := f.store.Page(f.Context(), 0, "the start", 50); err == nil {
				f.Error("no error")
			}
		}},
	}
}

func scans() []testCase {
	return []testCase{
		{"covers the subjects of one kind in all shards", func(f *fixture) {
			want := make(map[store.Subject]bool)
			for i := range 300 {
				s := store.PropertySubject(strconv.Itoa(i))
				f.define(nine, s, store.AgentSubject(strconv.Itoa(i)))
				want[s] = true
			}
			for _, limit := range []int{1, 7, 50, 1000} {
				if diff := cmp.Diff(want, f.scan("property/", limit)); diff != "" {
					f.Errorf("%d at a time: %s", limit, diff)
				}
			}
		}},
		{"comes back with little when little is asked for", func(f *fixture) {
			f.define(nine, f.subjects(0, 400)...)
			records, next, err := f.store.Scan(f.Context(), "property/", "", 20)
			f.must(err)
			if len(records) < 20 || next == "" {
				f.Errorf("got %d and the cursor %q", len(records), next)
			}
		}},
		{"of nothing is empty, and the last", func(f *fixture) {
			f.define(nine, store.AgentSubject("lea"))
			if records, next, err := f.store.Scan(f.Context(), "property/", "", 50); err != nil || len(records) > 0 || next != "" {
				f.Errorf("got %v, %q, %v", records, next, err)
			}
		}},
		{"with a cursor that is none is an error", func(f *fixture) {
			for _, cursor := range []string{"the start", "1", "-1-0", "99999-0", "0-x"} {
				if _, _, err := f.store.Scan(f.Context(), "property/", cursor, 50); !errors.Is(err, store.ErrCursor) {
					f.Errorf("%s: got %v", cursor, err)
				}
			}
		}},
	}
}

// scan reads all subjects whose names begin with a prefix.
func (f *fixture) scan(prefix string, limit int) map[store.Subject]bool {
	f.Helper()
	seen := make(map[store.Subject]bool)
	for cursor := ""; ; {
		records, next, err := f.store.Scan(f.Context(), prefix, cursor, limit)
		f.must(err)
		for _, r := range records {
			seen[r.Subject] = true
			if string(r.Definition) != definitionOf(r.Subject) || r.Rev != 0 || r.State != nil {
				f.Errorf("got %+v", r)
			}
		}
		if cursor = next; cursor == "" {
			return seen
		}
	}
}

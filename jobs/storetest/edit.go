package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

func edits() []testCase {
	return []testCase{
		{"creates a subject, woken and due", func(f *fixture) {
			s := f.subjects(0, 1)[0]
			r := f.define(nine, s)[0]
			want := store.Record{Subject: s, Definition: []byte(definitionOf(s)), Rev: firstRev, Woken: true}
			if diff := cmp.Diff(want, r); diff != "" {
				f.Error(diff)
			}
			if due := f.due(0, nine); !slices.Equal(due, []store.Subject{s}) {
				f.Errorf("due: %v", due)
			}
		}},
		{"creates no subject that is there", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.lostEdit(store.Edit{Subject: r.Subject, NewRev: 5, Definition: []byte(`{}`), Uses: []string{"s"}, Due: nine})
			if diff := cmp.Diff([]store.Record{r}, f.load(r.Subject)); diff != "" {
				f.Error(diff)
			}
			if users := f.users(0, "s"); len(users) > 0 {
				f.Errorf("a lost edit left users: %v", users)
			}
		}},
		{"changes the definition, keeps the state, and wakes the subject", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{"v":2}`), Due: nine.Add(time.Minute)})
			got := f.load(r.Subject)[0]
			if string(got.Definition) != `{"v":2}` || string(got.State) != string(r.State) || got.Rev <= r.Rev || !got.Woken {
				f.Errorf("got %+v", got)
			}
			if due := f.due(0, nine.Add(time.Minute)); len(due) != 1 {
				f.Error("not due")
			}
		}},
		{"changes a subject that is awake already", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 1)...)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{"v":2}`), Due: nine})
			if got := f.load(r.Subject)[0]; string(got.Definition) != `{"v":2}` || got.State != nil || got.Rev <= r.Rev || !got.Woken {
				f.Errorf("got %+v", got)
			}
		}},
		{"on an old revision is lost, and writes nothing", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{"v":2}`), Uses: []string{"old"}, Due: nine})
			before := f.load(r.Subject)
			f.lostEdit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{"v":3}`), Uses: []string{"new"}, Unuses: []string{"old"}, Due: nine})
			f.lostEdit(store.Edit{Subject: r.Subject, Rev: r.Rev})
			f.lostEdit(store.Edit{Subject: r.Subject, Rev: before[0].Rev + 1})
			if diff := cmp.Diff(before, f.load(r.Subject)); diff != "" {
				f.Error(diff)
			}
			if len(f.users(0, "old")) != 1 || len(f.users(0, "new")) != 0 {
				f.Error("a lost edit changed who uses what")
			}
		}},
		{"of a subject that is not there is lost", func(f *fixture) {
			s := f.subjects(0, 1)[0]
			f.lostEdit(store.Edit{Subject: s, Rev: 7, Definition: []byte(`{}`), Due: nine})
			if r := f.load(s)[0]; r.Rev != 0 {
				f.Errorf("got %+v", r)
			}
		}},
		{"makes a decision under way be lost", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{"v":2}`), Due: nine})
			c := on(r)
			c.State, c.Actions = []byte(`{}`), send("a")
			f.loses(0, c)
		}},
		{"removes a subject with all that is known of it", func(f *fixture) {
			r := f.settled(0, 1)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Definition: []byte(`{}`), Uses: []string{"s"}, Due: nine})
			f.must(f.store.Serve(f.Context(), store.PropertySubject("served"), []store.Subject{r.Subject}))
			r = f.load(r.Subject)[0]
			f.edit(store.Edit{Subject: r.Subject, Rev: r.Rev, Unuses: []string{"s"}})
			if got := f.load(r.Subject)[0]; got.Rev != 0 || got.Definition != nil || got.State != nil {
				f.Errorf("got %+v", got)
			}
			page, _, err := f.store.Page(f.Context(), 0, "", 9)
			f.must(err)
			if len(page)+len(f.due(0, nine))+len(f.users(0, "s")) > 0 {
				f.Error("something is left of it")
			}
		}},
		{"re-creates a subject with a new revision and without its state", func(f *fixture) {
			r := f.settled(0, 1)[0]
			revs := map[int64]bool{firstRev: true, r.Rev: true}
			old := on(r)
			old.State, old.Actions = []byte(`{"n":9}`), send("a")
			for next := r.Rev + 1; next < r.Rev+30; next += 10 {
				f.edit(store.Edit{Subject: r.Subject, Rev: f.load(r.Subject)[0].Rev})
				f.edit(store.Edit{Subject: r.Subject, NewRev: next, Definition: []byte(`{}`), Due: nine})
				f.loses(0, old)
				got := f.load(r.Subject)[0]
				if got.State != nil || revs[got.Rev] {
					f.Errorf("got %+v", got)
				}
				revs[got.Rev] = true
				f.commit(on(got))
				if rev := f.load(r.Subject)[0].Rev; revs[rev] {
					f.Errorf("revision %d has come again", rev)
				}
			}
		}},
		{"notes who uses a named schedule, shard by shard", func(f *fixture) {
			a, b, other := f.subjects(0, 2)[0], f.subjects(0, 2)[1], f.subjects(1, 1)[0]
			for _, s := range []store.Subject{a, b, other} {
				f.edit(store.Edit{Subject: s, NewRev: firstRev, Definition: []byte(`{}`), Uses: []string{"day", "night"}, Due: nine})
			}
			f.edit(store.Edit{Subject: a, Rev: firstRev, Definition: []byte(`{}`), Uses: []string{"night"}, Unuses: []string{"day"}, Due: nine})
			both := []store.Subject{a, b}
			slices.Sort(both)
			for _, want := range []struct {
				shard    int
				schedule string
				users    []store.Subject
			}{{0, "day", []store.Subject{b}}, {0, "night", both}, {1, "day", []store.Subject{other}}, {0, "none", nil}} {
				if diff := cmp.Diff(want.users, f.users(want.shard, want.schedule)); diff != "" {
					f.Errorf("users of %s in shard %d: %s", want.schedule, want.shard, diff)
				}
			}
		}},
		{"gives the users of a schedule in pages that cover all", func(f *fixture) {
			s := f.subjects(0, 600)
			for _, subject := range s {
				f.edit(store.Edit{Subject: subject, NewRev: firstRev, Definition: []byte(`{}`), Uses: []string{"day"}, Due: nine})
			}
			slices.Sort(s)
			if diff := cmp.Diff(s, f.users(0, "day")); diff != "" {
				f.Error(diff)
			}
			if _, _, err := f.store.Users(f.Context(), 0, "day", "the start", 50); err == nil {
				f.Error("a cursor that is none gives no error")
			}
		}},
		{"takes hundreds of schedules at once", func(f *fixture) {
			var uses []string
			for i := range 300 {
				uses = append(uses, fmt.Sprintf("s%d", i))
			}
			s := f.subjects(0, 1)[0]
			f.edit(store.Edit{Subject: s, NewRev: firstRev, Definition: []byte(`{}`), Uses: uses, Due: nine})
			f.edit(store.Edit{Subject: s, Rev: firstRev, Definition: []byte(`{}`), Unuses: uses[1:], Due: nine})
			if len(f.users(0, "s0")) != 1 || len(f.users(0, "s299")) != 0 {
				f.Error("the index is wrong")
			}
		}},
	}
}

// users gives all users of a schedule in a shard, sorted, each once.
func (f *fixture) users(shard int, schedule string) []store.Subject {
	f.Helper()
	var all []store.Subject
	for cursor := ""; ; {
		page, next, err := f.store.Users(f.Context(), shard, schedule, cursor, 50)
		f.must(err)
		all = append(all, page...)
		if cursor = next; cursor == "" {
			slices.Sort(all)
			return slices.Compact(all)
		}
	}
}

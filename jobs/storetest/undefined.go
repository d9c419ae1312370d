package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

// visitors makes up visitors of one shard.
func (f *fixture) visitors(shard, count int) []store.Subject {
	var found []store.Subject
	for i := 0; len(found) < count; i++ {
		if s := store.VisitorSubject("acme", fmt.Sprintf("v%d", i)); f.store.Shard(s) == shard {
			found = append(found, s)
		}
	}
	return found
}

// making is a change that makes a visitor.
func making(s store.Subject) store.Change {
	return store.Change{Subject: s, NewRev: firstRev, State: []byte(`{"n":0}`), At: nine}
}

// made makes visitors of a shard that are due at an instant, and gives their records.
func (f *fixture) made(shard, count int, due time.Time) []store.Record {
	f.Helper()
	subjects := f.visitors(shard, count)
	var changes []store.Change
	for _, s := range subjects {
		c := making(s)
		c.Due = due
		changes = append(changes, c)
	}
	f.commit(changes...)
	return f.load(subjects...)
}

func undefineds() []testCase {
	return []testCase{
		{"come by a change, with its revision, state, due time and actions", func(f *fixture) {
			s := f.visitors(0, 1)[0]
			c := making(s)
			c.Due, c.Actions = nine, send("a")
			f.commit(c)
			if diff := cmp.Diff(store.Record{Subject: s, State: []byte(`{"n":0}`), Rev: firstRev}, f.load(s)[0]); diff != "" {
				f.Error(diff)
			}
			claim := f.claim(0, "a", nine, 9)
			if diff := cmp.Diff([]store.Record{{Subject: s, State: []byte(`{"n":0}`), Rev: firstRev, Due: nine}}, claim.Records); diff != "" {
				f.Error(diff)
			}
			if got := f.deliver(0, "d", 9); got != "a" {
				f.Errorf("delivered %q", got)
			}
		}},
		{"are made by one of two", func(f *fixture) {
			c := making(f.visitors(0, 1)[0])
			c.Actions = send("a")
			f.commit(c)
			c.NewRev, c.State = firstRev+1, []byte(`{"n":1}`)
			f.loses(0, c)
			if r := f.load(c.Subject)[0]; r.Rev != firstRev || string(r.State) != `{"n":0}` {
				f.Errorf("got %+v", r)
			}
		}},
		{"are changed as others", func(f *fixture) {
			r := f.made(0, 1, nine)[0]
			c := on(r)
			c.State, c.Due = []byte(`{"n":1}`), nine.Add(time.Hour)
			f.commit(c)
			f.loses(0, c)
			if got := f.load(r.Subject)[0]; string(got.State) != `{"n":1}` || got.Rev <= r.Rev {
				f.Errorf("got %+v", got)
			}
			if due := f.due(0, nine); due != nil {
				f.Errorf("due: %v", due)
			}
		}},
		{"of several shards can be committed at once, each by itself", func(f *fixture) {
			var changes []store.Change
			var all []store.Subject
			for shard := range f.store.Shards() {
				for _, s := range f.visitors(shard, 2) {
					changes = append(changes, making(s))
					all = append(all, s)
				}
			}
			old := making(all[0])
			old.NewRev++
			f.commit(old)
			lost, err := f.store.Commit(f.Context(), changes)
			f.must(err)
			if diff := cmp.Diff(all[:1], lost); diff != "" {
				f.Error(diff)
			}
			for i, r := range f.load(all...) {
				if want := r.Rev == firstRev; want != (i > 0) {
					f.Errorf("got %+v", r)
				}
			}
			lost, err = f.store.Commit(f.Context(), nil)
			f.must(err)
			if lost != nil {
				f.Errorf("lost %v", lost)
			}
		}},
		{"of which one is not there are not made without a revision for it", func(f *fixture) {
			s := f.visitors(0, 1)[0]
			f.loses(0, store.Change{Subject: s, State: []byte(`{}`), Due: nine})
			if r := f.load(s)[0]; r.Rev != 0 {
				f.Errorf("got %+v", r)
			}
		}},
		{"alone are made by a change", func(f *fixture) {
			s := f.subjects(0, 1)[0]
			f.loses(0, store.Change{Subject: s, NewRev: firstRev, State: []byte(`{}`), Due: nine, Actions: send("a")})
			if due := f.due(0, nine); due != nil {
				f.Errorf("due: %v", due)
			}
		}},
		{"are removed with all but their actions, and can be made anew", func(f *fixture) {
			r := f.made(0, 2, nine)
			c := on(r[0])
			c.Remove, c.Due, c.Actions = true, nine, send("a")
			f.commit(c)
			if got := f.load(r[0].Subject)[0]; got.Rev != 0 || got.State != nil {
				f.Errorf("got %+v", got)
			}
			if diff := cmp.Diff([]store.Subject{r[1].Subject}, f.due(0, nine)); diff != "" {
				f.Error(diff)
			}
			if got := f.deliver(0, "d", 9); got != "a" {
				f.Errorf("delivered %q", got)
			}
			f.loses(0, c)
			again := making(r[0].Subject)
			again.NewRev = firstRev + 10
			f.commit(again)
		}},
		{"are not removed when they have moved on", func(f *fixture) {
			r := f.made(0, 1, nine)[0]
			c := on(r)
			c.State = []byte(`{"n":1}`)
			f.commit(c)
			c.Remove = true
			f.loses(0, c)
			if got := f.load(r.Subject)[0]; string(got.State) != `{"n":1}` {
				f.Errorf("got %+v", got)
			}
		}},
		{"are told of when they have actions, whomever these are for", func(f *fixture) {
			told := f.follow()
			for i, actions := range [][]store.Outgoing{send("a"), {{Body: []byte("{}"), To: []string{}}}} {
				r := f.made(i, 1, nine)[0]
				c := on(r)
				c.State, c.Actions = []byte(`{"n":1}`), actions
				f.commit(c)
				told.awaits(f, r.Subject)
			}
		}},
		{"are on no page and in no scan, and without actions nobody is told of them", func(f *fixture) {
			told := f.follow()
			var own []store.Subject // Follow also gives subjects of other tests on the same Redis
			for i := 0; len(own) < 3; i++ {
				if s := store.VisitorSubject("unheard", fmt.Sprint("v", i)); f.store.Shard(s) == 0 {
					own = append(own, s)
					f.commit(making(s))
				}
			}
			f.define(nine, f.subjects(0, 1)...)
			told.awaits(f, f.subjects(0, 1)[0]) // Follow gives it after them
			records, _, err := f.store.Page(f.Context(), 0, "", 100)
			f.must(err)
			if diff := cmp.Diff(f.subjects(0, 1), subjectsOf(records)); diff != "" {
				f.Error(diff)
			}
			if seen := f.scan("", 100); len(seen) != 1 {
				f.Errorf("scanned %v", seen)
			}
			told.mu.Lock()
			defer told.mu.Unlock()
			if slices.ContainsFunc(told.changed, func(s store.Subject) bool { return slices.Contains(own, s) }) {
				f.Errorf("told of %v", told.changed)
			}
		}},
		{"and defined ones can be written together", func(f *fixture) {
			p, v := f.settled(0, 1)[0], f.made(0, 1, time.Time{})[0]
			changes := []store.Change{on(p), on(v), making(f.visitors(0, 2)[1])}
			for i := range changes {
				changes[i].State, changes[i].Due = []byte(`{"n":7}`), nine
			}
			f.commit(changes...)
			if due := f.due(0, nine); len(due) != 3 {
				f.Errorf("due: %v", due)
			}
			for _, r := range f.load(p.Subject, v.Subject, changes[2].Subject) {
				if string(r.State) != `{"n":7}` {
					f.Errorf("got %+v", r)
				}
			}
		}},
	}
}

// heard tells which of some events of a subject are known at an instant.
func (f *fixture) heard(at time.Time, s store.Subject, ids ...string) string {
	f.Helper()
	known, err := f.store.Seen(f.Context(), at, map[store.Subject][]string{s: ids})
	f.must(err)
	var list []string
	for _, id := range ids {
		if known[s][id] {
			list = append(list, id)
		}
	}
	return strings.Join(list, " ")
}

func hearings() []testCase {
	return []testCase{
		{"are forgotten after a day and a half, and not within the day", func(f *fixture) {
			c := making(f.visitors(0, 1)[0])
			c.Seen = []string{"a"}
			f.commit(c)
			f.must(f.store.ForgetSeen(f.Context(), 0, nine.Add(store.DedupeWindow-time.Second)))
			if got := f.heard(nine, c.Subject, "a"); got != "a" {
				f.Errorf("within the day: heard %q", got)
			}
			f.must(f.store.ForgetSeen(f.Context(), 1, nine.Add(store.DedupeWindow)))
			if got := f.heard(nine, c.Subject, "a"); got != "a" {
				f.Errorf("of another shard: heard %q", got)
			}
			f.must(f.store.ForgetSeen(f.Context(), 0, nine.Add(store.DedupeWindow+store.DedupeSlack)))
			if got := f.heard(nine, c.Subject, "a"); got != "" {
				f.Errorf("after a day and a half: heard %q", got)
			}
		}},
		{"are known again for a day, and then not", func(f *fixture) {
			c := making(f.visitors(0, 1)[0])
			c.Seen = []string{"a", "b c", "\xff"}
			f.commit(c)
			for after, want := range map[time.Duration]string{0: "a b c", store.DedupeWindow - time.Second: "a b c", store.DedupeWindow + store.DedupeSlack: ""} {
				if got := f.heard(nine.Add(after), c.Subject, "x", "a", "b c"); got != want {
					f.Errorf("after %s: heard %q, want %q", after, got, want)
				}
			}
		}},
		{"are known to their subject alone", func(f *fixture) {
			s := f.visitors(0, 2)
			c := making(s[0])
			c.Seen = []string{"a"}
			f.commit(c)
			if got := f.heard(nine, s[1], "a"); got != "" {
				f.Errorf("the other has heard %q", got)
			}
		}},
		{"of a lost change are not known", func(f *fixture) {
			c := making(f.visitors(0, 1)[0])
			f.commit(c)
			c.Seen = []string{"a"}
			f.loses(0, c)
			if got := f.heard(nine, c.Subject, "a"); got != "" {
				f.Errorf("heard %q", got)
			}
		}},
		{"give the record a new revision, also without a state", func(f *fixture) {
			r := f.made(0, 1, nine)[0]
			c := on(r)
			c.Seen, c.At = []string{"a"}, nine
			f.commit(c)
			if got := f.load(r.Subject)[0]; got.Rev <= r.Rev || string(got.State) != string(r.State) {
				f.Errorf("got %+v", got)
			}
			if got := f.heard(nine, r.Subject, "a"); got != "a" {
				f.Errorf("heard %q", got)
			}
		}},
		{"outlast their subject", func(f *fixture) {
			c := making(f.visitors(0, 1)[0])
			c.Seen = []string{"a"}
			f.commit(c)
			r := on(f.load(c.Subject)[0])
			r.Remove = true
			f.commit(r)
			if got := f.heard(nine, c.Subject, "a"); got != "a" {
				f.Errorf("heard %q", got)
			}
		}},
		{"are asked of many subjects in any shards, and of none", func(f *fixture) {
			asked, want := make(map[store.Subject][]string), make(map[store.Subject]map[string]bool)
			for shard := range f.store.Shards() {
				for _, s := range f.visitors(shard, 30) {
					c := making(s)
					c.Seen = []string{"a", "b"}
					f.commit(c)
					asked[s], want[s] = []string{"b", "x", "a"}, map[string]bool{"a": true, "b": true}
				}
			}
			got, err := f.store.Seen(f.Context(), nine, asked)
			f.must(err)
			if diff := cmp.Diff(want, got); diff != "" {
				f.Error(diff)
			}
			if got, err := f.store.Seen(f.Context(), nine, nil); err != nil || len(got) != 0 {
				f.Errorf("got %v, %v", got, err)
			}
		}},
		{"may be thousands in one commit", func(f *fixture) {
			var changes []store.Change
			subjects := f.visitors(0, 700)
			for _, s := range subjects {
				c := making(s)
				for i := range 5 {
					c.Seen = append(c.Seen, strconv.Itoa(i))
				}
				changes = append(changes, c)
			}
			f.commit(changes...)
			if got := f.heard(nine, subjects[699], "0", "4", "5"); got != "0 4" {
				f.Errorf("heard %q", got)
			}
		}},
	}
}

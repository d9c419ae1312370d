package storetest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/jobs/store"
)

func wakes() []testCase {
	return []testCase{
		{"makes subjects due and woken, with a new revision and the old state", func(f *fixture) {
			records := f.settled(0, 3)
			f.must(f.store.Wake(f.Context(), 0, subjectsOf(records[:2]), nine))
			for i, got := range f.load(subjectsOf(records)...) {
				was := records[i]
				if i < 2 {
					was.Woken = true
					if got.Rev <= was.Rev {
						f.Errorf("revision %d after %d", got.Rev, was.Rev)
					}
					was.Rev = got.Rev
				}
				if diff := cmp.Diff(was, got); diff != "" {
					f.Error(diff)
				}
			}
			if due := f.due(0, nine); len(due) != 2 {
				f.Errorf("due: %v", due)
			}
		}},
		{"of somebody awake is a wake, too", func(f *fixture) {
			r := f.define(nine, f.subjects(0, 1)...)[0]
			f.must(f.store.Wake(f.Context(), 0, []store.Subject{r.Subject}, nine))
			if got := f.load(r.Subject)[0]; !got.Woken || got.Rev <= r.Rev || got.State != nil {
				f.Errorf("got %+v", got)
			}
			f.loses(0, on(r))
		}},
		{"that is not to be passed on makes subjects due, with a new revision, and leaves the rest as it was", func(f *fixture) {
			asleep, awake := f.settled(0, 1)[0], f.define(nine, f.subjects(0, 2)[1])[0]
			f.must(f.store.Stir(f.Context(), 0, subjectsOf([]store.Record{asleep, awake}), nine))
			for i, got := range f.load(asleep.Subject, awake.Subject) {
				was := []store.Record{asleep, awake}[i]
				if got.Rev <= was.Rev || got.Woken != was.Woken || string(got.State) != string(was.State) {
					f.Errorf("%+v after %+v", got, was)
				}
				f.loses(0, on(was))
			}
			if due := f.due(0, nine); len(due) != 2 {
				f.Errorf("due: %v", due)
			}
		}},
		{"that is not to be passed on is requested by a commit, beside a wake", func(f *fixture) {
			agents := f.settled(0, 2)
			acme := store.PropertySubject("acme")
			f.must(f.store.Serve(f.Context(), acme, subjectsOf(agents)))
			stirs, wakes := on(agents[0]), on(agents[1])
			stirs.Stir, wakes.Stir, wakes.Wake = true, true, true
			f.commit(stirs)
			requests := f.wakes(0, 9)
			if len(requests) != 1 || requests[0].Name != store.StirName(acme) {
				f.Fatalf("requests: %v", requests)
			}
			if s, ok := requests[0].Stirs(); !ok || s != acme {
				f.Errorf("it stirs %q: %v", s, ok)
			}
			f.commit(wakes)
			if all := f.wakes(0, 9); len(all) != 2 {
				f.Errorf("requests: %v", all)
			}
			f.must(f.store.Woke(f.Context(), 0, requests))
			if all := f.wakes(0, 9); len(all) != 1 || all[0].Name != string(acme) {
				f.Errorf("requests: %v", all)
			}
		}},
		{"is told who is served, in pages that cover all, until the one who serves is removed", func(f *fixture) {
			s := f.subjects(0, 601)
			by := f.define(nine, s[600])[0]
			for _, served := range s[:600] {
				f.must(f.store.Serve(f.Context(), served, []store.Subject{by.Subject}))
			}
			slices.Sort(s[:600])
			if diff := cmp.Diff(s[:600], f.served(by.Subject)); diff != "" {
				f.Error(diff)
			}
			f.edit(store.Edit{Subject: by.Subject, Rev: by.Rev})
			if left := f.served(by.Subject); len(left) > 0 {
				f.Errorf("it serves %v, and is no more", left)
			}
		}},
		{"leaves alone who is not there", func(f *fixture) {
			s := f.subjects(0, 2)
			f.define(nine, s[1])
			f.must(f.store.Wake(f.Context(), 0, s, nine))
			if r := f.load(s[0])[0]; r.Rev != 0 {
				f.Errorf("got %+v", r)
			}
			if due := f.due(0, nine); !slices.Equal(due, s[1:]) {
				f.Errorf("due: %v", due)
			}
		}},
		{"brings forward who is due later, and does not put back who is due already", func(f *fixture) {
			s := f.subjects(0, 2)
			f.define(nine.Add(-time.Hour), s[0])
			f.define(nine.Add(time.Hour), s[1])
			f.must(f.store.Wake(f.Context(), 0, s, nine))
			c := f.claim(0, "a", nine, 9)
			if len(c.Records) != 2 || c.Records[0].Subject != s[0] || !c.Records[0].Due.Equal(nine.Add(-time.Hour)) || !c.Records[1].Due.Equal(nine) {
				f.Errorf("got %+v", c.Records)
			}
		}},
		{"takes nobody and thousands", func(f *fixture) {
			f.must(f.store.Wake(f.Context(), 0, nil, nine))
			subjects := subjectsOf(f.settled(0, 9000))
			f.must(f.store.Wake(f.Context(), 0, subjects, nine))
			if due := f.due(0, nine); len(due) != len(subjects) {
				f.Errorf("%d of %d are due", len(due), len(subjects))
			}
		}},
		{"is requested by a commit, for each that the subject serves", func(f *fixture) {
			agents := f.settled(0, 3)
			acme, bell := store.PropertySubject("acme"), store.PropertySubject("bell")
			f.must(f.store.Serve(f.Context(), acme, subjectsOf(agents)))
			f.must(f.store.Serve(f.Context(), bell, subjectsOf(agents[1:2])))
			f.must(f.store.Serve(f.Context(), bell, nil))
			var changes []store.Change
			for i, a := range agents {
				c := on(a)
				c.State, c.Wake = []byte(`{}`), i < 2
				changes = append(changes, c)
			}
			f.commit(changes[2])
			if requests := f.wakes(0, 9); len(requests) > 0 {
				f.Errorf("without a request: %v", requests)
			}
			f.commit(changes[:2]...)
			requests := f.wakes(0, 9)
			if all := strings.Fields(names(requests)); len(all) != 2 || !slices.Contains(all, string(acme)) || !slices.Contains(all, string(bell)) {
				f.Errorf("requests: %v", requests)
			}
			if requests := f.wakes(1, 9); len(requests) > 0 {
				f.Errorf("requests of another shard: %v", requests)
			}
			f.must(f.store.Woke(f.Context(), 0, requests))
			if requests := f.wakes(0, 9); len(requests) > 0 {
				f.Errorf("not struck out: %v", requests)
			}
		}},
		{"is not requested by a commit that is lost", func(f *fixture) {
			a := f.settled(0, 1)[0]
			f.must(f.store.Serve(f.Context(), store.PropertySubject("acme"), []store.Subject{a.Subject}))
			c := on(a)
			c.Wake, c.Rev = true, a.Rev-1
			f.loses(0, c)
			if requests := f.wakes(0, 9); len(requests) > 0 {
				f.Errorf("requests: %v", requests)
			}
		}},
		{"requested again since is not struck out", func(f *fixture) {
			request := f.requester(0)
			request()
			read := f.wakes(0, 9)
			request()
			f.must(f.store.Woke(f.Context(), 0, read))
			if requests := f.wakes(0, 9); len(requests) != 1 {
				f.Fatal("the second request was struck out with the first")
			}
			f.must(f.store.Woke(f.Context(), 0, f.wakes(0, 9)))
			if requests := f.wakes(0, 9); len(requests) != 0 {
				f.Error("the second request stays")
			}
		}},
		{"requested anew after another has struck it out is not taken for the old request", func(f *fixture) {
			request := f.requester(0)
			request()
			read := f.wakes(0, 9)
			f.must(f.store.Woke(f.Context(), 0, read)) // by another worker
			request()
			f.must(f.store.Woke(f.Context(), 0, read))
			if requests := f.wakes(0, 9); len(requests) != 1 {
				f.Error("the new request was struck out with the old one")
			}
		}},
		{"is requested for thousands at once, and read in parts", func(f *fixture) {
			a := f.settled(0, 2)
			for i := range 9000 {
				f.must(f.store.Serve(f.Context(), store.PropertySubject(strconv.Itoa(i)), []store.Subject{a[i%2].Subject}))
			}
			first, second := on(a[0]), on(a[1])
			first.Wake, second.Wake = true, true
			f.commit(first, second)
			total := 0
			for {
				requests := f.wakes(0, 2500)
				if len(requests) == 0 {
					break
				}
				total += len(requests)
				f.must(f.store.Woke(f.Context(), 0, requests))
			}
			if total != 9000 {
				f.Errorf("%d requests", total)
			}
		}},
		{"is requested for nobody by a subject that was removed and made again", func(f *fixture) {
			a := f.settled(0, 1)[0]
			f.must(f.store.Serve(f.Context(), store.PropertySubject("acme"), []store.Subject{a.Subject}))
			f.edit(store.Edit{Subject: a.Subject, Rev: a.Rev})
			f.edit(store.Edit{Subject: a.Subject, NewRev: a.Rev + 1, Definition: []byte(`{}`), Due: nine})
			c := on(f.load(a.Subject)[0])
			c.Wake = true
			f.commit(c)
			if requests := f.wakes(0, 9); len(requests) > 0 {
				f.Errorf("requests: %v", requests)
			}
		}},
	}
}

// requester gives a function that commits a request to wake one subject.
func (f *fixture) requester(shard int) func() {
	a := f.settled(shard, 1)[0].Subject
	f.must(f.store.Serve(f.Context(), store.PropertySubject("acme"), []store.Subject{a}))
	return func() {
		f.Helper()
		c := on(f.load(a)[0])
		c.Wake = true
		f.commit(c)
	}
}

// served gives all subjects that a subject serves, sorted, each once.
func (f *fixture) served(by store.Subject) []store.Subject {
	f.Helper()
	var all []store.Subject
	for cursor := ""; ; {
		page, next, err := f.store.Served(f.Context(), by, cursor, 50)
		f.must(err)
		all = append(all, page...)
		if cursor = next; cursor == "" {
			slices.Sort(all)
			all = slices.Compact(all)
			lists, err := f.store.Serving(f.Context(), []store.Subject{"agent/nobody", by})
			f.must(err)
			if diff := cmp.Diff([][]store.Subject{nil, all}, lists, cmpopts.EquateEmpty()); diff != "" {
				f.Error(diff)
			}
			return all
		}
	}
}

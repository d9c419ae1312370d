package storetest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

func follows() []testCase {
	return []testCase{
		{"tells that something may have been missed, at the start", func(f *fixture) {
			f.follow()
		}},
		{"tells of edits, removals, decisions and named schedules", func(f *fixture) {
			told := f.follow()
			subject := f.subjects(0, 1)[0]
			r := f.define(nine, subject)[0]
			told.awaits(f, subject)
			c := on(r)
			c.State = []byte(`{}`)
			f.commit(c)
			told.awaits(f, subject)
			f.edit(store.Edit{Subject: subject, Rev: f.load(subject)[0].Rev})
			told.awaits(f, subject)
			f.set(store.GlobalSchedule, "day", `{}`)
			told.awaits(f, store.ScheduleSubject("day"))
		}},
		{"tells of a visitor who is removed", func(f *fixture) {
			visitor := store.VisitorSubject("acme", "v1")
			f.commit(store.Change{Subject: visitor, NewRev: 1, State: []byte(`{}`)})
			told := f.follow()
			f.commit(store.Change{Subject: visitor, Rev: 1, Remove: true})
			told.awaits(f, visitor)
		}},
		{"tells of all that are committed together, whoever is lost among them", func(f *fixture) {
			records := f.settled(0, 3)
			told := f.follow()
			var changes []store.Change
			for _, r := range records {
				c := on(r)
				c.State = []byte(`{"n":1}`)
				changes = append(changes, c)
			}
			changes[1].Rev--
			f.commitLosing(changes...)
			told.awaits(f, records[0].Subject)
			told.awaits(f, records[2].Subject)
		}},
	}
}

// told are the subjects that Follow gave and no test has awaited yet.
type told struct {
	mu      sync.Mutex
	changed []store.Subject
	missed  bool
}

// follow follows until the test ends, and waits until it does.
func (f *fixture) follow() *told {
	f.Helper()
	t := new(told)
	ctx, cancel := context.WithCancel(f.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.store.Follow(ctx, t.tell) }()
	f.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			f.Errorf("following ended: %v", err)
		}
	})
	f.eventually("following begins", func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.missed
	})
	return t
}

func (t *told) tell(changed []store.Subject) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = append(t.changed, changed...)
	t.missed = t.missed || changed == nil
}

func (t *told) has(s store.Subject) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.changed, s)
}

// awaits waits until Follow gives a subject, and forgets it.
func (t *told) awaits(f *fixture, s store.Subject) {
	f.Helper()
	f.eventually("told of "+string(s), func() bool { return t.has(s) })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = slices.DeleteFunc(t.changed, func(c store.Subject) bool { return c == s })
}

func recents() []testCase {
	return []testCase{
		{"gives actions and notices of all shards, also those for nobody, the newest first", func(f *fixture) {
			f.send(0, "1")
			f.sendActions(0, []store.Outgoing{{Body: []byte("2"), Notice: true}})
			f.sendActions(0, []store.Outgoing{{Body: []byte("3"), To: []string{}}})
			for limit, want := range map[int]string{9: "3 2 1", 2: "3 2"} {
				entries, err := f.store.Recent(f.Context(), limit)
				f.must(err)
				if got := bodies(entries); got != want {
					f.Errorf("%d: got %q, want %q", limit, got, want)
				}
			}
			f.send(1, "4")
			if entries, err := f.store.Recent(f.Context(), 9); err != nil || len(entries) != 4 {
				f.Errorf("with another shard: %q, %v", bodies(entries), err)
			}
		}},
		{"orders those of several shards by the clock of who decided them", func(f *fixture) {
			for shard, at := range []time.Time{nine.Add(time.Second), nine.Add(3 * time.Second), nine.Add(2 * time.Second)} {
				c := on(f.define(nine, f.subjects(shard, 1)...)[0])
				c.At, c.Actions = at, send(at.Format("05"))
				f.commit(c)
			}
			entries, err := f.store.Recent(f.Context(), 9)
			f.must(err)
			if got := bodies(entries); got != "03 02 01" {
				f.Errorf("got %q", got)
			}
		}},
		{"keeps the last of many", func(f *fixture) {
			var many []string
			for i := range 100 {
				many = append(many, strconv.Itoa(i))
			}
			f.send(0, many...)
			f.send(0, "last")
			entries, err := f.store.Recent(f.Context(), 1000)
			f.must(err)
			if len(entries) < 5 || len(entries) > 50 || string(entries[0].Body) != "last" {
				f.Errorf("got %d: %q", len(entries), bodies(entries))
			}
		}},
		{"has nothing at first", func(f *fixture) {
			if entries, err := f.store.Recent(f.Context(), 9); err != nil || len(entries) > 0 {
				f.Errorf("got %v, %v", entries, err)
			}
		}},
	}
}

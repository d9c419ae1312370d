// Package storetest holds the contract of store.Store as tests: one suite, run over
// every store.
package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// Open gives an empty store of several shards, of the test's own.
type Open func(testing.TB) store.Store

// Run checks a store against each sentence of the contract.
func Run(t *testing.T, open Open) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"claim", claims()},
		{"load", loads()},
		{"page", pages()},
		{"scan", scans()},
		{"commit", commits()},
		{"undefined subjects", undefineds()},
		{"chatting", chatters()},
		{"events heard", hearings()},
		{"edit", edits()},
		{"wake", wakes()},
		{"globals", globals()},
		{"beats", beats()},
		{"outbox", outboxes()},
		{"held", helds()},
		{"usage", usages()},
		{"waiting messages", waitSums()},
		{"beginnings", beginnings()},
		{"aside", asides()},
		{"retries", retries()},
		{"circuits", circuits()},
		{"notices", notices()},
		{"pending", pendings()},
		{"follow", follows()},
		{"recent", recents()},
		{"depths", depths()},
		{"together", together()},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.check(&fixture{TB: t, store: open(t)})
				})
			}
		})
	}
}

type testCase struct {
	name  string // a sentence of the contract
	check func(*fixture)
}

// nine is when things happen in these tests.
var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// fixture is a store with short methods for common steps. Each ends the test when the
// store gives an error.
type fixture struct {
	testing.TB
	store store.Store
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// subjects makes up subjects of one shard.
func (f *fixture) subjects(shard, count int) []store.Subject {
	var found []store.Subject
	for i := 0; len(found) < count; i++ {
		if s := store.PropertySubject(fmt.Sprintf("p%d", i)); f.store.Shard(s) == shard {
			found = append(found, s)
		}
	}
	return found
}

// firstRev is the revision that define gives.
const firstRev = 1000

func definitionOf(s store.Subject) string { return fmt.Sprintf(`{"id":%q}`, s) }

// define creates subjects that are due at an instant, and gives their records.
func (f *fixture) define(due time.Time, subjects ...store.Subject) []store.Record {
	f.Helper()
	for _, s := range subjects {
		f.edit(store.Edit{Subject: s, NewRev: firstRev, Definition: []byte(definitionOf(s)), Due: due})
	}
	return f.load(subjects...)
}

// settled defines subjects of a shard that have been decided on and are no longer due,
// and gives their records.
func (f *fixture) settled(shard, count int) []store.Record {
	f.Helper()
	subjects := f.subjects(shard, count)
	var changes []store.Change
	for _, r := range f.define(nine, subjects...) {
		c := on(r)
		c.State = []byte(`{"n":0}`)
		changes = append(changes, c)
	}
	f.commit(changes...)
	return f.load(subjects...)
}

func (f *fixture) edit(e store.Edit) {
	f.Helper()
	ok, err := f.store.Edit(f.Context(), e)
	f.must(err)
	if !ok {
		f.Fatalf("the edit of %s was lost", e.Subject)
	}
}

func (f *fixture) lostEdit(e store.Edit) {
	f.Helper()
	ok, err := f.store.Edit(f.Context(), e)
	f.must(err)
	if ok {
		f.Errorf("the edit of %s on revision %d was not lost", e.Subject, e.Rev)
	}
}

func (f *fixture) load(subjects ...store.Subject) []store.Record {
	f.Helper()
	records, err := f.store.Load(f.Context(), subjects)
	f.must(err)
	if len(records) != len(subjects) {
		f.Fatalf("asked for %d records, got %d", len(subjects), len(records))
	}
	return records
}

func lease(holder string) store.Lease { return store.Lease{Holder: holder, For: time.Minute} }

func (f *fixture) claim(shard int, holder string, at time.Time, limit int) store.Claim {
	f.Helper()
	c, err := f.store.Claim(f.Context(), shard, lease(holder), at, limit)
	f.must(err)
	return c
}

// due gives the due subjects of a shard, in its order. It fails when the shard is busy.
func (f *fixture) due(shard int, at time.Time) []store.Subject {
	f.Helper()
	c := f.claim(shard, "due", at, 100_000)
	if c.Busy {
		f.Fatal("the shard is busy")
	}
	return subjectsOf(c.Records)
}

func subjectsOf(records []store.Record) []store.Subject {
	var subjects []store.Subject
	for _, r := range records {
		subjects = append(subjects, r.Subject)
	}
	return subjects
}

// on is a change of a record, at nine, that only ends its being woken and due.
func on(r store.Record) store.Change {
	return store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken, At: nine}
}

// commit writes changes, none of which may be lost.
func (f *fixture) commit(changes ...store.Change) {
	f.Helper()
	if lost := f.commitLosing(changes...); len(lost) > 0 {
		f.Fatalf("lost: %v", lost)
	}
}

func (f *fixture) commitLosing(changes ...store.Change) (lost []store.Subject) {
	f.Helper()
	lost, err := f.store.Commit(f.Context(), changes)
	f.must(err)
	return lost
}

func send(bodies ...string) []store.Outgoing {
	var actions []store.Outgoing
	for _, body := range bodies {
		actions = append(actions, store.Outgoing{Body: []byte(body)})
	}
	return actions
}

// send puts actions into the outbox of a shard.
func (f *fixture) send(shard int, bodies ...string) {
	f.Helper()
	f.sendActions(shard, send(bodies...))
}

// sendActions commits actions, on the first subject of a shard.
func (f *fixture) sendActions(shard int, actions []store.Outgoing) {
	f.Helper()
	subject := f.subjects(shard, 1)[0]
	r := f.load(subject)[0]
	if r.Rev == 0 {
		r = f.define(nine, subject)[0]
	}
	c := on(r)
	c.Actions = actions
	f.commit(c)
}

func lane(shard int, destination string) store.Lane {
	return store.Lane{Shard: shard, Destination: destination}
}

// outbox gives the entries that a destination has not had, and its cursor.
func (f *fixture) outbox(shard int, destination string, limit int) ([]store.Entry, string) {
	f.Helper()
	entries, cursor, busy, err := f.store.Outbox(f.Context(), lane(shard, destination), lease("reader"), limit)
	f.must(err)
	if busy {
		f.Fatalf("the outbox of %s is busy", destination)
	}
	return entries, cursor
}

// deliver gives a destination up to limit entries, and moves its cursor.
func (f *fixture) deliver(shard int, destination string, limit int, all ...string) string {
	f.Helper()
	entries, cursor := f.outbox(shard, destination, limit)
	if len(entries) > 0 {
		f.moved(shard, destination, cursor, entries[len(entries)-1].Seq, all...)
	}
	return bodies(entries)
}

func (f *fixture) moved(shard int, destination, from, to string, all ...string) {
	f.Helper()
	ok, err := f.store.Delivered(f.Context(), lane(shard, destination), store.Settlement{Lease: lease("reader"), From: from, To: to, All: all})
	f.must(err)
	if !ok {
		f.Fatalf("the cursor of %s was not at %s", destination, from)
	}
}

// bodies are the bodies of entries, with spaces between them.
func bodies(entries []store.Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, string(e.Body))
	}
	return strings.Join(all, " ")
}

func (f *fixture) wakes(shard, limit int) []store.WakeRequest {
	f.Helper()
	requests, err := f.store.Wakes(f.Context(), shard, limit)
	f.must(err)
	return requests
}

func (f *fixture) edited() []store.WakeRequest {
	f.Helper()
	requests, err := f.store.Edited(f.Context())
	f.must(err)
	return requests
}

// names are those of requests, with spaces between them.
func names(requests []store.WakeRequest) string {
	var all []string
	for _, m := range requests {
		all = append(all, m.Name)
	}
	return strings.Join(all, " ")
}

func (f *fixture) pending(shard int, at time.Time) store.Pending {
	f.Helper()
	pending, err := f.store.Pending(f.Context(), at)
	f.must(err)
	if len(pending) != f.store.Shards() {
		f.Fatalf("there are %d shards, and something said of %d", f.store.Shards(), len(pending))
	}
	return pending[shard]
}

// eventually waits for a fact, such as the end of a lease.
func (f *fixture) eventually(what string, fact func() bool) {
	f.Helper()
	redistest.Wait(f, what, fact)
}

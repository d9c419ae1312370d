package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/jobs/store"
)

// RunModel does random things to a store and to a model of one, a few maps, and
// compares their contents. open gives an empty store each time.
func RunModel(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{
			ctx: t.Context(), store: open(t),
			records: make(map[store.Subject]store.Record), served: make(map[store.Subject]map[string]bool), wakes: make(map[string]bool),
			sent: make(map[string][]string),
		}
		for i := range 4 {
			m.subjects = append(m.subjects, store.AgentSubject(strconv.Itoa(i)))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"":         m.compare,
			"edit":     m.edit,
			"remove":   m.remove,
			"wake":     m.wake,
			"serve":    m.serve,
			"commit":   m.commit,
			"pass on":  m.passOn,
			"deliver":  m.deliver,
			"time":     func(rt *rapid.T) { m.now += rapid.IntRange(1, 3).Draw(rt, "seconds") },
			"no claim": m.giveBack,
		})
	})
}

// model is the contents that a store should have. Its subjects may be in different
// shards; the model treats these as one.
type model struct {
	ctx      context.Context
	store    store.Store
	subjects []store.Subject
	now      int   // seconds
	rev      int64 // the greatest that there was

	records map[store.Subject]store.Record // with Due; zero: not due
	stale   []store.Record                 // once loaded, and since then overtaken
	served  map[store.Subject]map[string]bool
	wakes   map[string]bool
	sent    map[string][]string // destination → bodies it should still get
	count   int                 // of bodies
}

func (m *model) at() time.Time { return nine.Add(time.Duration(m.now) * time.Second) }

func (m *model) subject(rt *rapid.T) store.Subject {
	return rapid.SampledFrom(m.subjects).Draw(rt, "subject")
}

// record loads one subject, or gives a record that was loaded before.
func (m *model) record(rt *rapid.T) store.Record {
	if len(m.stale) > 0 && rapid.IntRange(0, 3).Draw(rt, "stale") == 0 {
		return rapid.SampledFrom(m.stale).Draw(rt, "record")
	}
	records, err := m.store.Load(m.ctx, []store.Subject{m.subject(rt)})
	must(rt, err)
	m.stale = append(m.stale, records[0])
	return records[0]
}

// current tells whether a record is the one in the model.
func (m *model) current(r store.Record) bool {
	now := m.records[r.Subject]
	return r.Rev == now.Rev && r.Woken == now.Woken
}

func (m *model) edit(rt *rapid.T) {
	r := m.record(rt)
	m.rev += 1000
	definition := fmt.Sprintf(`{"v":%d}`, m.rev)
	ok, err := m.store.Edit(m.ctx, store.Edit{Subject: r.Subject, Rev: r.Rev, NewRev: m.rev, Definition: []byte(definition), Due: m.at()})
	must(rt, err)
	now := m.records[r.Subject]
	if want := r.Rev == now.Rev; ok != want {
		rt.Fatalf("the edit of %s is %t, want %t", r.Subject, ok, want)
	}
	if !ok {
		return
	}
	m.records[r.Subject] = store.Record{Subject: r.Subject, Definition: []byte(definition), State: now.State, Rev: m.rev, Woken: true, Due: m.at()}
}

// after is the revision of a record after a write.
func (m *model) after(rev int64) int64 {
	next := store.NextRev(rev, m.at())
	m.rev = max(m.rev, next)
	return next
}

func (m *model) remove(rt *rapid.T) {
	r := m.record(rt)
	if r.Rev == 0 {
		return
	}
	ok, err := m.store.Edit(m.ctx, store.Edit{Subject: r.Subject, Rev: r.Rev})
	must(rt, err)
	if want := r.Rev == m.records[r.Subject].Rev; ok != want {
		rt.Fatalf("the removal of %s is %t, want %t", r.Subject, ok, want)
	}
	if ok {
		delete(m.records, r.Subject)
		delete(m.served, r.Subject)
	}
}

func (m *model) wake(rt *rapid.T) {
	s, wake := m.subject(rt), m.store.Wake
	stirs := rapid.Bool().Draw(rt, "stirs")
	if stirs {
		wake = m.store.Stir
	}
	must(rt, wake(m.ctx, m.store.Shard(s), []store.Subject{s}, m.at()))
	r, ok := m.records[s]
	if !ok {
		return
	}
	r.Rev, r.Woken = m.after(r.Rev), r.Woken || !stirs
	if r.Due.IsZero() || r.Due.After(m.at()) {
		r.Due = m.at()
	}
	m.records[s] = r
}

func (m *model) serve(rt *rapid.T) {
	by, served := m.subject(rt), rapid.SampledFrom([]string{"property/a", "property/b"}).Draw(rt, "served")
	must(rt, m.store.Serve(m.ctx, store.Subject(served), []store.Subject{by}))
	if m.served[by] == nil {
		m.served[by] = make(map[string]bool)
	}
	m.served[by][served] = true
}

func (m *model) commit(rt *rapid.T) {
	r := m.record(rt)
	c := store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken, Wake: rapid.Bool().Draw(rt, "wake"), Stir: rapid.Bool().Draw(rt, "stir"), At: m.at()}
	if rapid.Bool().Draw(rt, "due") {
		c.Due = m.at().Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "seconds")) * time.Second)
	}
	if rapid.Bool().Draw(rt, "state") {
		m.count++
		c.State = []byte(fmt.Sprintf(`{"n":%d}`, m.count))
	}
	for range rapid.IntRange(0, 2).Draw(rt, "actions") {
		m.count++
		c.Actions = append(c.Actions, store.Outgoing{Body: []byte(strconv.Itoa(m.count))})
	}
	lost, err := m.store.Commit(m.ctx, []store.Change{c})
	must(rt, err)
	want := r.Rev != 0 && m.current(r)
	if got := len(lost) == 0; got != want {
		rt.Fatalf("the commit on %+v is %t, want %t", r, got, want)
	}
	if want {
		m.committed(r, c)
	}
}

// committed applies a commit to the model.
func (m *model) committed(r store.Record, c store.Change) {
	now := m.records[r.Subject]
	if c.State != nil {
		now.State = c.State
	}
	if c.State != nil || c.Woken || c.Wake || c.Stir || len(c.Actions) > 0 { // else a repeat does no harm
		now.Rev = m.after(now.Rev)
	}
	now.Woken, now.Due = false, c.Due
	m.records[r.Subject] = now
	for served := range m.served[r.Subject] {
		switch {
		case c.Wake:
			m.wakes[served] = true
		case c.Stir:
			m.wakes[store.StirName(store.Subject(served))] = true
		}
	}
	for _, a := range c.Actions {
		for _, d := range []string{"a", "b"} {
			m.sent[d] = append(m.sent[d], string(a.Body))
		}
	}
}

// passOn strikes out what was requested so far.
func (m *model) passOn(rt *rapid.T) {
	for shard := range m.store.Shards() {
		requests, err := m.store.Wakes(m.ctx, shard, 99)
		must(rt, err)
		must(rt, m.store.Woke(m.ctx, shard, requests))
	}
	clear(m.wakes)
}

// deliver gives one destination all actions that it has not had.
func (m *model) deliver(rt *rapid.T) {
	d := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "destination")
	var got []string
	for shard := range m.store.Shards() {
		entries, cursor, _, err := m.store.Outbox(m.ctx, store.Lane{Shard: shard, Destination: d}, lease("model"), 99)
		must(rt, err)
		if len(entries) == 0 {
			continue
		}
		for _, e := range entries {
			got = append(got, string(e.Body))
		}
		_, err = m.store.Delivered(m.ctx, store.Lane{Shard: shard, Destination: d}, store.Settlement{
			Lease: lease("model"), From: cursor, To: entries[len(entries)-1].Seq, All: []string{"a", "b"},
		})
		must(rt, err)
	}
	slices.Sort(got) // one order for each shard; that order is the contract's, and checked there
	slices.Sort(m.sent[d])
	if diff := cmp.Diff(m.sent[d], got); diff != "" {
		rt.Fatal(diff)
	}
	m.sent[d] = nil
}

func (m *model) giveBack(rt *rapid.T) {
	for shard := range m.store.Shards() {
		c, err := m.store.Claim(m.ctx, shard, lease("model"), m.at(), 0)
		must(rt, err)
		if c.Busy || len(c.Records) > 0 {
			rt.Fatalf("a limit of 0 gives %+v", c)
		}
	}
}

// compare compares the whole store with the model.
func (m *model) compare(rt *rapid.T) {
	loaded, err := m.store.Load(m.ctx, m.subjects)
	must(rt, err)
	for _, got := range loaded {
		want := m.records[got.Subject]
		want.Subject, want.Due = got.Subject, time.Time{}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	}
	pending, err := m.store.Pending(m.ctx, m.at())
	must(rt, err)
	due, wakes, outbox := make(map[store.Subject]store.Record), make(map[string]bool), false
	for shard, p := range pending {
		claim, err := m.store.Claim(m.ctx, shard, lease("model"), m.at(), 99)
		must(rt, err)
		requests, err := m.store.Wakes(m.ctx, shard, 99)
		must(rt, err)
		if p.Due != (len(claim.Records) > 0) || p.Wakes != (len(requests) > 0) {
			rt.Fatalf("shard %d: pending is %+v, and there are %d due and %d wakes", shard, p, len(claim.Records), len(requests))
		}
		for _, r := range claim.Records {
			due[r.Subject] = r
		}
		for _, request := range requests {
			wakes[request.Name] = true
		}
		outbox = outbox || p.Outbox
	}
	want := maps.Clone(m.records)
	maps.DeleteFunc(want, func(_ store.Subject, r store.Record) bool { return r.Due.IsZero() || r.Due.After(m.at()) })
	if diff := cmp.Diff(want, due); diff != "" {
		rt.Fatal("due: ", diff)
	}
	if diff := cmp.Diff(m.wakes, wakes); diff != "" {
		rt.Fatal("wakes: ", diff)
	}
	if want := len(m.sent["a"])+len(m.sent["b"]) > 0; outbox != want {
		rt.Fatalf("something in the outbox: %t, want %t", outbox, want)
	}
}

func must(rt *rapid.T, err error) {
	rt.Helper()
	if err != nil {
		rt.Fatal(err)
	}
}

package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// office is a property that opens at nine and has agents. Two of them want the digest.
const office = `{"properties": {"acme": {"name": "ACME", "schedule": "daily 9-17", "agents": ["lea", "kim"], "triggers": [],
	"departments": {"sales": {"agents": ["tom"]}}}},
	"agents": {
		"lea": {"name": "Léa", "notify": {"on": ["digest_opened"]}},
		"tom": {"notify": {"on": ["hours_started", "digest_opened"], "via": ["ntfy://one/tom"]}},
		"kim": {"notify": {"on": ["hours_started"]}}}}`

// told is the earliest time of the digest of an opening.
func told(opening time.Time) time.Time { return opening.Add(10 * time.Second) }

func form(id string) event.Event {
	return named(id, event.New(event.FormSubmitted, event.Data{Property: "acme", Visitor: "v-" + id, Form: event.Form{Kind: event.OfflineForm}}))
}

func wrote(id, chat string, from event.Author) event.Event {
	return named(id, event.New(event.ChatMessage, event.Data{Property: "acme", Visitor: "v-" + chat, Chat: chat, From: from, Text: "Hm"}))
}

func asked(chat string) event.Event { return named("ask-"+chat, requested("v-"+chat, chat)) }

func ended(chat string) event.Event {
	return named("end-"+chat, event.New(event.ChatEnded, event.Data{Property: "acme", Visitor: "v-" + chat, Chat: chat}))
}

// digests are the digests among actions, as OPENING: FORMS | CHATS | MESSAGES, and notices of them, as OPENING AGENT:
// TEXT.
func digests(t testing.TB, actions []envelope) []string {
	t.Helper()
	var list []string
	for _, a := range actions {
		raw, _ := a.Action.Data.(json.RawMessage)
		var d action.Digest
		var n action.Notice
		if err := errors.Join(json.Unmarshal(raw, &d), json.Unmarshal(raw, &n)); err != nil {
			t.Fatal(err)
		}
		opening := a.Data.Cause.Boundary.Format("Mon 15:04:05")
		switch {
		case a.Type == action.DigestOpened:
			for _, items := range []action.Items{d.Forms, d.Chats, d.Messages} {
				slices.Sort(items.IDs)
				if items.Count != len(items.IDs) || items.IDs == nil {
					t.Errorf("%s: %+v", a.ID, items)
				}
			}
			list = append(list, fmt.Sprintf("%s: %s | %s | %s", opening, strings.Join(d.Forms.IDs, " "), strings.Join(d.Chats.IDs, " "), strings.Join(d.Messages.IDs, " ")))
		case n.Kind == "digest_opened":
			list = append(list, fmt.Sprintf("%s %s: %s", opening, n.Agent, n.Text))
		}
	}
	return list
}

func (b *bundle) tells(want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, digests(b, b.actions("default"))); diff != "" {
		b.Error(diff)
	}
}

// record is the stored record of a digest.
func (b *bundle) digest() store.Record {
	b.Helper()
	records, err := b.store.Load(b.Context(), []store.Subject{"digest/acme"})
	b.must(err)
	return records[0]
}

func TestWhatCameInWhileClosedIsToldAtTheOpening(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(office)
	b.worker()
	b.worker()
	b.quiet()
	for range 3 {
		b.send(form("f1"), form("f2"), asked("c1"), wrote("m1", "c1", event.FromVisitor), asked("c2"), asked("c3"), asked("c4"), form("f1"))
	}
	b.quiet()
	b.send(wrote("m2", "c2", event.FromAgent), ended("c3"))
	b.quiet()
	b.crosses(told(morning(9, 0)))
	b.tells("Mon 09:00:00: f1 f2 | c1 c4 | m1", "Mon 09:00:00 lea: While ACME was closed: 2 forms, 2 chats waiting, 1 message")
	redistest.Wait(t, "tom is told", func() bool { return len(b.out.notices()) > 0 })
	if diff := cmp.Diff([]string{"ntfy://one/tom This came in: While ACME was closed: 2 forms, 2 chats waiting, 1 message."}, b.out.notices()); diff != "" {
		t.Error(diff)
	}
	if b.digest().Rev != 0 {
		t.Error("the digest is still there")
	}
	b.send(form("f3"), asked("c5"), wrote("m3", "c5", event.FromVisitor)) // in hours
	b.quiet()
	if b.digest().Rev != 0 {
		t.Error("what comes in hours is put into the digest")
	}
	b.crosses(told(morning(17, 0)))
	redistest.Wait(t, "the chat that waits at the closing is put into the digest", func() bool { return b.digest().Rev != 0 })
	b.crosses(told(morning(33, 0)))
	if got := digests(t, b.actions("default")); len(got) != 4 || got[2] != "Tue 09:00:00:  | c5 | " {
		t.Errorf("the next morning: %q", got)
	}
	b.crosses(told(morning(57, 0)))
	if got := digests(t, b.actions("default")); len(got) != 4 {
		t.Errorf("nothing came, and told was %q", got[4:])
	}
}

func TestAnOverrideThatOpensEarlyBringsTheDigest(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(office)
	b.worker()
	b.quiet()
	b.send(form("f1"))
	redistest.Wait(t, "the digest has been looked at", func() bool { return strings.Contains(string(b.digest().State), `"due":"2026-11-23T09:00:10Z"`) })
	b.override("acme", true)
	redistest.Wait(t, "it is told", func() bool { return len(digests(t, b.actions("default"))) == 2 })
	b.quiet()
	if got := digests(t, b.actions("default")); !strings.HasPrefix(got[0], "Mon 08:3") || !strings.HasSuffix(got[0], ": f1 |  | ") {
		t.Errorf("got %q", got)
	}
	b.crosses(told(morning(9, 0)))
	if got := digests(t, b.actions("default")); len(got) != 2 {
		t.Errorf("again: %q", got)
	}
}

// dying is a store that loses the first commits of visitors after a digest.
type dying struct {
	store.Store
	left *atomic.Int64
}

func (d dying) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	for _, c := range changes {
		if _, _, ok := c.Subject.Visitor(); ok && d.left.Add(-1) >= 0 {
			return nil, errors.New("the worker has died")
		}
	}
	return d.Store.Commit(ctx, changes)
}

func TestADigestLosesNothingAndCountsNothingTwice(t *testing.T) {
	t.Parallel()
	var left atomic.Int64
	b := newBundle(t, setup{wrap: func(s store.Store) store.Store { return dying{s, &left} }})
	b.define(office)
	b.worker()
	b.quiet()
	left.Store(1)
	b.send(form("f1"), wrote("m1", "c1", event.FromVisitor), asked("c1"))
	redistest.Wait(t, "it is in the digest before it is heard", func() bool { return b.digest().Rev != 0 && left.Load() < 0 })
	b.quiet() // the worker tried it again
	b.crosses(told(morning(9, 0)))
	b.tells("Mon 09:00:00: f1 | c1 | m1", "Mon 09:00:00 lea: While ACME was closed: 1 form, 1 chat waiting, 1 message")
}

func TestAnEventThatIsTriedAgainAfterTheOpeningIsNotToldTwice(t *testing.T) {
	t.Parallel()
	var left atomic.Int64
	b := newBundle(t, setup{wrap: func(s store.Store) store.Store { return dying{s, &left} }})
	b.define(office)
	b.worker()
	b.quiet()
	left.Store(1 << 40) // nothing gets through
	b.send(form("f1"))
	redistest.Wait(t, "it is in the digest", func() bool { return b.digest().Rev != 0 })
	b.clock.due(told(morning(9, 0)))
	redistest.Wait(t, "it is told", func() bool { return len(digests(t, b.actions("default"))) == 2 })
	left.Store(0)
	b.quiet()
	tickets := func() (n int) {
		for _, a := range b.visitorActions() {
			if a.Type == action.TicketCreate {
				n++
			}
		}
		return n
	}
	redistest.Wait(t, "its ticket is made", func() bool { return tickets() == 1 })
	if b.digest().Rev != 0 {
		t.Error("it is in the next digest as well")
	}
}

// TestDigestsOfASimulation plays days of one property, event by event.
func TestDigestsOfASimulation(t *testing.T) {
	t.Parallel()
	type step struct {
		at    time.Time
		event event.Event
		of    time.Time // zero: at
	}
	evening, opening := morning(18, 0), morning(33, 0)
	for _, c := range []struct {
		name  string
		steps []step
		want  []string
	}{
		{"nothing came", nil, nil},
		{"in hours nothing is counted", []step{{at: morning(10, 0), event: form("f1")}}, nil},
		{"an event twice", []step{{at: evening, event: form("f1")}, {at: evening.Add(time.Hour), event: form("f1")}}, []string{"Tue 09:00:00: f1 |  | "}},
		{"an event late, within the grace", []step{{opening.Add(4 * time.Second), form("f1"), opening.Add(-time.Second)}}, []string{"Tue 09:00:00: f1 |  | "}},
		{"one late where there is a digest already", []step{
			{at: evening, event: form("f1")}, {opening.Add(9 * time.Second), form("f2"), opening.Add(-time.Second)},
		}, []string{"Tue 09:00:00: f1 f2 |  | "}},
		{"one too late is told the next day", []step{
			{at: evening, event: form("f1")}, {opening.Add(11 * time.Second), form("f2"), evening},
		}, []string{"Tue 09:00:00: f1 |  | ", "Wed 09:00:00: f2 |  | "}},
		{"one of open hours that comes in the evening", []step{{evening, form("f1"), morning(12, 0)}}, nil},
		{"a chat answered in the night", []step{
			{at: evening, event: asked("c1")}, {at: evening, event: asked("c2")}, {at: morning(20, 0), event: wrote("m1", "c1", event.FromAgent)},
		}, []string{"Tue 09:00:00:  | c2 | "}},
		{"a chat answered in the night, and nothing else", []step{
			{at: evening, event: asked("c1")}, {at: morning(20, 0), event: wrote("m1", "c1", event.FromAgent)},
		}, nil},
		{"a chat that waits at the closing", []step{{at: morning(16, 0), event: asked("c1")}}, []string{"Tue 09:00:00:  | c1 | "}},
		{"a chat answered before the closing", []step{
			{at: morning(16, 0), event: asked("c1")}, {at: morning(16, 5), event: wrote("m1", "c1", event.FromAgent)},
		}, nil},
		{"a chat that waits for days is told once, and again when more is asked", []step{
			{at: evening, event: asked("c1")}, {at: morning(66, 0), event: wrote("m1", "c1", event.FromVisitor)},
		}, []string{"Tue 09:00:00:  | c1 | ", "Thu 09:00:00:  | c1 | m1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(8, 0), 3)
			s.define(`{"properties": {"acme": {"schedule": "daily 9-17", "triggers": []}}}`)
			for _, step := range c.steps {
				s.must(s.Advance(t.Context(), step.at))
				if step.event.Time = step.of; step.of.IsZero() {
					step.event.Time = step.at
				}
				complete, err := event.Intake{}.Complete(step.event)
				s.must(err)
				s.must(s.Take(t.Context(), complete))
			}
			s.until(morning(24*5, 0))
			if diff := cmp.Diff(c.want, digests(t, s.actions)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADigestFollowsEditsAndTheProperty(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, edited, want string }{
		{"hours that open earlier", `{"properties": {"acme": {"schedule": "daily 7-17", "triggers": []}}}`, "Tue 07:00:00: f1 |  | "},
		{"hours that open later", `{"properties": {"acme": {"schedule": "daily 11-17", "triggers": []}}}`, "Tue 11:00:00: f1 |  | "},
		{"hours that are open at once", `{"properties": {"acme": {"schedule": "daily 9-22", "triggers": []}}}`, "Mon 20:00:00: f1 |  | "},
		{"no hours any more", `{"properties": {"acme": {"triggers": []}}}`, "Mon 20:00:00: f1 |  | "},
		{"another destination", `{"properties": {"acme": {"schedule": "daily 9-17", "triggers": [], "destinations": ["crm"]}}, "destinations": {"crm": {"type": "log"}}}`, "Tue 09:00:00: f1 |  | "},
		{"no property any more", `{}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(18, 0), 3)
			s.define(`{"properties": {"acme": {"schedule": "daily 9-17", "triggers": []}}}`)
			s.must(s.Settle(t.Context()))
			e := form("f1")
			e.Time = s.Now()
			complete, err := event.Intake{}.Complete(e)
			s.must(err)
			s.must(s.Take(t.Context(), complete))
			s.until(morning(20, 0))
			s.define(c.edited)
			s.until(morning(24*4, 0))
			if got := strings.Join(digests(t, s.actions), "\n"); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestADigestGoesWithItsProperty(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(office)
	b.worker()
	b.quiet()
	b.send(form("f1"))
	redistest.Wait(t, "it is in the digest", func() bool { return b.digest().Rev != 0 })
	b.define(`{}`)
	b.clock.set(morning(33, 0))
	redistest.Wait(t, "the digest is removed", func() bool { return b.digest().Rev == 0 })
	b.quiet()
	if got := digests(t, b.actions("default")); len(got) > 0 {
		t.Errorf("told was %q", got)
	}
}

// TestADigestBearsTheOpeningAfterAnOverride closes open hours for a while, by an override that ends between two beats.
func TestADigestBearsTheOpeningAfterAnOverride(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(16, 40)})
	b.define(office)
	b.worker()
	b.quiet()
	ends := morning(16, 48).Add(17 * time.Second)
	_, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{From: b.clock.now(), Until: ends})
	b.must(err)
	b.becomes("acme", widget.Offline)
	b.send(form("f1"), asked("c1"))
	redistest.Wait(t, "it is in the digest", func() bool { return b.digest().Rev != 0 })
	b.crosses(ends)
	b.becomes("acme", widget.Online)
	b.crosses(ends.Add(30 * time.Second)) // late: the digest is due 10 s after the opening
	b.tells("Mon 16:48:17: f1 | c1 | ", "Mon 16:48:17 lea: While ACME was closed: 1 form, 1 chat waiting")
}

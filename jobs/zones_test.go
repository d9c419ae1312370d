package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// beats is a store with a clock that the test sets.
type beats struct {
	*memstore.Store
	now time.Time
}

func newBeats() *beats {
	b := &beats{now: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
	b.Store = memstore.New(1, func() time.Time { return b.now })
	return b
}

func versioned(process, version string) (*Peers, *logtest.Hook) {
	log, lines := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	z := NewPeers(PeersConfig{Version: version, Log: log})
	z.process = process
	return z, lines
}

// zonesBeat is one beat of a process, and what it knows afterwards.
type zonesBeat struct {
	what      string
	of        *Peers
	role      store.Role
	mayDecide bool
	report    ZonesReport
}

// play lets processes beat one after the other.
func play(t *testing.T, db store.Beats, beats []zonesBeat) {
	t.Helper()
	for _, s := range beats {
		if got := s.of.beat(t.Context(), db, s.role); got != s.mayDecide {
			t.Errorf("%s: may decide: %t", s.what, got)
		}
		if diff := cmp.Diff(s.report, s.of.Report()); diff != "" {
			t.Errorf("%s: %s", s.what, diff)
		}
	}
}

func TestWorkersWithOlderZonesStandBy(t *testing.T) {
	t.Parallel()
	db := newBeats()
	old, said := versioned("a", "2026e")
	fresh, _ := versioned("b", "2026f")
	shown, _ := versioned("c", "2030a")
	play(t, db, []zonesBeat{
		{"alone", old, store.RoleStandsBy, true, ZonesReport{Version: "2026e"}},
		{"alone, deciding", old, store.RoleDecides, true, ZonesReport{Version: "2026e"}},
		{"a newer one waits", fresh, store.RoleStandsBy, false, ZonesReport{Version: "2026f", Waiting: true}},
		{"the old one notices", old, store.RoleDecides, false, ZonesReport{Version: "2026e", Newest: "2026f", StandingBy: true}},
		{"the newer one waits while it stops", fresh, store.RoleStandsBy, false, ZonesReport{Version: "2026f", Waiting: true}},
		{"the old one has stopped", old, store.RoleStandsBy, false, ZonesReport{Version: "2026e", Newest: "2026f", StandingBy: true}},
		{"the newer one decides", fresh, store.RoleStandsBy, true, ZonesReport{Version: "2026f"}},
		{"a newer one that is no worker", shown, store.RoleShows, true, ZonesReport{Version: "2030a"}},
		{"holds up nobody", fresh, store.RoleDecides, true, ZonesReport{Version: "2026f", Newest: "2030a"}},
	})
	if !fresh.isLeader() || old.isLeader() || shown.isLeader() {
		t.Error("the newest worker does not lead")
	}
	db.now = db.now.Add(beatCounts) // the newer one was killed
	if !old.beat(t.Context(), db, store.RoleStandsBy) || !old.isLeader() {
		t.Error("the old one does not decide again")
	}
	var warned []string
	for _, e := range said.AllEntries() {
		if e.Level <= logrus.InfoLevel {
			warned = append(warned, e.Message)
		}
	}
	want := []string{
		"another worker has newer time zones: this one decides nothing meanwhile; update it, or run it with --allow-old-zones",
		"no worker has newer time zones any more: this one decides again",
	}
	if diff := cmp.Diff(want, warned); diff != "" {
		t.Error(diff)
	}
}

// Two contents under one version do not decide at once either. A process of before, which names no content, counts as the
// same.
func TestWorkersWithOtherZonesOfOneVersionStandBy(t *testing.T) {
	t.Parallel()
	db := newBeats()
	one, said := versioned("a", "2026f")
	other, _ := versioned("b", "2026f")
	before, _ := versioned("c", "2026f")
	one.Content, other.Content = "1111", "2222"
	play(t, db, []zonesBeat{
		{"alone", one, store.RoleDecides, true, ZonesReport{Version: "2026f"}},
		{"one of before", before, store.RoleDecides, true, ZonesReport{Version: "2026f"}},
		{"still", one, store.RoleDecides, true, ZonesReport{Version: "2026f"}},
		{"another content waits", other, store.RoleStandsBy, false, ZonesReport{Version: "2026f", Waiting: true}},
		{"the first notices", one, store.RoleDecides, false, ZonesReport{Version: "2026f", Differs: true, StandingBy: true}},
		{"and has stopped", one, store.RoleStandsBy, false, ZonesReport{Version: "2026f", Differs: true, StandingBy: true}},
		{"the other decides", other, store.RoleStandsBy, true, ZonesReport{Version: "2026f"}},
	})
	if n := len(said.AllEntries()); n != 1 || said.LastEntry().Message != "another worker has other time zones of the same version: this one decides nothing meanwhile; give all the same, or run it with --allow-old-zones" {
		t.Errorf("it says %d things, the last: %+v", n, said.LastEntry())
	}
}

func TestWorkersThatInsistDecideAlways(t *testing.T) {
	t.Parallel()
	db := newBeats()
	old, _ := versioned("a", "2026e")
	old.AllowOld = true
	fresh, _ := versioned("b", "2026f")
	for range 2 {
		if !old.beat(t.Context(), db, store.RoleDecides) || !fresh.beat(t.Context(), db, store.RoleStandsBy) {
			t.Error("one of them does not decide")
		}
	}
	if old.isLeader() || !fresh.isLeader() {
		t.Error("both would wake everything, by turns")
	}
}

func TestOfEqualWorkersOneLeads(t *testing.T) {
	t.Parallel()
	db := newBeats()
	one, _ := versioned("a", "2026f")
	two, _ := versioned("b", "2026f")
	for range 2 {
		if !one.beat(t.Context(), db, store.RoleDecides) || !two.beat(t.Context(), db, store.RoleDecides) {
			t.Error("one of them does not decide")
		}
	}
	if !one.isLeader() || two.isLeader() {
		t.Error("it is not the first that leads")
	}
	one.leave(t.Context(), db)
	two.beat(t.Context(), db, store.RoleDecides)
	if !two.isLeader() {
		t.Error("the first has left, and the second does not lead")
	}
}

// deaf is a store that does not answer.
type deaf struct{}

func (deaf) Beat(context.Context, store.Beat, time.Duration) ([]store.Beat, time.Time, error) {
	return nil, time.Time{}, errors.New("no answer")
}

func (deaf) Live(context.Context) ([]store.Beat, time.Time, error) {
	return nil, time.Time{}, errors.New("no answer")
}

func TestWithoutAnAnswerAllIsAsBefore(t *testing.T) {
	t.Parallel()
	db := newBeats()
	z, _ := versioned("a", "2026f")
	if z.beat(t.Context(), deaf{}, store.RoleStandsBy) {
		t.Error("it decides without having heard of others")
	}
	for _, of := range []store.Beats{db, deaf{}} {
		if !z.beat(t.Context(), of, store.RoleDecides) {
			t.Error("it does not decide")
		}
	}
}

func TestReplacedZonesAreNoticed(t *testing.T) {
	t.Parallel()
	z, said := versioned("a", "2026e")
	there, failing := "2026e", error(nil)
	z.Now = func() (string, error) { return there, failing }
	beat := func(want string) {
		t.Helper()
		z.beat(t.Context(), newBeats(), store.RoleDecides)
		if got := z.Report().ReplacedBy; got != want {
			t.Errorf("replaced by %q, want %q", got, want)
		}
	}
	beat("")
	there = "2026f"
	beat("2026f")
	beat("2026f")
	failing = errors.New("just being copied")
	beat("")
	if n := len(said.AllEntries()); n != 1 {
		t.Errorf("it says so %d times", n)
	}
}

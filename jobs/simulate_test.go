package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// simulated is a simulation and its actions.
type simulated struct {
	testing.TB
	*simulate.Simulation
	actions []envelope
}

func simulation(t testing.TB, from time.Time, shards int) *simulated {
	t.Helper()
	return simulationOver(t, from, func(now func() time.Time) store.Store { return memstore.New(shards, now) })
}

// simulationOver is a simulation over a store of one's own.
func simulationOver(t testing.TB, from time.Time, open func(now func() time.Time) store.Store) *simulated {
	t.Helper()
	s := &simulated{TB: t}
	log, logged := logtest.NewNullLogger()
	s.Simulation = simulate.New(simulate.Config{
		Open: open,
		From: from, TimeZone: time.UTC, Log: log,
		Action: func(body []byte) error {
			var e envelope
			err := json.Unmarshal(body, &e)
			s.actions = append(s.actions, e)
			return err
		},
	})
	t.Cleanup(func() {
		for _, e := range logged.AllEntries() {
			t.Error(text(t, e))
		}
	})
	return s
}

func (s *simulated) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *simulated) define(text string) {
	s.Helper()
	s.must(s.Define(s.Context(), parse(s.TB, text)))
}

// until lets time pass up to an instant, and does the work that is due then.
func (s *simulated) until(t time.Time) {
	s.Helper()
	s.must(s.Advance(s.Context(), t))
	s.must(s.Settle(s.Context()))
}

// take takes in events at their times, or now, and does the work that is due then.
func (s *simulated) take(events ...event.Event) {
	s.Helper()
	for _, e := range events {
		s.must(s.Advance(s.Context(), e.Time))
		complete, err := event.Intake{At: s.Now()}.Complete(e)
		s.must(err)
		s.must(s.Take(s.Context(), complete))
		s.must(s.Settle(s.Context()))
	}
}

// visitorActions are those for visitors.
func (s *simulated) visitorActions() []visitorAction {
	s.Helper()
	var list []visitorAction
	for _, e := range s.actions {
		a := visitorAction{Action: e.Action}
		raw, _ := a.Data.(json.RawMessage)
		s.must(json.Unmarshal(raw, &a.data))
		if a.data.Visitor != "" {
			list = append(list, a)
		}
	}
	return list
}

// ids are the ids of the actions since the last call, with their times.
func (s *simulated) ids() []string {
	var list []string
	for _, a := range s.actions {
		id, _, _ := strings.Cut(a.ID, ":e") // the revision of an edit does not matter here
		list = append(list, a.Time.Format("15:04:05 ")+id)
	}
	s.actions = nil
	return list
}

func (s *simulated) expect(want ...string) {
	s.Helper()
	if diff := cmp.Diff(want, s.ids()); diff != "" {
		s.Error(diff)
	}
}

func TestASimulationDecidesAtTheInstantsThemselves(t *testing.T) {
	t.Parallel()
	s := simulation(t, morning(8, 30), 1)
	s.define(`{"properties": {"acme": {"schedule": "daily 9-17", "departments": {"sales": {"schedule": "daily 9-12"}}}},
		"agents": {"lea": {"schedule": "daily 9-12", "notify": {"on": ["hours_started"], "via": ["ntfy://one/lea"]}}}}`)
	if s.expect(); !s.Now().Equal(morning(8, 30)) {
		t.Errorf("it is %s", s.Now())
	}
	s.must(s.Settle(t.Context()))
	s.expect("08:30:00 agent.status_changed:lea", "08:30:00 widget.state_changed:acme", "08:30:00 department.state_changed:acme:sales")
	s.must(s.Advance(t.Context(), morning(9, 0)))
	s.expect()
	s.must(s.Settle(t.Context()))
	nine, twelve := morning(9, 0).Unix(), morning(12, 0).Unix()
	s.expect(
		fmt.Sprintf("09:00:00 agent.status_changed:lea:%d", nine), fmt.Sprintf("09:00:00 agent.notify:lea:hours_started:%d", nine),
		fmt.Sprintf("09:00:00 widget.state_changed:acme:%d", nine), fmt.Sprintf("09:00:00 department.state_changed:acme:sales:%d", nine))
	s.until(morning(16, 59))
	s.expect(fmt.Sprintf("12:00:00 agent.status_changed:lea:%d", twelve), fmt.Sprintf("12:00:00 department.state_changed:acme:sales:%d", twelve))
	s.until(morning(8, 0))
	if !s.Now().Equal(morning(16, 59)) {
		t.Errorf("the clock was set back to %s", s.Now())
	}
}

func TestASimulationPassesOnWhatAnEditConcerns(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{1, 7} {
		s := simulation(t, morning(10, 0), shards)
		s.define(`{"schedules": {"day": "daily 9-17"}, "properties": {"acme": {"schedule": "day", "agents": ["lea"]}, "bell": {"schedule": "day"}}, "agents": {"lea": {}}}`)
		s.must(s.Settle(t.Context()))
		s.ids()
		s.define(`{"schedules": {"day": "daily 9-17"}, "properties": {"acme": {"schedule": "day", "agents": ["lea"]}, "bell": {"schedule": "day"}}, "agents": {"lea": {"schedule": "daily 12-13"}}}`)
		s.must(s.Settle(t.Context()))
		s.expect("10:00:00 agent.status_changed:lea", "10:00:00 widget.state_changed:acme")
		s.define(`{"schedules": {"day": "daily 11-17"}, "properties": {"acme": {"schedule": "day", "agents": ["lea"]}, "bell": {"schedule": "day"}}, "agents": {"lea": {"schedule": "daily 12-13"}}}`)
		s.must(s.Settle(t.Context()))
		got := s.ids()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"10:00:00 widget.state_changed:acme", "10:00:00 widget.state_changed:bell"}, got); diff != "" {
			t.Error(diff)
		}
		s.define(`{}`)
		s.until(morning(23, 0))
		s.expect()
	}
}

// BenchmarkSimulation is a week of one property, and a year of a thousand that open
// and close at minutes of their own.
func BenchmarkSimulation(b *testing.B) {
	for _, c := range []struct {
		name             string
		properties, days int
	}{{"week of one", 1, 7}, {"year of 1000", 1000, 365}} {
		if testing.Short() && c.properties > 1 {
			continue // seconds, of which a single round tells nothing
		}
		var properties []string
		for i := range c.properties {
			properties = append(properties, fmt.Sprintf(`"p%d": {"schedule": "mon-fri %02d:%02d-17:%02d"}`, i, 7+i%4, i%60, i*7%60))
		}
		defs := parse(b, `{"properties": {`+strings.Join(properties, ",")+`}}`)
		b.Run(c.name, func(b *testing.B) {
			actions := 0
			for b.Loop() {
				s := simulate.New(simulate.Config{
					Open: func(now func() time.Time) store.Store { return memstore.New(1, now) },
					From: morning(8, 0), TimeZone: time.UTC,
					Action: func([]byte) error { actions++; return nil },
				})
				if err := s.Define(b.Context(), defs); err != nil {
					b.Fatal(err)
				}
				if err := s.Advance(b.Context(), morning(8, 0).AddDate(0, 0, c.days)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(actions), "ns/action")
			b.ReportMetric(float64(actions)/float64(b.N), "actions")
		})
	}
}

func TestASimulationKnowsWhichEventsWaitForTheirVisitor(t *testing.T) {
	t.Parallel()
	s := newFuzzing(t, parse(t, talkative)) // with Config.Explain
	asks := func(id, chat string) event.Event {
		return named(id, event.New(event.ChatMessage, event.Data{Property: "acme", Chat: chat, From: event.FromVisitor, Text: "Hello?"}))
	}
	take := func(events ...event.Event) {
		for i := range events {
			events[i].Time = s.Now()
		}
		s.must(s.Take(t.Context(), complete(t, events)...))
	}
	take(asks("e1", "c2"), asks("e2", "c1"), asks("e3", "c1"), asks("e4", "c3"), named("e5", arrived("v1")))
	take(named("e6", requested("v3", "c3")))
	want := []simulate.ParkedChat{{Property: "acme", Chat: "c1", Events: 2}, {Property: "acme", Chat: "c2", Events: 1}}
	if diff := cmp.Diff(want, s.Parked()); diff != "" {
		t.Error(diff)
	}
	s.must(s.Advance(t.Context(), s.Now().Add(48*time.Hour))) // in vain
	if diff := cmp.Diff(want, s.Parked()); diff != "" {
		t.Error(diff)
	}
}

package jobs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
)

// The actions that Try foretells are those that come: by kind, text, time and id.
func TestTryForetellsWhatComes(t *testing.T) {
	t.Parallel()
	const definitions = `{"properties": {"acme": {
		"schedule": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}},
		"one_proactive_message_per_visit": true,
		"triggers": [
			{"name": "Welcome", "type": "site", "delay": "5s", "message": "Hello"},
			{"name": "Pricing", "type": "page", "url": {"contains": "/pricing"}, "delay": "2s", "message": "Prices?"},
			{"name": "Rescue", "type": "rescue", "message": "Soon"},
			{"name": "Staying", "type": "advanced", "on": "page.unchanged", "after": "1m",
				"conditions": [{"field": "visitor.country", "is": "GB"}],
				"actions": [{"add_tag": "stays"}, {"wait": "10m"}, {"add_tag": "stays long"}, {"set_name": "Ann"}]},
			{"name": "Late", "type": "site", "delay": "31m", "message": "Still there?"},
			{"name": "Morning", "type": "site", "delay": "5m", "when_closed": "defer", "message": "Good morning", "frequency": "every_time"},
			{"name": "Counted", "type": "advanced", "on": "page.unchanged", "after": "5m", "count": "open_hours",
				"actions": [{"add_tag": "counted"}, {"wait": "10m"}, {"add_tag": "counted on"}]}
		]
	}}}`
	for _, c := range []struct{ name, at, country, page string }{
		{"open", "2026-11-23T10:00:00+01:00", "GB", "https://acme.example/pricing"},
		{"another page", "2026-11-23T10:00:00+01:00", "FR", "https://acme.example/"},
		{"without a page", "2026-11-23T10:00:00+01:00", "GB", ""},
		{"closing", "2026-11-23T16:59:57+01:00", "GB", "https://acme.example/pricing"},
		{"closing, and the rest the next day", "2026-11-23T16:53:00+01:00", "GB", "https://acme.example/"},
		{"opening soon", "2026-11-23T08:50:00+01:00", "GB", "https://acme.example/pricing"},
		{"closed", "2026-11-23T17:00:00+01:00", "GB", "https://acme.example/pricing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			s := simulation(t, at, 1)
			s.define(definitions)
			s.must(s.Settle(t.Context()))
			arrival := event.Event{ID: "e1", Source: "test", Type: event.VisitorArrived, Time: at.UTC(), Data: event.Data{
				Property: "acme", Visitor: "v1", Visit: "s1", Page: event.Page{URL: c.page}, Attributes: event.Attributes{Country: c.country},
			}}
			trial, err := s.Try(t.Context(), arrival)
			s.must(err)
			s.actions = nil
			s.must(s.Take(t.Context(), arrival))
			s.until(at.Add(24 * time.Hour))

			var foretold, came []string
			for _, one := range trial.Triggers {
				for _, a := range one.Actions {
					foretold = append(foretold, a.Time.Format(time.TimeOnly)+" "+a.ID)
				}
			}
			for _, a := range s.actions {
				if a.Type != "widget.state_changed" {
					came = append(came, a.Time.Format(time.TimeOnly)+" "+a.ID)
				}
			}
			slices.Sort(foretold)
			slices.Sort(came)
			if diff := cmp.Diff(came, foretold); diff != "" {
				t.Errorf("(-came +foretold):\n%s", diff)
			}
		})
	}
}

package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// BenchmarkAWeekOfVisitors simulates a week of a property with triggers, a rescue ladder and auto-replies, and 10,000
// events of some 1,100 visitors.
func BenchmarkAWeekOfVisitors(b *testing.B) {
	const events = 10_000
	defs := parse(b, `{"properties": {"acme": {"schedule": "mon-fri 9-17", "triggers": [
		{"name": "Welcome", "type": "site", "delay": "5s", "message": "Hello {{visitor.name|there}}"},
		{"name": "Pricing", "type": "page", "url": {"contains": "/b"}, "delay": "20s", "message": "Prices?", "frequency": "once_per_visit"},
		{"name": "Help", "type": "rescue", "delay": "30s", "message": "We are nearly with you"}],
		"rescue": [{"after": "1m", "send_message": "Soon"}, {"after": "5m", "show_form": "offline_form"}],
		"auto_replies": {"during": "One moment", "outside": "Back {{next_open}}"}, "closing_soon": {"before": "10m", "message": "Until {{closes_at}}"}}}}`)
	random := rand.New(rand.NewPCG(1, 2))
	week := make([]event.Event, events)
	for i := range week {
		at := morning(8, 0).Add(time.Duration(i) * 7 * 24 * time.Hour / events)
		e := happening(random.IntN, fmt.Sprint("v", i/9), i)
		e.Time = at
		week[i] = e
	}
	week = complete(b, week)
	b.ReportAllocs()
	actions := 0
	for b.Loop() {
		log, _ := logtest.NewNullLogger()
		s := simulate.New(simulate.Config{
			Open: func(now func() time.Time) store.Store { return memstore.New(1, now) },
			From: morning(8, 0), TimeZone: time.UTC, Log: log, Action: func([]byte) error { actions++; return nil },
		})
		if err := s.Define(b.Context(), defs); err != nil {
			b.Fatal(err)
		}
		for _, e := range week {
			if err := s.Advance(b.Context(), e.Time); err != nil {
				b.Fatal(err)
			}
			if err := s.Take(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Advance(b.Context(), morning(8, 0).AddDate(0, 0, 7)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/week")
	b.ReportMetric(float64(actions)/float64(b.N), "actions")
}

package jobs_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// noRefs is a store for records that refer to nothing.
type noRefs struct{ store.Store }

func (noRefs) Schedules(context.Context, []string) ([][]byte, error) { return nil, nil }

// BenchmarkDecide is one flip without Redis: decoding, deciding, encoding.
func BenchmarkDecide(b *testing.B) {
	opens := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	decider := engine.NewDecider(noRefs{}, time.UTC)
	records := make([]store.Record, 500)
	for i := range records {
		records[i] = store.Record{
			Subject: store.PropertySubject(fmt.Sprint("property-", i)), Rev: 1,
			Definition: fmt.Appendf(nil, `{"name":"Property %d","language":"fr","schedule":{"time_zone":"Europe/Paris","weekly":{"mon-fri":"09:00-12:00, 13:00-18:%02d"}},"widget":{"outside_hours":"contact_form"}}`, i, i%60),
		}
	}
	out, err := decider.Decide(b.Context(), records, opens.Add(-time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	for i := range records {
		records[i].Rev, records[i].State = 2, out.Changes[i].State
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decider.Decide(b.Context(), records, opens); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/flip")
}

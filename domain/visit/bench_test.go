package visit_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// BenchmarkView is a view of a page on a property with twenty triggers: read the visitor, merge, decide, write them.
func BenchmarkView(b *testing.B) {
	var triggers []trigger.Trigger
	if err := json.Unmarshal([]byte(`[{"type":"page","url":{"contains":"/pricing"},"delay":"20s","message":"hi"}]`), &triggers); err != nil {
		b.Fatal(err)
	}
	for i := range trigger.MostTriggers {
		t := triggers[0]
		t.Name = fmt.Sprint("T", i)
		triggers = append(triggers, t)
	}
	policy, err := visit.Compile(visit.Definition{Triggers: triggers[1:]})
	if err != nil {
		b.Fatal(err)
	}
	scene := visit.Scene{Widget: visit.Widget{Status: "online"}}
	stored := []byte("{}")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var s visit.State
		if err := json.Unmarshal(stored, &s); err != nil {
			b.Fatal(err)
		}
		e := event.Event{ID: fmt.Sprint(i), Type: event.PageViewed, Time: second(fmt.Sprint(i)), Data: event.Data{
			Visit: "1", Page: event.Page{URL: fmt.Sprint("https://example.com/", i%10), Title: "Page"}, Attributes: event.Attributes{Country: "GB", Language: "en"},
		}}
		var fresh []event.Event
		if s.Merge(e) {
			fresh = append(fresh, e)
		}
		if stored, err = json.Marshal(visit.Decide(policy, s, fresh, scene, e.Time).State); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(stored)), "bytes")
}

package api

import (
	"runtime"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
)

// allocated is how many bytes a function allocates, those that it gives back included.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// TestBodiesTakeFewTimesTheirSize reads bodies of a megabyte that are wrong all through.
func TestBodiesTakeFewTimesTheirSize(t *testing.T) { //nolint:paralleltest // it measures what is allocated
	fill := func(before, each, after string, most int) string {
		return before + strings.Repeat(each+",", (most-len(before)-len(each)-len(after))/(len(each)+1)) + each + after
	}
	for name, c := range map[string]struct {
		body string
		most int // MB
	}{
		"empty triggers":  {fill(`{"triggers":[`, `{}`, `]}`, web.MostBody), 8},
		"fewer":           {fill(`{"triggers":[`, `{}`, `]}`, 250_000), 32},
		"unknown keys":    {fill(`{"triggers":[`, `{"a":1,"b":[]}`, `]}`, 300_000), 48},
		"texts of commas": {fill(`{"triggers":[`, `",,,,"`, `]}`, 200_000), 16},
	} {
		took := allocated(func() {
			tree, err := readTree([]byte(c.body))
			if err == nil {
				_, _, err = definition.InspectProperty(tree)
			}
			if err == nil {
				t.Errorf("%s: no fault", name)
			}
		})
		if took > c.most<<20 {
			t.Errorf("%s: %d MB", name, took>>20)
		}
		t.Logf("%s: %d KB take %d KB", name, len(c.body)>>10, took>>10)
	}
	events := fill("[", `{"type":"nonsense","x":{},"y":[],"z":1,"data":{"p":1,"q":2}}`, "]", 61*event.MaxEvents)
	took := allocated(func() {
		items, err := (event.Intake{}).Decode([]byte(events), event.JSON)
		if err != nil {
			t.Fatal(err)
		}
		verdicts := make([]verdict, len(items))
		for i, item := range items {
			verdicts[i] = verdict{refusedEvent, item, item.Faults}
		}
		shown := 0
		for _, r := range resultsOf(verdicts, newFaultRoom()).Results {
			for _, d := range r.Errors {
				shown += len(d.Location) + len(d.Message)
			}
		}
		if len(items) < 900 || shown > mostFaultBytes {
			t.Errorf("%d events, %d bytes of faults", len(items), shown)
		}
	})
	if took > 24<<20 {
		t.Errorf("events: %d MB", took>>20)
	}
	t.Logf("events: %d KB take %d KB", len(events)>>10, took>>10)
}

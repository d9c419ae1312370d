package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestTextsAreReadAlike sends events with texts from outside that are hard to read to two workers on a Redis and to a
// simulation: both say the same.
func TestTextsAreReadAlike(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"triggers": [
		{"name": "Path", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "conditions": [{"field": "page.path", "is": "/100%/pricing"}], "message": "by path"},
		{"name": "Source", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "conditions": [{"field": "page.utm_source", "is": "x"}], "message": "by source"}]}}}`
	b, s := both(t, setup{}, text)
	n := 0
	send := func(visitor string, p event.Page) {
		n++
		e := event.New(event.PageViewed, event.Data{Property: "acme", Visitor: visitor, Visit: "s1", Page: p})
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		done, err := event.Intake{}.Complete(e)
		s.must(err)
		b.send(done)
		s.must(s.Advance(t.Context(), done.Time))
		s.must(s.Take(t.Context(), done))
	}
	send("percent", event.Page{URL: "https://acme.example/100%/pricing?utm_source=x"})
	send("repeated", event.Page{URL: "https://acme.example/?utm_source=w&utm_source=x"})
	send("user", event.Page{URL: "https://p%:q@acme.example/100%25/pricing"})
	send("no_scheme", event.Page{URL: "acme.example/100%/pricing?utm_source=x"})
	want := []string{"percent: by path", "percent: by source", "repeated: by source", "user: by path"}
	redistest.Wait(t, "all is said", func() bool { return len(b.messages()) >= len(want) })
	b.quiet()
	s.until(b.clock.now())
	said := b.messages()
	slices.Sort(said)
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	saysTheSame(b, s, len(want))
}

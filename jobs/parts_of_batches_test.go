package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// weighed is a store that weighs the states of visitors in each commit.
type weighed struct {
	store.Store
	commits *[]int // bytes of each
}

func (w weighed) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	bytes := 0
	for i := range changes {
		if _, _, visitor := changes[i].Subject.Visitor(); visitor {
			bytes += len(changes[i].State)
		}
	}
	if bytes > 0 {
		*w.commits = append(*w.commits, bytes)
	}
	return w.Store.Commit(ctx, changes)
}

// TestVisitorsWithLargeRecordsAreDecidedOnByParts sends one event of each of many visitors whose records have a hundred kilobytes: what
// is decided on at once is bounded, and each visitor is decided on.
func TestVisitorsWithLargeRecordsAreDecidedOnByParts(t *testing.T) {
	t.Parallel()
	const visitors, most = 100, 5 << 20 // bytes
	var commits []int
	at := morning(9, 0)
	s := simulationOver(t, at, func(now func() time.Time) store.Store { return weighed{memstore.New(3, now), &commits} })
	s.define(`{"properties": {"acme": {"triggers": [
		{"name": "T", "type": "advanced", "on": "visitor.custom", "event": "x", "actions": [{"add_tag": "seen"}]}]}}}`)
	s.must(s.Settle(t.Context()))
	of := func(n int, kind event.Type, id string, d event.Data) event.Event {
		d.Property, d.Visitor = "acme", fmt.Sprint("v", n)
		return event.Event{ID: fmt.Sprint(id, n), Type: kind, Time: at, Source: event.DefaultSource, Data: d}
	}
	for n := range visitors {
		for part := range 2 {
			custom := make(event.Values)
			for i := range 50 {
				custom[fmt.Sprint("field ", part, " ", i)] = strings.Repeat("x", 1000)
			}
			s.take(of(n, event.VisitorUpdated, fmt.Sprint("u", part, "-"), event.Data{Attributes: event.Attributes{Custom: custom}}))
		}
	}
	commits = nil
	var all []event.Event
	for n := range visitors {
		all = append(all, of(n, event.VisitorCustom, "c", event.Data{Name: "x"}))
	}
	s.must(s.Take(t.Context(), append(complete(t, all), complete(t, all)...)...)) // each twice
	s.must(s.Settle(t.Context()))
	if tagged := s.visitorActions(); len(tagged) != visitors {
		t.Errorf("%d visitors were tagged", len(tagged))
	}
	total := 0
	for _, bytes := range commits {
		if total += bytes; bytes > most {
			t.Errorf("a commit has %d KB", bytes>>10)
		}
	}
	if total < visitors*100_000 || len(commits) < 3 {
		t.Errorf("%d commits have %d KB", len(commits), total>>10)
	}
}

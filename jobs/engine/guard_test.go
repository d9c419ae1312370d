package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// TestADecisionThatPanicsHoldsUpNoOther lets one break by a property without policies.
func TestADecisionThatPanicsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var out Outcome
	for _, fresh := range [][]event.Event{{event.NewVisitorArrived("acme", "v1", "s1")}, nil} {
		decideVisitor(&out, new(propertyAt), &store.Record{Subject: store.VisitorSubject("acme", "v1"), Rev: 1, State: []byte(`{}`)}, fresh, at)
	}
	if len(out.Broken) != 2 || !strings.Contains(out.Broken[0].Err.Error(), "a fault of Deskbell") {
		t.Fatalf("broken are %+v", out.Broken)
	}
	// The events are archived with their task, and a visitor who was due is tried again later.
	if len(out.Changes) != 1 || !out.Changes[0].Due.Equal(at.Add(retryBroken)) || string(out.Changes[0].State) != "{}" {
		t.Errorf("changes are %+v", out.Changes)
	}
}

package engine

import (
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trace"
)

// traces are the contexts of traces that events brought, by the ids of the events. An action has that of the event which caused it where both
// are of one decision. What waits keeps none: each message that waits would take a quarter more memory.
type traces map[string]trace.Context

// tracesOf are nil where no event brought one.
func tracesOf(events []event.Event) (all traces) {
	for i := range events {
		if e := &events[i]; !e.Context.IsZero() {
			if all == nil {
				all = make(traces)
			}
			all[e.ID] = e.Context
		}
	}
	return all
}

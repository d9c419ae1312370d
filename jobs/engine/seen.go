package engine

import (
	"github.com/deskbell/deskbell/domain/event"
)

// seenIDs are the names by which stores know events again.
func seenIDs(events []event.Event) []string {
	ids := make([]string, len(events))
	for i := range events {
		ids[i] = events[i].Source + " " + events[i].ID // a source has no blanks
	}
	return ids
}

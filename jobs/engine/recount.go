package engine

import (
	"context"

	"github.com/deskbell/deskbell/jobs/store"
)

// Recount compares how many messages a shard says wait with the records of the visitors, and corrects it. It gives how many numbers were wrong:
// none, unless something went wrong. Records of earlier versions, of which nothing was counted, are counted when they change.
func (e *Engine) Recount(ctx context.Context, shard int) (wrong int, err error) {
	read, right := make(map[store.Subject]int), make(map[store.Subject]int)
	for cursor := ""; ; {
		some, next, err := e.Store.Waits(ctx, shard, cursor, e.Batch)
		if err != nil {
			return 0, err
		}
		if err := e.recount(ctx, some, read, right); err != nil {
			return 0, err
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	sums, err := e.Store.Recount(ctx, shard, read, right)
	return len(right) + sums, err
}

// recount notes the visitors for whom another number of messages waits than was read before.
func (e *Engine) recount(ctx context.Context, some, read, right map[store.Subject]int) error {
	if len(some) == 0 {
		return nil
	}
	subjects := make([]store.Subject, 0, len(some))
	for s := range some {
		subjects = append(subjects, s)
	}
	records, err := e.Store.Load(ctx, subjects)
	if err != nil {
		return err
	}
	for i := range records {
		var s visitorState
		if DecodeState(records[i].State, &s) != nil {
			continue // it cannot be decided on either
		}
		if subject, n := records[i].Subject, s.waiting(); n != some[subject] {
			read[subject], right[subject] = some[subject], n
		}
	}
	return nil
}

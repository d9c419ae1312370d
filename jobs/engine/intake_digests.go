package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/jobs/store"
)

// addToDigests puts the arrivals in the changes of visitors into the digests of their properties. Without any, nothing is
// read or written.
func (in intake) addToDigests(ctx context.Context, changes []Change, at time.Time) error {
	came := make(map[store.Subject][]chat.Arrivals)
	for i := range changes {
		if c := &changes[i]; len(c.came.Items) > 0 {
			property, _, _ := c.Subject.Visitor()
			came[store.DigestSubject(property)] = append(came[store.DigestSubject(property)], c.came)
		}
	}
	for range intakeTries {
		if len(came) == 0 {
			return nil
		}
		lost, err := in.addOnce(ctx, came, at)
		if err != nil {
			return err
		}
		for s := range came {
			if !lost[s] {
				delete(came, s)
			}
		}
	}
	return fmt.Errorf("adding to %d digests: %w", len(came), errRecordsBusy)
}

// addOnce adds to digests, and tells which of them another worker wrote first.
func (in intake) addOnce(ctx context.Context, came map[store.Subject][]chat.Arrivals, at time.Time) (lost map[store.Subject]bool, err error) {
	subjects, ids := make([]store.Subject, 0, len(came)), make(map[store.Subject][]string, len(came))
	for s, all := range came {
		subjects, ids[s] = append(subjects, s), eventsIn(all)
	}
	slices.Sort(subjects)
	records, err := in.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	seen, err := in.store.Seen(ctx, at, ids)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for i := range records {
		r := &records[i]
		c, err := digestAfter(r, came[r.Subject], seen[r.Subject], at)
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		if c.Makes() {
			property, _ := r.Subject.Digest()
			if err := in.store.Serve(ctx, r.Subject, []store.Subject{store.PropertySubject(property)}); err != nil {
				return nil, err
			}
		}
		changes = append(changes, *c)
	}
	return in.commit(ctx, changes)
}

package quota

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Over says that a property was over a quota.
type Over struct {
	Quota   Kind      `json:"quota" doc:"Which: events (a second), new_visitors (a day), waiting_messages." enum:"events,new_visitors,waiting_messages"`
	Since   time.Time `json:"since" doc:"When the first was refused; an hour without one ends it."`
	Last    time.Time `json:"last" doc:"When the last was refused."`
	Refused int       `json:"refused" doc:"How many were refused on the day (UTC) of the last."`
}

// calm is for how long none must have been refused for a property to be no longer over a quota.
const calm = time.Hour

// Refused notes that a property was refused so many events or messages. Run writes it.
func (b *Book) Refused(property string, kind Kind, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused[property] == nil {
		b.refused[property] = make(map[Kind]int)
	}
	b.refused[property][kind] += n
}

// writeEvery is how often Run writes: a property that is refused much does not make Redis busy.
const writeEvery = 2 * time.Second

// Run writes what is refused until the context ends, and gives each error to failed.
func (b *Book) Run(ctx context.Context, failed func(error)) {
	ticker := time.NewTicker(writeEvery)
	defer ticker.Stop()
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true
		case <-ticker.C:
		}
		if err := b.Write(context.WithoutCancel(ctx)); err != nil {
			failed(err)
		}
	}
}

// Write writes what was refused. What cannot be written is kept for the next time.
func (b *Book) Write(ctx context.Context) error {
	b.mu.Lock()
	refused := b.refused
	b.refused = make(map[string]map[Kind]int)
	b.mu.Unlock()
	var errs []error
	for property, counts := range refused {
		if err := b.write(ctx, property, counts); err != nil {
			errs = append(errs, err)
			for kind, n := range counts {
				b.Refused(property, kind, n)
			}
		}
	}
	return errors.Join(errs...)
}

func (b *Book) write(ctx context.Context, property string, counts map[Kind]int) error {
	now := b.now().UTC().Truncate(time.Millisecond)
	for range tries {
		bodies, err := b.store.GlobalsOf(ctx, store.GlobalOver, []string{property})
		if err != nil {
			return err
		}
		after, err := json.Marshal(refused(overOf(bodies[0]), counts, now))
		if err != nil {
			return fmt.Errorf("encoding what was refused to %q: %w", property, err)
		}
		if done, err := b.store.SetGlobal(ctx, store.GlobalOver, property, bodies[0], after); done || err != nil {
			return err
		}
	}
	return fmt.Errorf("counting what was refused to %q: %w", property, store.ErrContended)
}

// refused adds to what was refused before an instant.
func refused(before []Over, counts map[Kind]int, now time.Time) []Over {
	byKind := make(map[Kind]Over)
	for _, o := range before {
		byKind[o.Quota] = o
	}
	for kind, n := range counts {
		o := byKind[kind]
		if now.Sub(o.Last) >= calm {
			o.Since = now
		}
		if !sameDay(o.Last, now) {
			o.Refused = 0
		}
		byKind[kind] = Over{kind, o.Since, now, o.Refused + n}
	}
	var list []Over
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		list = append(list, byKind[kind])
	}
	return list
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// overOf reads what was refused; one that cannot be read begins anew.
func overOf(body []byte) (list []Over) {
	if json.Unmarshal(body, &list) != nil {
		return nil
	}
	return list
}

// OverNow gives for each of some properties the quotas that it is over at an instant. No names: of all that were ever over one.
func OverNow(ctx context.Context, db Reader, properties []string, at time.Time) (map[string][]Over, error) {
	bodies, err := overBodies(ctx, db, properties)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]Over)
	for property, body := range bodies {
		for _, o := range overOf(body) {
			if at.Sub(o.Last) < calm {
				all[property] = append(all[property], o)
			}
		}
	}
	return all, nil
}

func overBodies(ctx context.Context, db Reader, properties []string) (map[string][]byte, error) {
	if len(properties) == 0 {
		return db.Globals(ctx, store.GlobalOver)
	}
	list, err := db.GlobalsOf(ctx, store.GlobalOver, properties)
	bodies := make(map[string][]byte, len(list))
	for i, body := range list {
		bodies[properties[i]] = body
	}
	return bodies, err
}

// Tidy forgets of properties what was refused more than two days before an instant.
func Tidy(ctx context.Context, db Store, at time.Time) error {
	bodies, err := db.Globals(ctx, store.GlobalOver)
	if err != nil {
		return err
	}
	for property, body := range bodies {
		old := func(o Over) bool { return at.Sub(o.Last) >= 48*time.Hour }
		if list := overOf(body); len(list) == len(slices.DeleteFunc(slices.Clone(list), func(o Over) bool { return !old(o) })) {
			if _, err := db.SetGlobal(ctx, store.GlobalOver, property, body, nil); err != nil { // or else somebody has just been refused
				return err
			}
		}
	}
	return nil
}

// Status is a property that has quotas of its own, or is over one.
type Status struct {
	Property string `json:"property"`
	Own      Limits `json:"own" doc:"The quotas that were set for it; absent ones are the defaults."`
	Waiting  int    `json:"waiting" doc:"How many messages wait for their time now."`
	Over     []Over `json:"over" nullable:"false" doc:"The quotas that it is over, or was within the last hour."`
}

// IsOver tells whether it is over a quota.
func (s *Status) IsOver() bool { return len(s.Over) > 0 }

// List gives the properties that have quotas of their own, or are over one at an instant, by id.
func List(ctx context.Context, db Reader, at time.Time) ([]Status, error) {
	own, err := Own(ctx, db)
	if err != nil {
		return nil, err
	}
	over, err := OverNow(ctx, db, nil, at)
	if err != nil {
		return nil, err
	}
	ids := slices.Sorted(maps.Keys(own))
	for id := range over {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	list := []Status{}
	if len(ids) == 0 { // most of the time
		return list, nil
	}
	waits, err := db.WaitSums(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Compact(ids) {
		list = append(list, Status{id, own[id], waits[id], append([]Over{}, over[id]...)})
	}
	return list, nil
}

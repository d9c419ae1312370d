package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// overrideLatency closes and opens a property by hand.
func overrideLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	return r.changes(ctx, "override", func(property string, open bool) error {
		return r.send(ctx, http.MethodPut, "/v1/properties/"+property+"/override", map[string]any{"open": open, "for": "1h"})
	})
}

// editLatency writes other hours into a property.
func editLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	return r.changes(ctx, "edit", func(property string, open bool) error {
		hours := r.never()
		if open {
			hours = always()
		}
		return r.send(ctx, http.MethodPut, "/v1/properties/"+property, map[string]any{"schedule": hours})
	})
}

// changes closes and opens a property in turn.
func (r *rig) changes(ctx context.Context, name string, change func(property string, open bool) error) ([]LatencyRow, error) {
	if err := r.define(ctx, online, 1, name, func(int) map[string]any { return map[string]any{"schedule": always()} }); err != nil {
		return nil, err
	}
	property := numbered(name, 0)
	pages, hooks := newStopwatch(), newStopwatch()
	r.hook.watch.Store(hooks)
	p, err := r.reads(ctx, property, pages)
	if err != nil {
		return nil, err
	}
	defer p.close()
	for i := range r.samples {
		open, status := i%2 == 1, offline
		if open {
			status = online
		}
		if err := r.rest(ctx); err != nil {
			return nil, err
		}
		if err := r.once(ctx, stateName(property, status), pages, hooks, func() error { return change(property, open) }); err != nil {
			return nil, err
		}
	}
	return []LatencyRow{row(name+" → stream of the property", pages.take()), row(name+" → webhook", hooks.take())}, nil
}

// scheduleLatency edits named schedules: one with many users, of whom some have a page, and one with few.
func scheduleLatency(ctx context.Context, r *rig) (rows []LatencyRow, err error) {
	for _, users := range []int{10, 30 * r.samples} {
		some, err := r.editSchedule(ctx, users)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// Of a schedule's users, so many have a page; and it is edited so often.
const (
	mostPages     = 100
	scheduleEdits = 6
)

func (r *rig) editSchedule(ctx context.Context, users int) ([]LatencyRow, error) {
	schedule := fmt.Sprint("hours-of-", users)
	if err := r.send(ctx, http.MethodPut, "/v1/schedules/"+schedule, always()); err != nil {
		return nil, err
	}
	if err := r.define(ctx, online, users, schedule, func(int) map[string]any { return map[string]any{"schedule": schedule} }); err != nil {
		return nil, err
	}
	pages, hooks := newStopwatch(), newStopwatch()
	r.hook.watch.Store(hooks)
	reading := min(users, mostPages)
	var open []*page
	defer func() {
		for _, p := range open {
			p.close()
		}
	}()
	for i := range reading {
		p, err := r.reads(ctx, numbered(schedule, i), pages)
		if err != nil {
			return nil, err
		}
		open = append(open, p)
	}
	for n := range scheduleEdits {
		if err := r.editOnce(ctx, schedule, n%2 == 1, users, reading, pages, hooks); err != nil {
			return nil, err
		}
	}
	what := fmt.Sprintf("edit of a schedule of %d → ", users)
	return []LatencyRow{row(what+"streams", pages.take()), row(what+"webhook", hooks.take())}, nil
}

func (r *rig) editOnce(ctx context.Context, schedule string, open bool, users, reading int, pages, hooks *stopwatch) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	body, status := r.never(), offline
	if open {
		body, status = always(), online
	}
	now := r.Now()
	for i := range users {
		name := stateName(numbered(schedule, i), status)
		hooks.start(name, now)
		if i < reading {
			pages.start(name, now)
		}
	}
	if err := r.send(ctx, http.MethodPut, "/v1/schedules/"+schedule, body); err != nil {
		return err
	}
	if err := pages.await(ctx, "the streams", arrives); err != nil {
		return err
	}
	return hooks.await(ctx, "the webhooks", arrives)
}

// boundaryProperties is how many properties flip at one boundary.
const boundaryProperties = 100

// boundaryLatency lets the hours of properties begin and end at whole minutes.
func boundaryLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	rounds := max(1, r.samples/33)
	first := r.Now().UTC().Add(10 * time.Second).Truncate(time.Minute).Add(time.Minute)
	hours := map[string]any{"time_zone": "UTC", "weekly": map[string]any{"daily": minutes(first, rounds)}}
	if err := r.define(ctx, offline, boundaryProperties, "boundary", func(int) map[string]any { return map[string]any{"schedule": hours} }); err != nil {
		return nil, err
	}
	hooks := newStopwatch()
	r.hook.watch.Store(hooks)
	for n := range rounds {
		boundary, status := first.Add(time.Duration(n)*time.Minute), online
		if n%2 == 1 {
			status = offline
		}
		r.progress("waiting for %s", boundary.Format(time.TimeOnly))
		for i := range boundaryProperties {
			hooks.start(stateName(numbered("boundary", i), status), boundary)
		}
		if err := hooks.await(ctx, "the webhooks", arrives+boundary.Sub(r.Now())); err != nil {
			return nil, err
		}
	}
	return []LatencyRow{row(fmt.Sprintf("boundary of %d properties → webhook", boundaryProperties), hooks.take())}, nil
}

// minutes are windows that begin at every other minute from an instant on.
func minutes(first time.Time, rounds int) (windows []string) {
	for n := 0; n < rounds; n += 2 {
		opens := first.Add(time.Duration(n) * time.Minute)
		closes := opens.Add(time.Minute).Format("15:04")
		if closes == "00:00" {
			closes = "24:00"
		}
		windows = append(windows, opens.Format("15:04")+"-"+closes)
	}
	slices.Sort(windows)
	return windows
}

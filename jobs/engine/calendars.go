package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// calendars is what calendars said when they were fetched last, by URL: the JSON of a list of hours.Closure. One that was
// never fetched closes nothing.
type calendars map[string][]byte

// loadCalendars loads the calendars that the definitions of a batch name: one round trip more, if there are any.
func (b *Batch) loadCalendars(ctx context.Context, db Reader) (err error) {
	var urls []string
	for _, some := range b.urls {
		urls = append(urls, some...)
	}
	for _, body := range b.named {
		urls = append(urls, definition.Calendars(body)...)
	}
	b.said, err = loadCalendars(ctx, db, urls)
	return err
}

func loadCalendars(ctx context.Context, db Reader, urls []string) (calendars, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	names := make([]string, len(urls))
	for i, url := range urls {
		names[i] = store.CalendarName(url)
	}
	bodies, err := db.Schedules(ctx, names)
	if err != nil {
		return nil, err
	}
	said := make(calendars, len(urls))
	for i, body := range bodies {
		said[urls[i]] = body
	}
	return said, nil
}

// Calendars is what calendars said when workers fetched them last. Those that were never fetched are left out.
func Calendars(ctx context.Context, db Reader, urls []string) (hours.Feeds, error) {
	said, err := loadCalendars(ctx, db, urls)
	if err != nil {
		return nil, err
	}
	return said.feeds(urls)
}

// CalendarsOf are the names of the calendars on which a property depends: of its own hours, and of its agents.
func (b *Batch) CalendarsOf(property store.Subject) []string {
	p := b.Properties[property]
	urls := slices.Clone(b.urls[property])
	schedules := p.Uses()
	for _, id := range p.AllAgents() {
		urls = append(urls, b.urls[store.AgentSubject(id)]...)
		if a := b.Agents[id]; a != nil && a.Schedule.Name != "" {
			schedules = append(schedules, a.Schedule.Name)
		}
	}
	for _, name := range schedules {
		urls = append(urls, definition.Calendars(b.named[name])...)
	}
	names := make(map[string]bool, len(urls))
	for _, url := range urls {
		names[store.CalendarName(url)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// of joins what some of the calendars say, for the key of a cache.
func (c calendars) of(urls []string) string {
	var key strings.Builder
	for _, url := range urls {
		key.Write(c[url])
		key.WriteByte(0)
	}
	return key.String()
}

// feeds decodes some of the calendars.
func (c calendars) feeds(urls []string) (hours.Feeds, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	feeds := make(hours.Feeds, len(urls))
	for _, url := range urls {
		if c[url] == nil {
			continue
		}
		var closures []hours.Closure
		if err := json.Unmarshal(c[url], &closures); err != nil {
			return nil, fmt.Errorf("decoding the calendar %s: %w", store.CalendarName(url), err)
		}
		feeds[url] = closures
	}
	return feeds, nil
}

// away lays the leave of an agent, in the agent's zone, over a schedule.
func (b *Batch) away(s *hours.Schedule, zone *time.Location, leave []hours.Absence) (*hours.Schedule, error) {
	var urls []string
	for _, absence := range leave {
		if absence.URL != "" {
			urls = append(urls, absence.URL)
		}
	}
	feeds, err := b.said.feeds(urls)
	if err != nil {
		return nil, err
	}
	return s.WithAbsences(zone, leave, feeds), nil
}

// Named makes a named schedule ready to use, in the decider's time zone where it names none.
func (d *Decider) Named(ctx context.Context, body []byte) (*hours.Schedule, error) {
	said, err := loadCalendars(ctx, d.store, definition.Calendars(body))
	if err != nil {
		return nil, err
	}
	return d.schedules.compile(body, "", said)
}

// UsedBySchedules tells whether a named schedule names a calendar.
func (e *Engine) UsedBySchedules(ctx context.Context, calendar string) (bool, error) {
	names, err := e.schedulesWith(ctx, calendar)
	return len(names) > 1, err
}

// schedulesWith are the named schedules, and the calendar itself, whose users a change of a calendar concerns.
func (e *Engine) schedulesWith(ctx context.Context, calendar string) ([]string, error) {
	all, err := e.Store.Globals(ctx, store.GlobalSchedule)
	if err != nil {
		return nil, err
	}
	names := []string{calendar}
	for name, body := range all {
		for _, url := range definition.Calendars(body) {
			if store.CalendarName(url) == calendar {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

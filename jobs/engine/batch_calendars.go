package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

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

// CalendarsOf are the names of the calendars on which a property depends: of its own hours, of its agents, and of colleagues for
// whom these stand in.
func (b *Batch) CalendarsOf(property store.Subject) []string {
	p := b.Properties[property]
	urls := slices.Clone(b.urls[property])
	schedules := p.Uses()
	agents := p.AllAgents()
	for _, id := range p.AllAgents() {
		agents = append(agents, b.Agents[id].StandsInFor(id)...)
	}
	for _, id := range agents {
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

package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// calendars is what calendars said when they were fetched last, by URL: the JSON of a list of hours.Closure. One that was
// never fetched closes nothing.
type calendars map[string][]byte

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

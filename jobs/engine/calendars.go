package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// calendars are those that were fetched, by URL, as they were last. One that was never fetched is not among them, and
// closes nothing.
type calendars map[string]calendar

// calendar is the JSON of a list of hours.Closure, and its sum: a calendar may be large, and schedules with it are looked up
// at each decision.
type calendar struct {
	body []byte
	sum  [sha256.Size]byte
}

// loadCalendars loads each of some calendars once. It does no I/O where there are none.
func loadCalendars(ctx context.Context, db Reader, urls []string) (calendars, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	urls = slices.Compact(slices.Sorted(slices.Values(urls))) // many definitions of a batch may name the same
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
		if body != nil {
			said[urls[i]] = calendar{body, sha256.Sum256(body)}
		}
	}
	return said, nil
}

// Calendars gives the closures of calendars as workers fetched them last. Those that were never fetched are left out.
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
		sum := c[url].sum
		key.Write(sum[:])
	}
	return key.String()
}

// size is the length of some of the calendars, in bytes.
func (c calendars) size(urls []string) (n int) {
	for _, url := range urls {
		n += len(c[url].body)
	}
	return n
}

// feeds decodes some of the calendars.
func (c calendars) feeds(urls []string) (hours.Feeds, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	feeds := make(hours.Feeds, len(urls))
	for _, url := range urls {
		said, known := c[url]
		if !known {
			continue
		}
		var closures []hours.Closure
		if err := json.Unmarshal(said.body, &closures); err != nil {
			return nil, fmt.Errorf("decoding the calendar %s: %w", store.CalendarName(url), err)
		}
		feeds[url] = closures
	}
	return feeds, nil
}

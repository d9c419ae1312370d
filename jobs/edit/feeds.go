package edit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Feed is a calendar that workers fetch. Its closures are kept apart, under its store.CalendarName.
type Feed struct {
	URL     string    `json:"url"`    // a secret: it may hold a token
	Wanted  time.Time `json:"wanted"` // when a definition that names it was written last
	Next    time.Time `json:"next"`   // when to fetch it again
	Fetched time.Time `json:"fetched,omitzero"`
	Read    time.Time `json:"read,omitzero"` // when it was had in full: an answer that nothing has changed has no text

	// As the server gave them, to be asked whether anything has changed.
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`

	Problem string    `json:"problem,omitempty"` // why the last attempt failed; empty: it did not
	Failing time.Time `json:"failing,omitzero"`  // since when
	Events  int       `json:"events,omitempty"`  // that close something
	Skipped int       `json:"skipped,omitempty"` // that close nothing: cancelled, or marked as free time
}

// Due tells whether it is to be fetched.
func (f Feed) Due(now time.Time) bool { return !now.Before(f.Next) }

// Feeds are the calendars that workers fetch, by store.CalendarName.
type Feeds struct {
	Store keyStore
	Now   func() time.Time
}

// Load gives all of them.
func (fs Feeds) Load(ctx context.Context) (map[string]Feed, error) {
	all, err := fs.Store.Globals(ctx, store.GlobalFeed)
	if err != nil {
		return nil, err
	}
	feeds := make(map[string]Feed, len(all))
	for name, body := range all {
		var f Feed
		if err := json.Unmarshal(body, &f); err != nil {
			return nil, fmt.Errorf("decoding the feed %s: %w", name, err)
		}
		feeds[name] = f
	}
	return feeds, nil
}

// FeedStatus is how a calendar that workers fetch does. It has no more of the address than the host: the rest may hold a token.
type FeedStatus struct {
	Calendar string     `json:"calendar" doc:"Its name, which stands in logs, too."`
	Host     string     `json:"host" example:"calendar.example" doc:"Where it is; the rest of the address is a secret."`
	Fetched  *time.Time `json:"fetched" doc:"When it was had last, or had not changed; null: never."`
	Next     time.Time  `json:"next" doc:"When it is tried again."`
	Problem  string     `json:"problem,omitempty" doc:"Why the last attempt failed. What it said before stays in force."`
	Failing  *time.Time `json:"failing_since,omitempty" doc:"Since when attempts have failed."`
	Events   int        `json:"events" doc:"Events that close something."`
	Skipped  int        `json:"skipped" doc:"Events that close nothing: cancelled ones, and free time."`
}

// Status gives how all of them do, by host and name.
func (fs Feeds) Status(ctx context.Context) ([]FeedStatus, error) {
	all, err := fs.Load(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]FeedStatus, 0, len(all))
	for name, f := range all {
		s := FeedStatus{Calendar: name, Host: "…", Fetched: orNil(f.Fetched), Next: f.Next, Problem: f.Problem, Failing: orNil(f.Failing), Events: f.Events, Skipped: f.Skipped}
		if u, err := url.Parse(f.URL); err == nil && u.Host != "" {
			s.Host = u.Host
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b FeedStatus) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Calendar, b.Calendar))
	})
	return list, nil
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Change writes what change makes of a feed; false from change: it is removed. A feed that is not there is not changed.
func (fs Feeds) Change(ctx context.Context, name string, change func(*Feed) (keep bool)) error {
	return fs.swap(ctx, name, func(f *Feed) bool { return f.URL == "" || change(f) })
}

// swap writes a feed anew until nobody was quicker.
func (fs Feeds) swap(ctx context.Context, name string, change func(*Feed) (keep bool)) error {
	return swap(ctx, fs.Store, store.GlobalFeed, name, "the feed "+name, func(before []byte) ([]byte, error) {
		var f Feed
		if before != nil {
			if err := json.Unmarshal(before, &f); err != nil {
				return nil, fmt.Errorf("decoding the feed %s: %w", name, err)
			}
		}
		if !change(&f) || f.URL == "" {
			return nil, nil
		}
		after, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("encoding the feed %s: %w", name, err)
		}
		return after, nil
	})
}

// wantCalendars notes the calendars that a definition names, before it is written: a worker that finds one without a user
// keeps it for a while after that.
func (r *records) wantCalendars(ctx context.Context, body []byte) error {
	for _, address := range definition.Calendars(body) {
		now := r.now().UTC().Truncate(time.Second)
		err := Feeds{Store: r.store, Now: r.now}.swap(ctx, store.CalendarName(address), func(f *Feed) bool {
			if f.URL == "" {
				f.URL, f.Next = address, now
			}
			f.Wanted = now
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

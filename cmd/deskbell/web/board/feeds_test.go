package board_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestBoardStreamsHowCalendarsAreThatWorkersFetch(t *testing.T) {
	t.Parallel()
	var feeds edit.Feeds
	b := newBoard(t, func(_ *webtest.Bundle, c *web.Config) { feeds = edit.Feeds{Store: c.Links.Store, Now: c.Now} })
	next, _ := watch(b, url.Values{"id": {"acme"}})
	if got := next("feeds").list; got != "[]" {
		t.Errorf("without a calendar: %s", got)
	}
	const address = "https://calendar.example/private-token/basic.ics"
	define(b, `{"properties": {"acme": {"schedule": {"weekly": "24/7", "exceptions": [{"ical_url": "`+address+`"}]}}}}`)
	name := store.CalendarName(address)
	webtest.SameJSON(t, next("feeds").list,
		`[{"calendar": "`+name+`", "host": "calendar.example", "fetched": null, "next": "2026-11-23T08:30:00Z", "events": 0, "skipped": 0}]`)
	err := feeds.Change(t.Context(), name, func(f *edit.Feed) bool {
		f.Fetched, f.Failing, f.Next = webtest.Monday.Add(-time.Hour), webtest.Monday, webtest.Monday.Add(5*time.Minute)
		f.Problem = "fetching the calendar: the server answers 500 Internal Server Error"
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	webtest.SameJSON(t, next("feeds").list, `[{"calendar": "`+name+`", "host": "calendar.example",
		"fetched": "2026-11-23T07:30:00Z", "next": "2026-11-23T08:35:00Z", "events": 0, "skipped": 0,
		"problem": "fetching the calendar: the server answers 500 Internal Server Error", "failing_since": "2026-11-23T08:30:00Z"}]`)

	theirs, _ := watchBy(b, b.Key(edit.Key{Name: "staff", Properties: []string{"acme"}}), url.Values{"id": {"acme"}})
	webtest.SameJSON(t, theirs("feeds").list, `[]`)
}

func TestBoardStreamsWhoIsOverAQuota(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	next, _ := watch(b, url.Values{"id": {"acme"}})
	if got := next("quotas").list; got != "[]" {
		t.Errorf("at first: %s", got)
	}
	book := quota.NewBook(b.Store, b.Now, quota.Limits{})
	book.Refused("acme", quota.NewVisitors, 7)
	if err := errors.Join(book.Write(t.Context()), quota.Set(t.Context(), b.Store, "quiet", quota.Limits{Events: 5})); err != nil {
		t.Fatal(err)
	}
	define(b, `{"properties": {"acme": {}}}`) // it tells the board to look
	webtest.SameJSON(t, next("quotas").list, `[{"property": "acme", "own": {}, "waiting": 0, "over":
		[{"quota": "new_visitors", "since": "2026-11-23T08:30:00Z", "last": "2026-11-23T08:30:00Z", "refused": 7}]}]`)
}

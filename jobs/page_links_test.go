package jobs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// pageLinks are links over a store in memory, and their clock.
func pageLinks() (edit.Links, *time.Time) {
	now := morning(9, 0)
	clock := func() time.Time { return now }
	return edit.Links{Store: memstore.New(1, clock), Now: clock}, &now
}

func mustLink(t *testing.T, links edit.Links, agent string) string {
	t.Helper()
	secret, l, err := links.AddPage(t.Context(), agent)
	if err != nil {
		t.Fatal(err)
	}
	if l.ID != agent || l.Expires.Sub(l.Created) != edit.PageLinkFor {
		t.Errorf("%+v", l)
	}
	return secret
}

// opens is the agent whose page a secret opens, or nobody.
func opens(t *testing.T, links edit.Links, secret string) string {
	t.Helper()
	l, ok, err := links.OpensPage(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "nobody"
	}
	return l.ID
}

func TestLinksOpenTheirOwnPageAlone(t *testing.T) {
	t.Parallel()
	links, now := pageLinks()
	lea, tom, odd := mustLink(t, links, "lea"), mustLink(t, links, "tom"), mustLink(t, links, "a_b-c.d_")
	second := mustLink(t, links, "lea")
	calendar, err := links.Add(t.Context(), edit.KindAgent, "lea")
	if err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]string{
		lea: "lea", second: "lea", tom: "tom", odd: "a_b-c.d_",
		"":                         "nobody",
		"dba_":                     "nobody",
		"dba_lea_":                 "nobody",
		calendar:                   "nobody",
		lea + "A":                  "nobody",
		lea[:len(lea)-1]:           "nobody",
		strings.ToUpper(lea):       "nobody",
		"dba_tom" + lea[7:]:        "nobody",
		"dba_lea/x_" + lea[8:]:     "nobody",
		"dba_" + lea[4:8] + "\x00": "nobody",
		strings.Repeat("a", 9999):  "nobody",
	} {
		if got := opens(t, links, secret); got != want {
			t.Errorf("%.20q opens the page of %s, want %s", secret, got, want)
		}
	}
	for kind, id := range map[edit.Kind]string{edit.KindAgent: "lea", "page": "lea"} {
		if ok, err := links.Opens(t.Context(), kind, id, lea); ok || err != nil {
			t.Errorf("it opens the calendar of %s %s (%v)", kind, id, err)
		}
	}
	if list, err := links.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("links to calendars: %+v, %v", list, err)
	}

	subscriptions := edit.Subscriptions(links)
	if _, err := subscriptions.Add(t.Context(), "lea", edit.Subscription{Endpoint: "https://fcm.googleapis.com/1"}); err != nil {
		t.Fatal(err)
	}
	n, gone, err := links.RevokePages(t.Context(), "lea")
	if err != nil || n != 2 || gone != 1 {
		t.Errorf("revoked %d, and %d subscriptions, %v", n, gone, err)
	}
	if left, err := subscriptions.Of(t.Context(), []string{"lea"}); err != nil || len(left[0]) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	for secret, want := range map[string]string{lea: "nobody", second: "nobody", tom: "tom"} {
		if got := opens(t, links, secret); got != want {
			t.Errorf("after all of lea are revoked: %s, want %s", got, want)
		}
	}
	*now = now.Add(edit.PageLinkFor - time.Second)
	if got := opens(t, links, tom); got != "tom" {
		t.Error("it is dead before its time")
	}
	*now = now.Add(time.Second)
	if got := opens(t, links, tom); got != "nobody" {
		t.Error("it outlives its time")
	}
	if list, err := links.Pages(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("links that are good: %+v, %v", list, err)
	}
}

func TestLinksToAPageAreBounded(t *testing.T) {
	t.Parallel()
	links, now := pageLinks()
	for range edit.MostPageLinks {
		mustLink(t, links, "lea")
	}
	if _, _, err := links.AddPage(t.Context(), "lea"); !errors.Is(err, edit.ErrManyLinks) {
		t.Errorf("one more: %v", err)
	}
	mustLink(t, links, "tom")
	*now = now.Add(edit.PageLinkFor)
	mustLink(t, links, "lea")
	all, err := links.Store.Globals(t.Context(), store.GlobalLink)
	if err != nil || len(all) != 2 { // hers, and that of tom, who has made none since
		t.Errorf("%d are kept, %v", len(all), err)
	}
	if _, _, err := links.AddPage(t.Context(), "no id"); err == nil {
		t.Error("an agent of no id gets a link")
	}
}

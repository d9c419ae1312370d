package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// telling is a property that answers each message of a visitor.
const telling = `{"properties": {"acme": {"destinations": [], "triggers": [
	{"name": "SECRET-welcome", "type": "site", "message": "Hello"},
	{"name": "SECRET-echo", "type": "advanced", "on": "chat.message", "frequency": "every_time",
	 "actions": [{"send_message": "I hear you"}, {"add_note": "SECRET-note"}, {"show_form": "contact_form"}]}
]}}}`

// visits runs a view.VisitFeed until the end of the test.
func (b *bundle) visits() *view.VisitFeed {
	b.Helper()
	v := view.NewVisitFeed(b.client.Reader)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		v.Run(ctx)
	}()
	b.Cleanup(func() {
		cancel()
		<-ended
	})
	return v
}

func (b *bundle) visit(v *view.VisitFeed, visitor, visit, last string) *view.Subscription {
	b.Helper()
	w, err := v.Watch("acme", visitor, visit, last)
	b.must(err)
	b.Cleanup(w.Close)
	return w
}

// told waits until so many actions have come.
func (b *bundle) told(w *view.Subscription, count int) (list []view.FeedItem) {
	b.Helper()
	patient, end := redistest.Patient(b.Context())
	defer end()
	for len(list) < count {
		select {
		case <-w.News:
			list = append(list, w.Items()...)
		case <-patient.Done():
			b.Fatalf("told %d of %d", len(list), count)
		}
	}
	return list
}

func TestVisitsAreTold(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(telling)
	b.worker()
	b.quiet() // its widget is online before the first visitor comes
	v := b.visits()
	w, other := b.visit(v, "v1", "v1.1", ""), b.visit(v, "v1", "guessed", "")
	b.send(arrived("v1"))
	all := b.told(w, 1)
	b.send(requested("v1", "c1"))
	b.quiet()
	b.send(event.New(event.ChatMessage, event.Data{Property: "acme", Visitor: "v1", Visit: "v1.1", Chat: "c1", From: event.FromVisitor, Text: "Anybody?"}))
	all = append(all, b.told(w, 2)...)
	for i, part := range []string{`"text":"Hello"`, `"text":"I hear you"`, `"form":"contact_form"`} {
		if s := string(all[i].JSON); !strings.Contains(s, part) || !strings.Contains(s, all[i].ID) || strings.Contains(s, "SECRET") || strings.Contains(s, "reason") {
			t.Errorf("told %d: %s", i, s)
		}
	}

	again := b.told(b.visit(v, "v1", "v1.1", ""), 3)
	if diff := cmp.Diff(all, again); diff != "" {
		t.Error(diff)
	}
	if rest := b.told(b.visit(v, "v1", "v1.1", all[0].ID), 2); rest[0].ID != all[1].ID {
		t.Errorf("after the first: %+v", rest)
	}
	if got := other.Items(); len(got) > 0 {
		t.Errorf("a visit that is not the visitor's is told %s", got[0].JSON)
	}
}

func TestALaterVisitIsNotToldOfTheOneBefore(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(strings.Replace(telling, `"type": "site"`, `"type": "site", "frequency": "once_per_visit"`, 1))
	b.worker()
	b.quiet()
	v := b.visits()
	b.send(arrived("v1"))
	first := b.told(b.visit(v, "v1", "v1.1", ""), 1)
	b.quiet()
	b.clock.set(b.clock.now().Add(2 * time.Hour))
	later := arrived("v1")
	later.Data.Visit = "v1.2"
	b.send(later)
	if second := b.told(b.visit(v, "v1", "v1.2", ""), 1); second[0].ID == first[0].ID {
		t.Errorf("told %s", second[0].JSON)
	}
}

func TestAVisitorIsToldTheLastOfMany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text  string
		most, least int
	}{
		{"short ones", "short", 20, 20},
		{"long ones", strings.Repeat("長", 990), 10, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			b.define(fmt.Sprintf(`{"properties": {"acme": {"triggers": [{"name": "echo", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "message": %q}]}}}`, c.text))
			b.worker()
			b.quiet() // its widget is online before the first view
			var events []event.Event
			for i := range 30 {
				e := event.New(event.PageViewed, event.Data{Property: "acme", Visitor: "v1", Visit: "v1.1", Page: event.Page{URL: fmt.Sprintf("https://example.com/%d", i)}})
				events = append(events, named(fmt.Sprint("e", i), e))
			}
			for i, e := range events { // one after the other: when views come together, those of pages that are left cause no message
				b.send(e)
				redistest.Wait(t, "it is said", func() bool { return len(b.messages()) == i+1 })
			}
			b.quiet()
			redistest.Wait(t, "all are said", func() bool { return len(b.messages()) == len(events) })
			got := b.told(b.visit(b.visits(), "v1", "v1.1", ""), 1)
			if len(got) > c.most || len(got) < c.least {
				t.Errorf("told %d", len(got))
			}
		})
	}
}

func TestPagesOfAVisitAreBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	v := b.visits()
	for range 20 {
		b.visit(v, "v1", "v1.1", "")
	}
	if _, err := v.Watch("acme", "v1", "v1.1", ""); !errors.Is(err, view.ErrTooMany) {
		t.Errorf("got %v", err)
	}
	b.visit(v, "v1", "v1.2", "")
	b.visit(v, "v2", "v2.1", "")
}

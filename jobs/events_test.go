package jobs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// greeting is a property that greets visitors at once when they arrive, and when they ask
// for a chat.
const greeting = `{"properties": {"acme": {"name": "ACME", "triggers": [
	{"name": "Welcome", "type": "site", "message": "Hello {{visitor.name|there}}"},
	{"name": "Help", "type": "rescue", "delay": "5s", "message": "We are nearly with you"}
]}}}`

func arrived(visitor string) event.Event {
	return event.New(event.VisitorArrived, event.Data{Property: "acme", Visitor: visitor, Visit: visitor + ".1"})
}

func requested(visitor, chat string) event.Event {
	return event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: visitor, Chat: chat, Text: "Hello?"})
}

func named(id string, e event.Event) event.Event {
	e.ID = id
	return e
}

func (b *bundle) send(events ...event.Event) {
	b.Helper()
	b.must(b.client.Send(b.Context(), events...))
}

// messages are the texts that visitors got, as VISITOR: TEXT.
func (b *bundle) messages() []string {
	b.Helper()
	var list []string
	for _, a := range b.visitorActions() {
		if a.Type == action.MessageSend {
			list = append(list, a.data.Visitor+": "+a.data.Text)
		}
	}
	return list
}

type visitorAction struct {
	action.Action
	data action.Visitor
}

func (b *bundle) visitorActions() []visitorAction {
	b.Helper()
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	var list []visitorAction
	for _, d := range b.out.had["default"] {
		if a := decodeVisitorAction(b, d.Body); a.data.Visitor != "" {
			list = append(list, a)
		}
	}
	return list
}

// decodeVisitorAction reads an action; for one without a visitor, Visitor is empty.
func decodeVisitorAction(t testing.TB, body []byte) (a visitorAction) {
	t.Helper()
	if err := json.Unmarshal(body, &a.Action); err != nil {
		t.Fatal(err)
	}
	raw, _ := a.Data.(json.RawMessage)
	if err := json.Unmarshal(raw, &a.data); err != nil {
		t.Fatal(err)
	}
	return a
}

func (b *bundle) hears(want ...string) {
	b.Helper()
	redistest.Wait(b, fmt.Sprint(want), func() bool { return len(b.messages()) >= len(want) })
	b.quiet()
	if diff := cmp.Diff(want, b.messages()); diff != "" {
		b.Error(diff)
	}
}

func TestEventsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(greeting)
	b.worker()
	b.worker()
	b.quiet()
	e := named("e1", arrived("v1"))
	e.Data.Attributes.Name = "Ann"
	for range 5 {
		b.send(e, e)
	}
	b.hears("v1: Hello Ann")
	b.send(e)
	b.hears("v1: Hello Ann")
	a := b.visitorActions()[0]
	if a.data.Property != "acme" || a.data.Trigger != "Welcome" || a.data.Cause.Event != "e1" || a.data.Visit != "v1.1" {
		t.Errorf("got %+v", a)
	}
}

func TestWhatIsDueComesAtItsInstant(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(greeting)
	b.worker()
	b.quiet()
	redistest.Within(t, time.Second, "a message after its time", func() time.Duration { return b.comforts(5*time.Second, func() {}) })
}

// comforts lets another visitor ask for a chat, and does something while they wait. They get a
// message when no agent answers; comforts gives how long after its delay that came.
func (b *bundle) comforts(delay time.Duration, meanwhile func()) time.Duration {
	b.Helper()
	n := len(b.messages())
	asked := b.clock.now().Truncate(time.Millisecond) // to the millisecond, as in actions
	b.send(requested(fmt.Sprint("v", n), fmt.Sprint("c", n)))
	meanwhile()
	redistest.Wait(b, "the message comes", func() bool { return len(b.messages()) > n })
	b.quiet()
	if got := b.messages(); len(got) != n+1 || got[n] != fmt.Sprintf("v%d: We are nearly with you", n) {
		b.Errorf("got %q", got)
	}
	late := b.visitorActions()[n].Time.Sub(asked) - delay
	if late < 0 {
		b.Errorf("it came %s before its time", -late)
	}
	return late
}

func TestAnAnswerThatNamesNoVisitorEndsTheirWait(t *testing.T) {
	t.Parallel()
	answer := event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Yes?"})
	for _, c := range []struct {
		name   string
		events []event.Event
	}{
		{"after the request", []event.Event{requested("v1", "c1"), answer}},
		{"before the request", []event.Event{answer, requested("v1", "c1")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			b.define(greeting)
			b.worker()
			b.quiet()
			now := b.clock.now()
			for i, e := range c.events {
				if e.Time = now; e.Type == event.ChatMessage {
					e.Time = now.Add(time.Second)
				}
				b.send(named(fmt.Sprint("e", i), e))
				redistest.Wait(t, "the chat is known", func() bool {
					r, err := b.store.Load(t.Context(), []store.Subject{"chat/acme/c1"})
					b.must(err)
					return r[0].Rev != 0
				})
			}
			b.send(requested("v2", "c2"))
			b.hears("v2: We are nearly with you")
		})
	}
}

func TestEventsOfNoPropertyAreDroppedAndSaid(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(greeting)
	b.worker()
	b.quiet() // its widget is online before the first visitor comes
	e := arrived("v1")
	e.Data.Property = "nobody"
	b.send(e, e)
	b.send(e, arrived("v2"))
	b.hears("v2: Hello there")
	if lines := b.lines("events dropped: their property is not defined; define it, or send no events of it (said once a minute)"); len(lines) != 1 {
		t.Errorf("said %d times", len(lines))
	}
}

func TestFaultyEventsAreRefusedWhole(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	err := b.client.Send(t.Context(), arrived("v1"), event.New("visitor.flown", event.Data{}), event.New(event.PageViewed, event.Data{Property: "acme"}))
	var refused *enqueue.RefusedError
	if !errors.As(err, &refused) || refused.Index != 1 || strings.Count(err.Error(), "event ") != 2 {
		t.Errorf("got %v", err)
	}
	if n := b.rdb.Exists(t.Context(), "asynq:{deskbell-event}:pending").Val(); n != 0 {
		t.Error("something was sent")
	}
}

func TestAVisitorIsForgottenInTheEnd(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(greeting)
	b.worker()
	b.quiet()
	b.send(arrived("v1"))
	b.hears("v1: Hello there")
	there := func() bool {
		r, err := b.store.Load(t.Context(), []store.Subject{store.VisitorSubject("acme", "v1")})
		b.must(err)
		return r[0].Rev != 0
	}
	if !there() {
		t.Fatal("the visitor is not there")
	}
	b.clock.set(b.clock.now().AddDate(0, 0, 31))
	redistest.Wait(t, "the visitor is forgotten", func() bool { return !there() })
}

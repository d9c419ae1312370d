package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// chatty are two properties that tell waiting visitors that they close soon, and that they
// have closed.
const chatty = `{"schedules": {"office": "daily 9-17"}, "agents": {"lea": {"schedule": "daily 9-17"}}, "properties": {
	"acme": {"schedule": "office", "agents": ["lea"], "widget": {"waiting_at_close": "reply"},
		"closing_soon": {"before": "1m", "message": "We close soon"}, "auto_replies": {"outside": "We are closed"}},
	"bell": {"widget": {"waiting_at_close": "reply"}, "auto_replies": {"outside": "We are closed"}}
}}`

// waiting is a bundle in which some visitors of acme, and one of bell, wait for an answer
// since the second before.
func waiting(t *testing.T, visitors int) *bundle {
	t.Helper()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(chatty)
	b.worker()
	b.quiet()
	events := []event.Event{requested("other", "other")}
	events[0].Data.Property = "bell"
	for i := range visitors {
		events = append(events, requested(fmt.Sprint("v", i), fmt.Sprint("c", i)))
	}
	for batch := range slices.Chunk(events, 200) {
		b.send(batch...)
	}
	b.quiet()
	pauseUntil(b, b.clock.now().Truncate(time.Second).Add(time.Second)) // an override begins with a second
	return b
}

func (b *bundle) overrides(property string, o *hours.Override) {
	b.Helper()
	_, err := b.client.SetOverride(b.Context(), property, o)
	b.must(err)
}

// rev is the revision of a visitor's record.
func (b *bundle) rev(property, visitor string) int64 {
	b.Helper()
	records, err := b.store.Load(b.Context(), []store.Subject{store.VisitorSubject(property, visitor)})
	b.must(err)
	return records[0].Rev
}

func TestAnOverrideThatClosesIsToldAtOnceToThoseWhoWait(t *testing.T) {
	t.Parallel()
	for _, visitors := range []int{1, 1000} {
		t.Run(fmt.Sprint(visitors), func(t *testing.T) {
			t.Parallel()
			b := waiting(t, visitors)
			other, closed := b.rev("bell", "other"), b.clock.now()
			b.overrides("acme", &hours.Override{From: closed})
			redistest.Wait(t, "all who wait are told", func() bool { return len(b.messages()) >= visitors })
			took := b.clock.now().Sub(closed)
			b.quiet()
			told := make(map[string]bool)
			for _, a := range b.visitorActions() {
				told[a.data.Visitor+": "+a.data.Text] = true
			}
			t.Logf("the last of %d was told after %s", visitors, took.Round(time.Millisecond))
			if !told["v0: We are closed"] || len(told) != visitors || len(b.messages()) != visitors {
				t.Errorf("%d messages to %d visitors; want one to each of %d", len(b.messages()), len(told), visitors)
			}
			if now := b.rev("bell", "other"); now != other {
				t.Errorf("the visitor of the other property has gone from revision %d to %d", other, now)
			}
		})
	}
}

func TestAnOverrideThatClosesLaterIsToldSoLongBefore(t *testing.T) {
	t.Parallel()
	redistest.Within(t, 4*time.Second, "a message after its time", func() time.Duration {
		b := waiting(t, 1)
		tells := b.clock.now().Truncate(time.Second).Add(10 * time.Second)
		b.overrides("acme", &hours.Override{From: tells.Add(time.Minute)})
		redistest.Wait(t, "a wake-up waits for the instant", func() bool { return len(b.wakeUps()) == 1 }) // and not a beat
		redistest.Wait(t, "the visitor is told", func() bool { return len(b.messages()) > 0 })
		late := b.clock.now().Sub(tells)
		if late < 0 {
			t.Errorf("it came %s before its time", -late)
		}
		b.hears("v0: We close soon")
		return late
	})
}

// TestEveryEditThatConcernsAPropertyIsPassedOnToItsChats checks which visitors are
// decided on anew.
func TestEveryEditThatConcernsAPropertyIsPassedOnToItsChats(t *testing.T) {
	t.Parallel()
	b := waiting(t, 2)
	b.send(event.New(event.ChatEnded, event.Data{Property: "acme", Visitor: "v1", Chat: "c1"}))
	b.quiet()
	ended, other := b.rev("acme", "v1"), b.rev("bell", "other")
	text := chatty
	for _, edit := range []struct{ name, before, after string }{
		{"of a named schedule", `"office": "daily 9-17"`, `"office": "daily 9-18"`},
		{"of an agent", `"lea": {"schedule": "daily 9-17"}`, `"lea": {"schedule": "daily 9-18"}`},
		{"of the property", "We close soon", "We close very soon"},
	} {
		before := b.rev("acme", "v0")
		text = strings.Replace(text, edit.before, edit.after, 1)
		b.define(text)
		redistest.Wait(t, "the chat is decided on anew after an edit "+edit.name, func() bool { return b.rev("acme", "v0") > before+1 })
		b.quiet()
	}
	before := b.rev("acme", "v0")
	b.overrides("acme", nil)
	redistest.Wait(t, "the chat is decided on anew after an override is cleared", func() bool { return b.rev("acme", "v0") > before+1 })
	b.quiet()
	if now := b.rev("acme", "v1"); now != ended {
		t.Errorf("the visitor whose chat has ended has gone from revision %d to %d", ended, now)
	}
	if now := b.rev("bell", "other"); now != other {
		t.Errorf("the visitor of the other property has gone from revision %d to %d", other, now)
	}
}

func TestChatsAreToldOfAnOverrideWhoseTaskIsGone(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(chatty)
	stop := b.worker()
	b.quiet()
	b.send(requested("v0", "c0"))
	b.quiet()
	stop()
	pauseUntil(b, b.clock.now().Truncate(time.Second).Add(time.Second))
	b.overrides("acme", &hours.Override{From: b.clock.now()})
	_, err := asynq.NewInspectorFromRedisClient(b.rdb).DeleteAllPendingTasks("deskbell-boundary")
	b.must(err)
	b.worker()
	b.hears("v0: We are closed")
}

package jobs_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// sendOrFail is send for goroutines.
func (b *bundle) sendOrFail(events ...event.Event) {
	if err := b.client.Send(b.Context(), events...); err != nil {
		b.Error(err)
	}
}

// wakeUps are the tasks of delayed messages that wait.
func (b *bundle) wakeUps() []*asynq.TaskInfo {
	b.Helper()
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	tasks, err := inspector.ListScheduledTasks("deskbell-timer")
	if err != nil {
		return nil // no queue yet
	}
	return tasks
}

func TestEachMessageThatWaitsHasATaskOfItsNameThatIsCancelledWithIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {
		"triggers": [
			{"name": "Hello", "type": "site", "delay": "1h", "message": "Hello"},
			{"name": "Prices", "type": "page", "url": {"contains": "/prices"}, "delay": "30m", "message": "Prices"}],
		"rescue": [{"after": "10m", "send_message": "We are nearly with you"}, {"after": "20m", "send_message": "Still here"}]
	}}}`)
	b.worker()
	b.quiet()
	began := b.clock.now().Truncate(time.Millisecond)
	at := func(cause string, after time.Duration) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "visitor/acme/v1/%s/%d", cause, began.Add(after).UnixMilli()))
		return "w:" + base64.RawURLEncoding.EncodeToString(sum[:12])
	}
	for _, step := range []struct {
		name string
		e    event.Event
		want []string
	}{
		{"arrived", event.NewVisitorArrived("acme", "v1", "s1"), []string{at("s1:Hello", time.Hour)}},
		{"saw prices", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/prices"}),
			[]string{at("s1:Hello", time.Hour), at("s1:Prices", 30*time.Minute)}},
		{"saw another page", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/"}), []string{at("s1:Hello", time.Hour)}},
		{"left", event.NewVisitorLeft("acme", "v1", "s1"), nil},
		{"came back", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/"}), []string{at("s1:Hello:1", time.Hour)}},
		{"asked for a chat", event.NewChatRequested("acme", "v1", "c1"), []string{at("chat:c1", 10*time.Minute), at("s1:Hello:1", time.Hour)}},
		{"was answered", event.NewAgentMessage("acme", "c1", "lea", "Hi!"), []string{at("s1:Hello:1", time.Hour)}},
	} {
		step.e.Time = began
		switch step.name {
		case "saw another page":
			step.e.Time = began.Add(time.Millisecond)
		case "left":
			step.e.Time = began.Add(2 * time.Millisecond)
		case "came back":
			step.e.Time = began.Add(3 * time.Millisecond)
		}
		b.send(step.e)
		var got []string
		redistest.Wait(t, fmt.Sprint(step.name, ": ", step.want), func() bool {
			got = nil
			for _, task := range b.wakeUps() {
				got = append(got, task.ID)
			}
			slices.Sort(got)
			slices.Sort(step.want)
			return slices.Equal(got, step.want)
		})
	}
}

// recordWrites is a store that counts how often each record is written by a decision.
type recordWrites struct {
	store.Store
	mu sync.Mutex
	n  map[store.Subject]int
}

// Commit implements store.Store.
func (w *recordWrites) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := w.Store.Commit(ctx, changes)
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range changes {
		if !slices.Contains(lost, changes[i].Subject) {
			w.n[changes[i].Subject]++
		}
	}
	return lost, err
}

func (w *recordWrites) of(s store.Subject) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n[s]
}

// TestAMessageThatWaitsCostsOneWriteAndOneTask, which is short: Redis has it as long as the message waits. It costs another write when it is sent.
func TestAMessageThatWaitsCostsOneWriteAndOneTask(t *testing.T) {
	t.Parallel()
	const n = 20
	var w *recordWrites
	b := newBundle(t, setup{wrap: func(db store.Store) store.Store {
		w = &recordWrites{Store: db, n: make(map[store.Subject]int)}
		return w
	}})
	b.define(`{"properties": {"acme": {"triggers": [{"name": "Hello", "type": "site", "delay": "10m", "expiry": "1h", "message": "Hello"}]}}}`)
	b.worker()
	b.quiet()
	began := b.clock.now().Truncate(time.Second)
	var events []event.Event
	var visitors []store.Subject
	for i := range n {
		visitor := fmt.Sprint("visitor-", i)
		e := event.NewVisitorArrived("acme", visitor, "visit-1")
		e.Time = began
		events, visitors = append(events, e), append(visitors, store.VisitorSubject("acme", visitor))
	}
	written := func(times int) func() bool {
		return func() bool {
			return !slices.ContainsFunc(visitors, func(v store.Subject) bool { return w.of(v) != times })
		}
	}
	b.send(events...)
	redistest.Wait(t, "each message has a task", func() bool { return len(b.wakeUps()) == n })
	for _, task := range b.wakeUps() {
		if len(task.ID) > 20 || len(task.Payload) > 100 {
			t.Errorf("a task of %d bytes, with an id of %d: %s", len(task.Payload), len(task.ID), task.Payload)
		}
	}
	if !written(1)() {
		t.Errorf("each record is written once, and not so: %v", w.n)
	}
	b.crosses(began.Add(10 * time.Minute))
	redistest.Wait(t, "each message was sent", func() bool { return hellos(b) == n })
	if !written(2)() {
		t.Errorf("each record is written once more, and not so: %v", w.n)
	}
}

// hellos is how many messages were sent.
func hellos(b *bundle) (n int) {
	for _, a := range b.actions(store.DefaultDestination) {
		if a.Type == action.MessageSend {
			n++
		}
	}
	return n
}

func TestAMessageWhoseTaskIsGoneStillGoesOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {"triggers": [{"name": "Help", "type": "rescue", "delay": "10s", "message": "We are nearly with you"}]}}}`) // its task comes two seconds early: there are eight seconds to remove it
	b.worker()
	b.quiet()
	tasks := asynq.NewInspectorFromRedisClient(b.rdb)
	redistest.Within(t, 7*time.Second, "a message after its time", func() time.Duration {
		return b.comforts(10*time.Second, func() {
			redistest.Wait(t, "the task waits", func() bool { return len(b.wakeUps()) == 1 })
			b.must(tasks.DeleteTask("deskbell-timer", b.wakeUps()[0].ID))
		})
	})
}

// often are properties that greet on a page, at once and a second later, with a limit of
// how often.
const often = `{"properties": {
	"visitor": {"triggers": [{"name": "Now", %[1]s}, {"name": "Soon", "delay": "1s", %[1]s}]},
	"visit":   {"triggers": [{"name": "Now", "frequency": "once_per_visit", %[1]s}, {"name": "Soon", "delay": "1s", "frequency": "once_per_visit", %[1]s}]},
	"every":   {"triggers": [{"name": "Now", "frequency": {"every": "10m"}, %[1]s}, {"name": "Soon", "delay": "1s", "frequency": {"every": "10m"}, %[1]s}]},
	"one":     {"triggers": [{"name": "Now", "frequency": "every_time", %[1]s}, {"name": "Soon", "delay": "1s", "frequency": "every_time", %[1]s}],
		"one_proactive_message_per_visit": true}
}}`

// TestOneMessageHoweverOftenItIsCausedAtOnce lets visitors see a page in two tabs of each of
// two visits at once, and sends two workers each view three times.
func TestOneMessageHoweverOftenItIsCausedAtOnce(t *testing.T) {
	t.Parallel()
	const visitors = 40 // of each property
	b := newBundle(t, setup{})
	b.define(fmt.Sprintf(often, `"type": "page", "url": {"contains": "/pricing"}, "message": "hi", "expiry": "1h"`))
	b.worker()
	b.worker()
	b.quiet()
	want := make(map[string]int)
	var all sync.WaitGroup
	for i := range visitors {
		for property, each := range map[string][]string{
			"visitor": {"Now", "Soon"}, "every": {"Now", "Soon"}, "visit": {"Now 1", "Soon 1", "Now 2", "Soon 2"}, "one": {"1", "2"},
		} {
			visitor := fmt.Sprint(property, i)
			for _, message := range each {
				want[visitor+" "+message] = 1
			}
			for n := range 12 {
				visit, tab := fmt.Sprint(1+n%2), fmt.Sprint("tab", n/2%2)
				all.Go(func() {
					e := event.New(event.PageViewed, event.Data{
						Property: property, Visitor: visitor, Visit: visit, Page: event.Page{URL: "https://example.com/pricing"},
					})
					b.sendOrFail(named(visit+tab, e))
				})
			}
		}
	}
	all.Wait()
	defer func() {
		got := make(map[string]int)
		for _, a := range b.visitorActions() {
			of := map[string]string{"visitor": a.data.Trigger, "every": a.data.Trigger, "visit": a.data.Trigger + " " + a.data.Visit, "one": a.data.Visit}
			got[a.data.Visitor+" "+of[a.data.Property]]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}()
	redistest.Wait(t, "all are greeted", func() bool { return len(b.messages()) >= len(want) })
	pauseUntil(b, b.clock.now().Add(2*time.Second)) // beyond the last timer
	b.quiet()
}

func TestEditsHoldForMessagesThatWait(t *testing.T) {
	t.Parallel()
	const delay, longest = 3 * time.Second, time.Minute
	help := func(delay time.Duration, keys string) string {
		return fmt.Sprintf(`{"properties": {"acme": {"triggers": [{"name": "Help", "type": "rescue", "delay": %q, %s}]}}}`, delay, keys)
	}
	define := func(keys string) func(*bundle, time.Duration) {
		return func(b *bundle, delay time.Duration) { b.define(help(delay, keys)) }
	}
	for _, c := range []struct {
		name string
		edit func(*bundle, time.Duration)
		want []string
	}{
		{"left alone", func(*bundle, time.Duration) {}, []string{"v1: before"}},
		{"edited", define(`"message": "after"`), []string{"v1: after"}},
		{"disabled", define(`"message": "before", "enabled": false`), nil},
		{"deleted", func(b *bundle, _ time.Duration) { b.define(`{"properties": {"acme": {}}}`) }, nil},
		{"deleted with its property", func(b *bundle, _ time.Duration) { b.define(`{"properties": {"other": {}}}`) }, nil},
		{"of a property that closes", func(b *bundle, _ time.Duration) { b.override("acme", false) }, nil},
	} {
		// edited gives the message that a visitor gets when the edit comes while the message waits for a
		// delay; ok is false where the machine was so busy that the edit came later.
		edited := func(t *testing.T, delay time.Duration) (heard []string, ok bool) {
			t.Helper()
			b := newBundle(t, setup{})
			b.define(help(delay, `"message": "before"`))
			b.worker()
			b.quiet()
			due := b.clock.now().Add(delay)
			b.send(requested("v1", "c1"))
			redistest.Wait(t, "the message waits", func() bool { return len(b.wakeUps()) == 1 || !b.clock.now().Before(due) })
			c.edit(b, delay)
			ok = b.clock.now().Before(due)
			pauseUntil(b, due.Add(500*time.Millisecond))
			b.quiet()
			return b.messages(), ok
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			heard, ok := edited(t, delay)
			for wait := 2 * delay; !ok && wait < longest; wait *= 2 {
				heard, ok = edited(t, wait)
			}
			if diff := cmp.Diff(c.want, heard); diff != "" || !ok {
				t.Errorf("the edit came in time: %t; heard (-want +got):\n%s", ok, diff)
			}
		})
	}
}

package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// history is a store that notes on which revision of a visitor each message and each
// answer was decided. Revisions, and not the clock, say which was first.
type history struct {
	jobs.Store
	*noted
}

type noted struct {
	now       func() time.Time
	mu        sync.Mutex
	due       map[jobs.Subject]time.Time // of the timer
	sent      map[jobs.Subject]time.Time // of the answer
	spoken    map[jobs.Subject][]int64
	answered  map[jobs.Subject]int64
	contended map[string]int // by property: messages and answers whose decision was lost, and made anew
	comforted map[string]int // by property: visitors who had a message before their answer
	in        map[string]int // by property: answers taken in

	timerTakes, answerTakes time.Duration // the last of each, until it was committed
}

// Commit implements jobs.Store. It takes its time, so that the other worker comes in between.
func (h history) Commit(ctx context.Context, changes []jobs.Change) ([]jobs.Subject, error) {
	<-time.After(rand.N(20 * time.Millisecond))
	lost, err := h.Store.Commit(ctx, changes)
	if err == nil {
		h.note(changes, lost)
	}
	return lost, err
}

func (n *noted) note(changes []jobs.Change, lost []jobs.Subject) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	for _, c := range changes {
		property, _, ok := c.Subject.Visitor()
		if !ok {
			continue
		}
		speaks := slices.ContainsFunc(c.Actions, jobs.Outgoing.Leaves) // others only show what is held back
		answer := slices.Contains(c.Heard, event.DefaultSource+" answer")
		if slices.Contains(lost, c.Subject) {
			if answer || speaks {
				n.contended[property]++
			}
			continue
		}
		if speaks {
			n.spoken[c.Subject] = append(n.spoken[c.Subject], c.Rev)
			if due := n.due[c.Subject]; !due.IsZero() {
				n.timerTakes = now.Sub(due)
			}
		}
		if answer {
			n.answered[c.Subject] = c.Rev
			n.in[property]++
			if len(n.spoken[c.Subject]) > 0 {
				n.comforted[property]++
			}
			if sent := n.sent[c.Subject]; !sent.IsZero() {
				n.answerTakes = now.Sub(sent)
			}
		}
	}
}

// answerAt is when to send the answer for it to meet the timer: so they meet on any machine.
func (n *noted) answerAt(due time.Time) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return due.Add(n.timerTakes - n.answerTakes + rand.N(20*time.Millisecond) - 10*time.Millisecond)
}

// begins notes when a timer is due, and answers when its answer is sent.
func (n *noted) begins(s jobs.Subject, due time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.due[s] = due
}

func (n *noted) answers(s jobs.Subject) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent[s] = n.now()
}

// knows tells whether an answer was taken in.
func (n *noted) knows(s jobs.Subject) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ok := n.answered[s]
	return ok
}

// raced tells whether a race occurred in each of some properties, and was won by either side.
func (n *noted) raced(properties []string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !slices.ContainsFunc(properties, func(p string) bool {
		return n.contended[p] == 0 || n.comforted[p] == 0 || n.comforted[p] == n.in[p]
	})
}

// comforting are properties that say something when nobody answers, each by another of the
// ways that there are. The delay is that of the race below.
const comforting = `{"properties": {
	"rescue":     {"triggers": [{"name": "Help", "type": "rescue", "delay": "3s", "message": "nearly"}]},
	"unanswered": {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "2s", "delay": "1s", "message": "nearly"}]},
	"lasting":    {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "3s", "message": "nearly"}]},
	"ladder":     {"triggers": [], "rescue": [{"after": "3s", "send_message": "nearly"}]},
	"reply":      {"triggers": [], "schedule": "daily 0-24", "auto_replies": {"during": "One moment"}}
}}`

// withoutTimer is the property that speaks at once.
const withoutTimer = "reply"

// TestNobodyIsComfortedWhoWasAnswered lets the agent's answer and the visitor's timer
// come at the same time, on two workers, thousands of times, and until a race of each kind was
// won by either side. An auto-reply has no timer: there the answer comes at the time of the
// visitor's message.
func TestNobodyIsComfortedWhoWasAnswered(t *testing.T) {
	t.Parallel()
	const least, most, atOnce, delay = 3000, 12_000, 300, 3 * time.Second
	properties := []string{"rescue", "unanswered", "lasting", "ladder", withoutTimer}
	n := &noted{
		due: make(map[jobs.Subject]time.Time), sent: make(map[jobs.Subject]time.Time),
		spoken: make(map[jobs.Subject][]int64), answered: make(map[jobs.Subject]int64),
		contended: make(map[string]int), comforted: make(map[string]int), in: make(map[string]int),
	}
	b := newBundle(t, setup{wrap: func(s jobs.Store) jobs.Store { return history{s, n} }})
	n.now = b.clock.now
	b.define(comforting)
	b.worker()
	b.worker()
	b.quiet()
	chat := func(i int) {
		property, visitor, chat := properties[i%len(properties)], fmt.Sprint("v", i), fmt.Sprint("c", i)
		subject := jobs.VisitorSubject(property, visitor)
		asked := named("request", event.New(event.ChatRequested, event.Data{Property: property, Visitor: visitor, Chat: chat, Text: "Hello?"}))
		asked.Time = b.clock.now()
		answer := named("answer", event.New(event.ChatMessage, event.Data{Property: property, Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
		if i/len(properties)%2 == 0 { // else they are found by the chat
			answer.Data.Visitor = visitor
		}
		if property == withoutTimer {
			answer.Time = asked.Time
			var both sync.WaitGroup
			both.Go(func() { b.sendOrFail(answer) })
			both.Go(func() { b.sendOrFail(asked) })
			both.Wait()
		} else {
			due := asked.Time.Add(delay)
			n.begins(subject, due)
			b.sendOrFail(asked)
			pauseUntil(b, due.Add(-delay/2))
			pauseUntil(b, n.answerAt(due))
			n.answers(subject)
			b.sendOrFail(answer)
		}
		redistest.Wait(t, "the answer is taken in", func() bool { return t.Failed() || n.knows(subject) })
	}
	var chats atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := chats.Add(1); i <= least || i <= most && !n.raced(properties); i = chats.Add(1) {
				chat(int(i))
			}
		})
	}
	all.Wait()
	pauseUntil(b, b.clock.now().Add(delay)) // beyond the last due time
	b.quiet()
	for s, revs := range n.spoken {
		if len(revs) > 1 {
			t.Errorf("%s was comforted %d times", s, len(revs))
		}
		if answered := n.answered[s]; revs[0] >= answered {
			t.Errorf("%s was comforted on revision %d, and answered on %d", s, revs[0], answered)
		}
	}
	for _, p := range properties {
		t.Logf("%s: %d of %d were comforted before the answer came; %d decisions were lost to the other worker", p, n.comforted[p], n.in[p], n.contended[p])
	}
	if !n.raced(properties) {
		t.Error("there was no race, or always the same won: it shows nothing")
	}
}

// sendOrFail is send for goroutines.
func (b *bundle) sendOrFail(events ...event.Event) {
	if err := b.client.Send(b.Context(), events...); err != nil {
		b.Error(err)
	}
}

// until is how long it takes until an instant of the clock.
func (c *clock) until(t time.Time) time.Duration { return t.Sub(c.now()) }

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

func TestAWakeUpIsNamedByWhatItIsForAndCancelledWhereNothingIsDue(t *testing.T) {
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
		return fmt.Sprintf("wake:acme:v1:%s:%d", cause, began.Add(after).UnixMilli())
	}
	for _, step := range []struct {
		name string
		e    event.Event
		want []string
	}{
		{"arrived", event.NewVisitorArrived("acme", "v1", "s1"), []string{at("s1:Hello", time.Hour)}},
		{"saw prices: what comes after the next is left", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/prices"}),
			[]string{at("s1:Hello", time.Hour), at("s1:Prices", 30*time.Minute)}},
		{"saw another page", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/"}), []string{at("s1:Hello", time.Hour)}},
		{"asked for a chat", event.NewChatRequested("acme", "v1", "c1"), []string{at("chat:c1", 10*time.Minute), at("s1:Hello", time.Hour)}},
		{"was answered", event.NewAgentMessage("acme", "c1", "lea", "Hi!"), []string{at("s1:Hello", time.Hour)}},
	} {
		step.e.Time = began
		if step.name == "saw another page" {
			step.e.Time = began.Add(time.Millisecond)
		}
		b.send(step.e)
		var got []string
		redistest.Wait(t, fmt.Sprint(step.name, ": ", step.want), func() bool {
			got = nil
			for _, task := range b.wakeUps() {
				got = append(got, task.ID)
			}
			slices.Sort(got)
			return slices.Equal(got, step.want)
		})
	}
}

func TestAMessageWhoseTaskIsGoneStillGoesOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {"triggers": [{"name": "Help", "type": "rescue", "delay": "4s", "message": "We are nearly with you"}]}}}`)
	b.worker()
	b.quiet()
	tasks := asynq.NewInspectorFromRedisClient(b.rdb)
	redistest.Within(t, 7*time.Second, "a message after its time", func() time.Duration {
		return b.comforts(4*time.Second, func() {
			redistest.Wait(t, "the task waits", func() bool { return len(b.wakeUps()) == 1 })
			b.must(tasks.DeleteTask("deskbell-timer", b.wakeUps()[0].ID))
		})
	})
}

// often are properties that greet on a page, at once and a second later, and say how often.
const often = `{"properties": {
	"visitor": {"triggers": [{"name": "Now", %[1]s}, {"name": "Soon", "delay": "1s", %[1]s}]},
	"visit":   {"triggers": [{"name": "Now", "frequency": "once_per_visit", %[1]s}, {"name": "Soon", "delay": "1s", "frequency": "once_per_visit", %[1]s}]},
	"every":   {"triggers": [{"name": "Now", "frequency": {"every": "10m"}, %[1]s}, {"name": "Soon", "delay": "1s", "frequency": {"every": "10m"}, %[1]s}]},
	"one":     {"triggers": [{"name": "Now", "frequency": "every_time", %[1]s}, {"name": "Soon", "delay": "1s", "frequency": "every_time", %[1]s}],
		"one_proactive_message_per_visit": true}
}}`

// TestOneMessageHoweverOftenItIsCausedAtOnce lets visitors see a page in two tabs of each of
// two visits at once, and tells two workers of each view three times.
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
	redistest.Wait(t, "all are greeted", func() bool { return len(b.messages()) >= len(want) })
	pauseUntil(b, b.clock.now().Add(2*time.Second)) // beyond the last timer
	b.quiet()
	got := make(map[string]int)
	for _, a := range b.visitorActions() {
		of := map[string]string{"visitor": a.data.Trigger, "every": a.data.Trigger, "visit": a.data.Trigger + " " + a.data.Visit, "one": a.data.Visit}
		got[a.data.Visitor+" "+of[a.data.Property]]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
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
		// edited gives what a visitor hears when the edit comes while the message waits for a
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

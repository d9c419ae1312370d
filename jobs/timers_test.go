package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// history is a store that notes on which revision of a visitor each message and each
// answer was decided. Revisions, and not the clock, say which was first.
type history struct {
	jobs.Store
	*noted
}

// leadStep is how much sooner the next answer is sent after one that came too late, and how
// much later after one that came in time: so they meet the timers on any machine.
const leadStep = 3 * time.Millisecond

type noted struct {
	mu        sync.Mutex
	spoken    map[jobs.Subject][]int64
	answered  map[jobs.Subject]int64
	contended map[string]int // by property: messages and answers whose decision was lost, and made anew
	lead      time.Duration  // how long before the timer an answer is to be sent
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
			n.leads(property, leadStep)
		}
		if answer {
			n.answered[c.Subject] = c.Rev
			if len(n.spoken[c.Subject]) == 0 {
				n.leads(property, -leadStep)
			}
		}
	}
}

// leads moves the answers that are still to come.
func (n *noted) leads(property string, by time.Duration) {
	if property != withoutTimer {
		n.lead += by
	}
}

// early is how long before the timer an answer is to be sent now.
func (n *noted) early() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lead
}

// comforting are properties that say something when nobody answers, each by another of the
// ways that there are. The delay is that of the race below.
const comforting = `{"properties": {
	"rescue":     {"triggers": [{"name": "Help", "type": "rescue", "delay": "4s", "message": "nearly"}]},
	"unanswered": {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "2s", "delay": "2s", "message": "nearly"}]},
	"lasting":    {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "4s", "message": "nearly"}]},
	"ladder":     {"triggers": [], "rescue": [{"after": "4s", "send_message": "nearly"}]},
	"reply":      {"triggers": [], "schedule": "daily 0-24", "auto_replies": {"during": "One moment"}}
}}`

// withoutTimer is the property that speaks at once.
const withoutTimer = "reply"

// TestNobodyIsComfortedWhoWasAnswered lets the agent's answer and the visitor's timer
// come at the same time, on two workers, thousands of times. An auto-reply has no timer:
// there the answer comes at the time of the visitor's message.
func TestNobodyIsComfortedWhoWasAnswered(t *testing.T) {
	t.Parallel()
	const chats, perSecond, delay = 3000, 100, 4 * time.Second
	properties := []string{"rescue", "unanswered", "lasting", "ladder", withoutTimer}
	n := &noted{spoken: make(map[jobs.Subject][]int64), answered: make(map[jobs.Subject]int64), contended: make(map[string]int)}
	b := newBundle(t, setup{wrap: func(s jobs.Store) jobs.Store { return history{s, n} }})
	b.define(comforting)
	b.worker()
	b.worker()
	b.quiet()
	var all sync.WaitGroup
	begin := time.Now()
	for i := range chats {
		all.Go(func() {
			property, visitor, chat := properties[i%len(properties)], fmt.Sprint("v", i), fmt.Sprint("c", i)
			asks := begin.Add(time.Duration(i) * time.Second / perSecond)
			<-time.After(time.Until(asks))
			asked := named("request", event.New(event.ChatRequested, event.Data{Property: property, Visitor: visitor, Chat: chat, Text: "Hello?"}))
			asked.Time = b.clock.now()
			answer := named("answer", event.New(event.ChatMessage, event.Data{Property: property, Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
			if i%2 == 0 { // else they are found by the chat
				answer.Data.Visitor = visitor
			}
			if property == withoutTimer {
				answer.Time = asked.Time
				all.Go(func() { b.sendOrFail(answer) })
				b.sendOrFail(asked)
				return
			}
			b.sendOrFail(asked)
			<-time.After(b.clock.until(asked.Time.Add(delay - 3500*time.Millisecond)))
			<-time.After(b.clock.until(asked.Time.Add(delay - n.early() + rand.N(10*time.Millisecond))))
			b.sendOrFail(answer)
		})
	}
	all.Wait()
	redistest.Wait(t, "all answers are taken in", func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return len(n.answered) == chats
	})
	pauseUntil(b, b.clock.now().Add(time.Second)) // beyond the last due time
	b.quiet()
	comforted := make(map[string]int)
	for s, revs := range n.spoken {
		property, _, _ := s.Visitor()
		comforted[property]++
		if len(revs) > 1 {
			t.Errorf("%s was comforted %d times", s, len(revs))
		}
		if answered := n.answered[s]; revs[0] >= answered {
			t.Errorf("%s was comforted on revision %d, and answered on %d", s, revs[0], answered)
		}
	}
	races := 0 // of timers
	for _, p := range properties {
		if p != withoutTimer {
			races += n.contended[p]
		}
		t.Logf("%s: %d of %d were comforted before the answer came; %d decisions were lost to the other worker",
			p, comforted[p], chats/len(properties), n.contended[p])
	}
	if races == 0 || n.contended[withoutTimer] == 0 {
		t.Error("there was no race: it shows nothing")
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
		return fmt.Sprintf("wake:acme:v1:%s:%d", cause, began.Add(after).UnixMilli())
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
		{"came back", event.NewPageViewed("acme", "v1", "s1", event.Page{URL: "https://acme.example/"}), []string{at("s1:Hello", time.Hour)}},
		{"asked for a chat", event.NewChatRequested("acme", "v1", "c1"), []string{at("chat:c1", 10*time.Minute), at("s1:Hello", time.Hour)}},
		{"was answered", event.NewAgentMessage("acme", "c1", "lea", "Hi!"), []string{at("s1:Hello", time.Hour)}},
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
	asked := b.clock.now()
	b.send(requested("v1", "c1"))
	redistest.Wait(t, "the task waits", func() bool { return len(b.wakeUps()) == 1 })
	b.must(asynq.NewInspectorFromRedisClient(b.rdb).DeleteTask("deskbell-timer", b.wakeUps()[0].ID))
	b.hears("v1: We are nearly with you")
	if late := b.visitorActions()[0].Time.Sub(asked) - 4*time.Second; late < 0 || late > 7*time.Second {
		t.Errorf("it came %s after its time", late)
	}
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
	b.define(fmt.Sprintf(often, `"type": "page", "url": {"contains": "/pricing"}, "message": "hi"`))
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
	help := func(keys string) string {
		return `{"properties": {"acme": {"triggers": [{"name": "Help", "type": "rescue", "delay": "3s", ` + keys + `}]}}}`
	}
	for _, c := range []struct {
		name string
		edit func(*bundle)
		want []string
	}{
		{"left alone", func(*bundle) {}, []string{"v1: before"}},
		{"edited", func(b *bundle) { b.define(help(`"message": "after"`)) }, []string{"v1: after"}},
		{"disabled", func(b *bundle) { b.define(help(`"message": "before", "enabled": false`)) }, nil},
		{"deleted", func(b *bundle) { b.define(`{"properties": {"acme": {}}}`) }, nil},
		{"deleted with its property", func(b *bundle) { b.define(`{"properties": {"other": {}}}`) }, nil},
		{"of a property that closes", func(b *bundle) {
			_, err := b.client.SetOverride(b.Context(), "acme", &hours.Override{From: b.clock.now()})
			b.must(err)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			b.define(help(`"message": "before"`))
			b.worker()
			b.quiet()
			asked := b.clock.now()
			b.send(requested("v1", "c1"))
			redistest.Wait(t, "the message waits", func() bool { return len(b.wakeUps()) == 1 })
			c.edit(b)
			if late := b.clock.now().Sub(asked) - 3*time.Second; late > 0 {
				t.Skipf("the edit took too long: it came %s after the message", late)
			}
			pauseUntil(b, asked.Add(3500*time.Millisecond))
			b.quiet()
			if diff := cmp.Diff(c.want, b.messages()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

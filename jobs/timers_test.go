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
const leadStep = time.Millisecond / 2

type noted struct {
	mu        sync.Mutex
	spoken    map[jobs.Subject][]int64
	answered  map[jobs.Subject]int64
	contended int           // messages and answers whose decision was lost, and made anew
	lead      time.Duration // how long before the timer an answer is to be sent
}

// Commit implements jobs.Store.
func (h history) Commit(ctx context.Context, shard int, changes []jobs.Change) ([]jobs.Subject, error) {
	lost, err := h.Store.Commit(ctx, shard, changes)
	if err != nil {
		return lost, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range changes {
		if _, _, ok := c.Subject.Visitor(); !ok {
			continue
		}
		speaks := slices.ContainsFunc(c.Actions, jobs.Outgoing.Leaves) // others only show what is held back
		answer := slices.Contains(c.Heard, event.DefaultSource+" answer")
		if slices.Contains(lost, c.Subject) {
			if answer || speaks {
				h.contended++
			}
			continue
		}
		if speaks {
			h.spoken[c.Subject] = append(h.spoken[c.Subject], c.Rev)
			h.lead += leadStep
		}
		if answer {
			h.answered[c.Subject] = c.Rev
			if len(h.spoken[c.Subject]) == 0 {
				h.lead -= leadStep
			}
		}
	}
	return lost, nil
}

// early is how long before the timer an answer is to be sent now.
func (n *noted) early() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lead
}

// TestNobodyIsComfortedWhoWasAnswered lets the agent's answer and the visitor's timer
// come at the same time, on two workers, thousands of times.
func TestNobodyIsComfortedWhoWasAnswered(t *testing.T) {
	t.Parallel()
	const chats, perSecond, delay = 3000, 200, 2 * time.Second
	n := &noted{spoken: make(map[jobs.Subject][]int64), answered: make(map[jobs.Subject]int64)}
	b := newBundle(t, setup{wrap: func(s jobs.Store) jobs.Store { return history{s, n} }})
	b.define(greeting)
	b.worker()
	b.worker()
	b.quiet()
	var all sync.WaitGroup
	begin := time.Now()
	for i := range chats {
		all.Go(func() {
			visitor, chat := fmt.Sprint("v", i), fmt.Sprint("c", i)
			asks := begin.Add(time.Duration(i) * time.Second / perSecond)
			<-time.After(time.Until(asks))
			asked := named("request", requested(visitor, chat))
			asked.Time = b.clock.now()
			b.sendOrFail(asked)
			<-time.After(b.clock.until(asked.Time.Add(delay - 1500*time.Millisecond)))
			<-time.After(b.clock.until(asked.Time.Add(delay - n.early() + rand.N(10*time.Millisecond))))
			answer := event.New(event.ChatMessage, event.Data{Property: "acme", Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"})
			if i%2 == 0 { // else they are found by the chat
				answer.Data.Visitor = visitor
			}
			b.sendOrFail(named("answer", answer))
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
	comforted := 0
	for s, revs := range n.spoken {
		comforted++
		if len(revs) > 1 {
			t.Errorf("%s was comforted %d times", s, len(revs))
		}
		if answered := n.answered[s]; revs[0] >= answered {
			t.Errorf("%s was comforted on revision %d, and answered on %d", s, revs[0], answered)
		}
	}
	t.Logf("%d of %d were comforted before the answer came; %d decisions were lost to the other worker", comforted, chats, n.contended)
	if n.contended == 0 {
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

func TestOneMessageHoweverOftenItIsCausedAtOnce(t *testing.T) {
	t.Parallel()
	const visitors = 100
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {"triggers": [
		{"name": "Now", "type": "page", "url": {"contains": "/pricing"}, "message": "now", "frequency": "once_per_visit"},
		{"name": "Soon", "type": "page", "url": {"contains": "/pricing"}, "delay": "1s", "message": "soon", "frequency": "once_per_visit"}
	]}}}`)
	b.worker()
	b.worker()
	b.quiet()
	var all sync.WaitGroup
	var want []string
	for i := range visitors {
		visitor := fmt.Sprint("v", i)
		want = append(want, visitor+": now", visitor+": soon")
		for _, id := range []string{"tab1", "tab1", "tab2", "tab2"} {
			all.Go(func() {
				e := event.New(event.PageViewed, event.Data{
					Property: "acme", Visitor: visitor, Visit: visitor + ".1", Page: event.Page{URL: "https://example.com/pricing"},
				})
				b.sendOrFail(named(id, e))
			})
		}
	}
	all.Wait()
	redistest.Wait(t, "all are greeted", func() bool { return len(b.messages()) >= len(want) })
	pauseUntil(b, b.clock.now().Add(2*time.Second)) // beyond the last timer
	b.quiet()
	got := b.messages()
	slices.Sort(got)
	slices.Sort(want)
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

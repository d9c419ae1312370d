package jobs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// deadlines are agents who each have one kind of deadline, and their properties. The zones keep all of them in their hours.
const deadlines = `{
	"properties": {
		"idle":    {"agents": ["lea"], "triggers": []},
		"chat":    {"agents": ["tom"], "triggers": []},
		"session": {"agents": ["ann"], "triggers": []}
	},
	"agents": {
		"lea": {"schedule": "daily 6-20", "idle": {"after": "1m"}},
		"tom": {"schedule": "daily 6-20", "auto_offline_after": "1m"},
		"ann": {"schedule": "daily 6-20", "online_when": "logged_in"}
	},
	"destinations": {"all": {"type": "log"}}
}`

// afterBeat sets the clock so that an instant comes a second after a beat of the workers' cron, in so long at least.
func (c *clock) afterBeat(t time.Time, least time.Duration) {
	c.dueAfter(t.Add(-time.Second), least)
}

// beginsDeadlines lets the time of each agent run from a minute before an instant on.
func (b *bundle) beginsDeadlines(due time.Time) {
	b.Helper()
	at := due.Add(-time.Minute)
	events := []event.Event{
		event.New(event.AgentActive, event.Data{Agent: "lea"}),
		event.New(event.ChatRequested, event.Data{Property: "chat", Visitor: "v1", Chat: "c1"}),
		event.New(event.ChatAssigned, event.Data{Property: "chat", Chat: "c1", Agent: "tom"}),
		event.New(event.AgentLoggedIn, event.Data{Agent: "ann", Session: "desk", TTL: 60}),
	}
	for i := range events {
		events[i].Time = at
	}
	b.must(b.client.Send(b.Context(), events...))
}

// TestDeadlinesOfAgentsComeAtTheirInstant has deadlines that a beat sees ahead, and those that come before the next one.
func TestDeadlinesOfAgentsComeAtTheirInstant(t *testing.T) {
	t.Parallel()
	const beforeTheNextBeat = 3 * time.Second
	for name, least := range map[string]time.Duration{"seen ahead": 8 * time.Second, "soon": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redistest.Within(t, beforeTheNextBeat, "lowering agents", func() time.Duration { return lateDeadlines(t, least) })
		})
	}
}

// lateDeadlines lets deadlines of agents come a second after a beat, in so long at least, and gives how late the last was committed.
func lateDeadlines(t *testing.T, least time.Duration) (latest time.Duration) {
	t.Helper()
	b := newBundle(t, setup{clock: morning(9, 0)})
	b.define(deadlines)
	first, second := b.worker(), b.worker()
	b.quiet()
	due := morning(10, 0).Add(33 * time.Second)
	b.clock.afterBeat(due, least)
	b.beginsDeadlines(due)
	want := map[string]string{"lea": "away idle", "tom": "offline auto_offline", "ann": "offline not_logged_in"}
	redistest.Wait(t, "all are gone", func() bool { return cmp.Equal(want, b.lowered(due)) })
	for property, status := range map[string]widget.Status{"idle": widget.Away, "chat": widget.Away, "session": widget.Away} {
		b.becomes(property, status)
	}
	b.quiet()
	for _, a := range b.actions("all") {
		if a.Data.Cause.Boundary.Equal(due) {
			latest = max(latest, a.Time.Sub(due))
		}
	}
	first()
	second()
	return latest
}

// lowered are the statuses that agents got by a deadline: "status reason" by agent.
func (b *bundle) lowered(due time.Time) map[string]string {
	b.Helper()
	got := make(map[string]string)
	for _, a := range b.actions("all") {
		raw, _ := a.Action.Data.(json.RawMessage)
		var s action.AgentStatus
		b.must(json.Unmarshal(raw, &s))
		if a.Type == action.AgentStatusChanged && s.Since.Equal(due) {
			got[a.Data.Agent] = a.Data.Status + " " + a.Data.Reason
		}
	}
	return got
}

// TestASignOfLifeThatWasAcknowledgedInTimeCounts pauses the queue of events while deadlines pass. Nobody is lowered, and no
// widget flips, until the signs from before are taken in.
func TestASignOfLifeThatWasAcknowledgedInTimeCounts(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	b.define(deadlines)
	b.worker()
	b.worker()
	b.quiet()
	due := morning(10, 0).Add(33 * time.Second)
	b.clock.set(due.Add(-30 * time.Second))
	b.beginsDeadlines(due)
	b.quiet()
	before := len(b.actions("all"))
	unpause := b.pauseEvents()
	b.clock.set(due.Add(-500 * time.Millisecond))
	b.must(b.client.Send(t.Context(),
		event.New(event.AgentActive, event.Data{Agent: "ann", Session: "desk"}),
		event.New(event.ChatMessage, event.Data{Property: "chat", Chat: "c1", From: event.FromAgent, Agent: "tom", Text: "Yes?"}),
		event.New(event.ChatAgentJoined, event.Data{Property: "idle", Visitor: "v2", Chat: "c2", Agent: "lea"}),
	))
	for _, who := range []string{"lea", "tom", "ann"} {
		s := store.AgentSubject(who)
		redistest.Wait(b, who+" is not lowered yet", func() bool {
			return strings.Contains(b.rdb.HGet(b.Context(), b.key(s, "state"), string(s)).Val(), `"held":`)
		})
	}
	for _, property := range []string{"idle", "chat", "session"} { // whoever looks at the agents meanwhile
		s := store.PropertySubject(property)
		b.must(b.store.Wake(t.Context(), b.store.Shard(s), []store.Subject{s}, b.clock.now()))
		redistest.Wait(b, property+" is decided", func() bool {
			records, err := b.store.Load(b.Context(), []store.Subject{s})
			b.must(err)
			return !records[0].Woken && b.clock.now().After(due)
		})
	}
	unpause()
	redistest.Wait(b, "the signs are taken in", func() bool { return b.queueOfEvents().Size == 0 })
	b.crosses(due.Add(20 * time.Second))
	for _, a := range b.actions("all")[before:] {
		if a.Type == action.WidgetStateChanged || a.Data.Status != "online" && a.Type == action.AgentStatusChanged {
			t.Errorf("%s %s%s: %s (%s)", a.Type, a.Data.Property, a.Data.Agent, a.Data.Status, a.Data.Reason)
		}
	}
	if left := b.notes(); len(left) > 0 {
		t.Errorf("notes are left: %q", left)
	}
}

// TestADeadlineDoesNotWaitForEventsThatCannotConcernIt has events on their way of another property, and the note of a task that is gone.
func TestADeadlineDoesNotWaitForEventsThatCannotConcernIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0), shards: 1})
	b.define(deadlines)
	b.worker()
	b.quiet()
	due := morning(10, 0).Add(33 * time.Second)
	b.clock.set(due.Add(-20 * time.Second))
	b.beginsDeadlines(due)
	b.quiet()
	b.pauseEvents()
	b.must(b.client.Send(t.Context(), event.New(event.WidgetMaximized, event.Data{Property: "idle", Visitor: "v7"})))
	b.must(b.rdb.ZAdd(t.Context(), enqueue.AcceptedKey(0), redis.Z{Member: enqueue.Lane{}.Note(b.clock.now(), "gone")}).Err())
	b.clock.set(due.Add(-500 * time.Millisecond))
	redistest.Wait(t, "all are gone", func() bool { return len(b.lowered(due)) == 3 })
}

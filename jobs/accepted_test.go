package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// failing is a store that cannot take in the answers of agents for now.
type failing struct {
	store.Store
	fails *atomic.Bool
	tries *atomic.Int64
}

func (f failing) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	for i := range changes {
		if f.fails.Load() && slices.Contains(changes[i].Seen, event.DefaultSource+" answer") {
			f.tries.Add(1)
			return nil, errors.New("no route to host")
		}
	}
	return f.Store.Commit(ctx, changes)
}

// comfortingLater are properties that comfort later than those of comforting.
const comfortingLater = `{"properties": {
	"rescue":     {"triggers": [{"name": "Help", "type": "rescue", "delay": "30s", "message": "nearly"}]},
	"unanswered": {"triggers": [{"name": "Help", "type": "advanced", "on": "chat.unanswered", "after": "20s", "delay": "10s", "message": "nearly"}]},
	"ladder":     {"triggers": [], "rescue": [{"after": "30s", "send_message": "nearly"}]}
}}`

// toComfort is a bundle in which v1 of each property has asked, and is to be comforted in less than half a minute.
func toComfort(t *testing.T, s setup) (b *bundle, due time.Time) {
	b = newBundle(t, s)
	b.define(comfortingLater)
	b.worker()
	b.quiet()
	asked := b.clock.now().UTC().Truncate(time.Millisecond)
	for _, property := range comforters() {
		e := event.New(event.ChatRequested, event.Data{Property: property, Visitor: "v1", Chat: "c1", Text: "Hello?"})
		e.Time = asked
		b.must(b.client.Send(t.Context(), e))
	}
	b.quiet()
	return b, asked.Add(30 * time.Second)
}

func comforters() []string { return []string{"rescue", "unanswered", "ladder"} }

// answers are acknowledged just before the visitors are to be comforted. Half of them do not say who the visitor is.
func (b *bundle) answers(due time.Time) {
	b.Helper()
	b.clock.set(due.Add(-20 * time.Millisecond))
	for i, property := range comforters() {
		e := named("answer", event.New(event.ChatMessage, event.Data{Property: property, Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
		if i%2 == 0 {
			e.Data.Visitor = "v1"
		}
		b.must(b.client.Send(b.Context(), e))
	}
}

// held waits until what is due in some properties waits for events.
func (b *bundle) held(properties ...string) {
	b.Helper()
	for _, property := range properties {
		v := store.VisitorSubject(property, "v1")
		redistest.Wait(b, "what is due in "+property+" is held back", func() bool {
			return strings.Contains(b.rdb.HGet(b.Context(), b.key(v, "state"), string(v)).Val(), `"held":`)
		})
	}
}

func (b *bundle) pauseEvents() (unpause func()) {
	b.Helper()
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	b.must(inspector.PauseQueue(eventQueue))
	return func() { b.must(inspector.UnpauseQueue(eventQueue)) }
}

// notes are the notes of events that were accepted and are not taken in.
func (b *bundle) notes() (notes []string) {
	for _, key := range b.rdb.Keys(b.Context(), "deskbell:{*}:accepted").Val() {
		notes = append(notes, b.rdb.ZRange(b.Context(), key, 0, -1).Val()...)
	}
	return notes
}

// withAnswersThatWait is a bundle whose answers are acknowledged, and not taken in until the queue goes on.
func withAnswersThatWait(t *testing.T) (b *bundle, unpause func()) {
	t.Helper()
	b, due := toComfort(t, setup{})
	unpause = b.pauseEvents()
	b.answers(due)
	return b, unpause
}

// nobodyIsComforted waits until all is done, and fails the test where anybody was.
func (b *bundle) nobodyIsComforted() {
	b.Helper()
	redistest.Wait(b, "the answers are taken in", func() bool { return b.queueOfEvents().Size == 0 })
	b.crosses(b.clock.now().Add(time.Second)) // a sweep has seen all that is due
	b.quiet()
	if got := b.messages(); len(got) > 0 {
		b.Errorf("got %v", got)
	}
	if left := b.notes(); len(left) > 0 {
		b.Errorf("notes are left: %q", left)
	}
}

func TestAnAnswerThatWasAcknowledgedInTimeWins(t *testing.T) {
	t.Parallel()
	t.Run("while its task waits", func(t *testing.T) {
		t.Parallel()
		b, unpause := withAnswersThatWait(t)
		b.held(comforters()...)
		unpause()
		b.nobodyIsComforted()
	})
	t.Run("while its task waits, and other events of the visitor overtake it", func(t *testing.T) {
		t.Parallel()
		b, unpause := withAnswersThatWait(t)
		b.held(comforters()...)
		b.must(b.rdb.Rename(t.Context(), "asynq:{deskbell-event}:pending", "asynq:{deskbell-event}:later").Err())
		unpause()
		for _, property := range comforters() {
			b.must(b.client.Send(t.Context(), event.NewPageViewed(property, "v1", "s1", event.Page{URL: "https://acme.example/"})))
		}
		redistest.Wait(t, "these are taken in", func() bool {
			return b.queueOfEvents().Pending == 0 && len(b.notes()) == 2*len(comforters()) /* an answer has one for the agent, too */
		})
		b.must(b.rdb.Rename(t.Context(), "asynq:{deskbell-event}:later", "asynq:{deskbell-event}:pending").Err())
		b.nobodyIsComforted()
	})
	t.Run("while its task is tried again", func(t *testing.T) {
		t.Parallel()
		f := failing{fails: new(atomic.Bool), tries: new(atomic.Int64)}
		f.fails.Store(true)
		b, due := toComfort(t, setup{wrap: func(db store.Store) store.Store { f.Store = db; return f }})
		b.answers(due)
		b.held(comforters()...)
		redistest.Wait(t, "it fails", func() bool { return f.tries.Load() > 2 })
		f.fails.Store(false)
		b.nobodyIsComforted()
	})
	t.Run("while its task is held by a worker that has died", func(t *testing.T) {
		t.Parallel()
		b, unpause := withAnswersThatWait(t)
		for _, id := range b.rdb.LRange(t.Context(), "asynq:{deskbell-event}:pending", 0, -1).Val() {
			b.must(b.rdb.LMove(t.Context(), "asynq:{deskbell-event}:pending", "asynq:{deskbell-event}:active", "RIGHT", "LEFT").Err())
			b.must(b.rdb.HSet(t.Context(), "asynq:{deskbell-event}:t:"+id, "state", "active").Err())
		}
		unpause()
		b.held(comforters()...)
		redistest.Wait(t, "copies of it are taken in", func() bool { return len(b.notes()) == 0 })
		for _, id := range b.rdb.ZRange(t.Context(), eventLease, 0, -1).Val() {
			b.lease(id, 2*time.Minute)
		}
		b.worker() // at its start asynq gives back the tasks that it can
		b.nobodyIsComforted()
	})
}

// Both the wait and the message have their limits, and the one does not count for the other.
func TestAMessageThatWaitsForEventsIsNotLateByThat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		held     time.Duration
		released bool // the events are taken in then
	}{
		{"until they are taken in, and say nothing to the point", 4 * time.Minute, true},
		{"for five minutes at most", 5*time.Minute + time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, due := toComfort(t, setup{})
			unpause := b.pauseEvents()
			b.clock.set(due.Add(-20 * time.Millisecond))
			for _, property := range comforters() {
				b.must(b.client.Send(t.Context(), event.NewPageViewed(property, "v1", "s1", event.Page{URL: "https://acme.example/"})))
			}
			b.held(comforters()...)
			if got := b.messages(); len(got) > 0 {
				t.Errorf("got %v", got)
			}
			b.clock.set(due.Add(c.held))
			if c.released {
				unpause()
			}
			redistest.Wait(t, "all are comforted", func() bool { return len(b.messages()) == len(comforters()) })
		})
	}
}

func TestAMessageDoesNotWaitForEventsThatCannotConcernIt(t *testing.T) {
	t.Parallel()
	b, due := toComfort(t, setup{shards: 1})
	b.pauseEvents()
	b.must(b.client.Send(t.Context(), named("answer", event.New(event.ChatMessage, event.Data{Property: "other", Visitor: "v1", Chat: "c1", From: event.FromAgent, Text: "Yes?"}))))
	b.must(b.rdb.ZAdd(t.Context(), "deskbell:{0}:accepted", redis.Z{Member: enqueue.Lane{Property: "rescue"}.Note(b.clock.now(), "gone")}).Err()) // its task is not there
	archived, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("event:take", nil), asynq.Queue(eventQueue))
	b.must(err)
	b.must(asynq.NewInspectorFromRedisClient(b.rdb).ArchiveTask(eventQueue, archived.ID))
	b.must(b.rdb.ZAdd(t.Context(), "deskbell:{0}:accepted", redis.Z{Member: enqueue.Lane{Property: "unanswered"}.Note(b.clock.now(), archived.ID)}).Err())
	b.clock.set(due)
	redistest.Wait(t, "all are comforted", func() bool { return len(b.messages()) == len(comforters()) })
}

func TestNotesWhoseTasksAreGoneAreStruckOut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1})
	b.pauseEvents()
	b.must(b.client.Send(t.Context(), arrived("v1")))
	kept := b.notes()
	old := enqueue.Lane{Property: "acme"}.Note(b.clock.now().Add(-time.Hour), "gone")
	b.must(b.rdb.ZAdd(t.Context(), enqueue.AcceptedKey(0), redis.Z{Member: old}).Err())
	b.worker() // reconciles at its start
	redistest.Wait(t, "the old one is struck out", func() bool { return slices.Equal(b.notes(), kept) })
}

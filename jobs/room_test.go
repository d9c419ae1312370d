package jobs_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// dammed is a store that holds up commits until it is told to let them through.
type dammed struct {
	store.Store
	open    chan struct{}
	waiting *atomic.Int64
}

func (s dammed) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	for i := range changes {
		if _, _, visitor := changes[i].Subject.Visitor(); visitor {
			s.waiting.Add(1)
			select {
			case <-s.open:
			case <-ctx.Done():
			}
			break
		}
	}
	return s.Store.Commit(ctx, changes)
}

// Large tasks wait in Redis, where they cost a worker nothing, and not in its memory.
func TestAWorkerTakesUpNoMoreEventsThanItHasRoomFor(t *testing.T) {
	t.Parallel()
	held := dammed{open: make(chan struct{}), waiting: new(atomic.Int64)}
	b := newBundle(t, setup{wrap: func(db store.Store) store.Store { held.Store = db; return held }})
	b.define(greeting)
	const tasks, most = 40, 10 // of nearly a megabyte; eight of them fill the room, and each of two servers may take one more
	for i := range tasks {
		letter := event.New(event.FormSubmitted, event.Data{Property: "acme", Visitor: "v" + strings.Repeat("x", i), Form: event.Form{
			Kind: event.ContactForm, Fields: event.Values{"text": strings.Repeat("x", 30_000), "more": strings.Repeat("y", 30_000)},
		}})
		var list []event.Event
		for range 16 {
			list = append(list, letter)
		}
		_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("event:take", b.events(list...)), asynq.Queue(eventQueue), asynq.Deadline(time.Now().Add(time.Hour)))
		b.must(err)
	}
	b.worker()
	redistest.Wait(t, "some wait for their commit", func() bool { return held.waiting.Load() > 0 && b.queueOfEvents().Active >= most-2 })
	from := b.asked.Load()
	redistest.Wait(t, "it goes on asking Redis", func() bool { return b.asked.Load() > from+100 })
	if q := b.queueOfEvents(); q.Active > most || q.Pending < tasks-most {
		t.Errorf("%d tasks are under way, %d wait; want %d at most to be under way", q.Active, q.Pending, most)
	}
	close(held.open)
	redistest.Wait(t, "all are taken in", func() bool { return b.queueOfEvents().Size == 0 })
}

// A task whose time is up has no handler, and must not keep its room for ever.
func TestTasksWhoseTimeIsUpLeaveTheRoom(t *testing.T) {
	t.Parallel()
	b := welcoming(t)
	for range 20 {
		_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("event:take", []byte(strings.Repeat(" ", 1<<20))),
			asynq.Queue(eventQueue), asynq.Deadline(time.Now().Add(-time.Hour)), asynq.MaxRetry(0))
		b.must(err)
	}
	b.must(b.client.Send(t.Context(), named("e1", arrived("v1"))))
	b.worker()
	redistest.Wait(t, "the visitor is greeted", func() bool { return len(b.messages()) == 1 })
}

package jobs_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/redistest"
)

const eventQueue, eventLease = "deskbell-event", "asynq:{deskbell-event}:lease"

// TestATaskUnderWayHasALease holds asynq to the key that the beat reads.
func TestATaskUnderWayHasALease(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	server := asynq.NewServerFromRedisClient(b.rdb, asynq.Config{
		Queues: map[string]int{eventQueue: 1}, TaskCheckInterval: 10 * time.Millisecond, LogLevel: asynq.FatalLevel,
	})
	begun, end := make(chan struct{}), make(chan struct{})
	b.must(server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		close(begun)
		<-end
		return nil
	})))
	defer server.Shutdown()
	from := time.Now()
	_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("test", nil), asynq.Queue(eventQueue), asynq.TaskID("t1"))
	b.must(err)
	<-begun
	least, most := from.Add(29*time.Second).Unix(), time.Now().Add(30*time.Second).Unix()
	if until := b.rdb.ZScore(t.Context(), eventLease, "t1").Val(); until < float64(least) || until > float64(most) {
		t.Errorf("the lease ends at %.0f; want %d to %d: asynq has changed, and events of dead workers are not found", until, least, most)
	}
	redistest.Within(t, 7*time.Second, "extending the lease, before a beat takes its worker for dead", func() time.Duration {
		until := b.rdb.ZScore(t.Context(), eventLease, "t1").Val()
		redistest.Wait(t, "the lease is extended", func() bool { return b.rdb.ZScore(t.Context(), eventLease, "t1").Val() > until })
		return time.Duration(b.rdb.ZScore(t.Context(), eventLease, "t1").Val()-until) * time.Second
	})
	close(end)
	redistest.Wait(t, "the lease ends with the task", func() bool { return b.rdb.ZCard(t.Context(), eventLease).Val() == 0 })
}

// orphan makes a worker that has died a while ago hold a task with events, and gives its id.
func (b *bundle) orphan(id string, payload []byte, ago time.Duration) {
	b.Helper()
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	b.must(inspector.PauseQueue(eventQueue)) // so that no living worker runs it
	_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("event:take", payload), asynq.Queue(eventQueue), asynq.TaskID(id))
	b.must(err)
	_, err = b.rdb.LMove(b.Context(), "asynq:{deskbell-event}:pending", "asynq:{deskbell-event}:active", "RIGHT", "LEFT").Result()
	b.must(err)
	b.must(b.rdb.HSet(b.Context(), "asynq:{deskbell-event}:t:"+id, "state", "active").Err())
	b.lease(id, ago)
	b.must(inspector.UnpauseQueue(eventQueue))
}

// lease sets how long ago a worker has extended the lease of a task.
func (b *bundle) lease(id string, ago time.Duration) {
	b.Helper()
	until := time.Now().Add(30*time.Second - ago).Unix()
	b.must(b.rdb.ZAdd(b.Context(), eventLease, redis.Z{Score: float64(until), Member: id}).Err())
}

func (b *bundle) events(list ...event.Event) []byte {
	b.Helper()
	for i := range list {
		var err error
		list[i], err = b.client.Intake().Complete(list[i])
		b.must(err)
	}
	payload, err := json.Marshal(enqueue.EventsArgs{Events: list})
	b.must(err)
	return payload
}

// welcoming is a bundle without a worker, with a property that greets visitors and whose widget is online.
func welcoming(t *testing.T) *bundle {
	t.Helper()
	b := newBundle(t, setup{})
	b.define(greeting)
	stop := b.worker()
	b.quiet()
	stop()
	return b
}

// givenBack starts a worker, and waits until asynq has given back all tasks of dead ones, and so many visitors were greeted.
func (b *bundle) givenBack(greeted int) {
	b.Helper()
	b.worker() // at its start asynq gives back the tasks that it can
	redistest.Wait(b, "asynq has given the tasks back", func() bool { return b.queueOfEvents().Size == 0 })
	b.quiet()
	if got := b.messages(); len(got) != greeted {
		b.Errorf("got %v", got)
	}
}

// queueOfEvents is asynq's report on the queue of events.
func (b *bundle) queueOfEvents() *asynq.QueueInfo {
	b.Helper()
	info, err := asynq.NewInspectorFromRedisClient(b.rdb).GetQueueInfo(eventQueue)
	b.must(err)
	return info
}

func TestEventsOfADeadWorkerAreTakenInSoonAndOnce(t *testing.T) {
	t.Parallel()
	b := welcoming(t)
	b.orphan("t1", b.events(named("e1", arrived("v1"))), 20*time.Second)
	b.orphan("t2", b.events(named("e2", arrived("v2"))), 0)
	b.worker()
	defer func() {
		if t.Failed() {
			t.Logf("%+v; leases %v", b.queueOfEvents(), b.rdb.ZRangeWithScores(context.Background(), eventLease, 0, -1).Val())
		}
	}()
	redistest.Wait(t, "the first is greeted", func() bool {
		b.lease("t2", 0) // the worker of the other lives on
		return len(b.messages()) > 0
	})
	if got := b.messages(); len(got) != 1 || got[0] != "v1: Hello there" {
		t.Errorf("got %v; the worker of the other lives", got)
	}
	redistest.Wait(t, "both are greeted", func() bool { return len(b.messages()) == 2 })
	redistest.Wait(t, "asynq has two tasks under way, which it is to give back", func() bool { return b.queueOfEvents().Active == 2 })
	b.lease("t1", 2*time.Minute)
	b.lease("t2", 2*time.Minute)
	b.givenBack(2)
}

// Its leases end by a clock that was wrong, and no other worker can know that.
func TestEventsOfADeadWorkerWhoseClockWasAheadAreTakenIn(t *testing.T) {
	t.Parallel()
	b := welcoming(t)
	b.orphan("t1", b.events(named("e1", arrived("v1"))), -5*time.Minute)
	b.worker()
	redistest.Wait(t, "the visitor is greeted", func() bool { return len(b.messages()) > 0 })
}

func TestAnOrphanThatCannotBeDecodedIsArchivedAndDoesNotLoop(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(greeting)
	b.orphan("bad", []byte(`{"events": 7}`), 20*time.Second)
	b.orphan("copy:copy:copy:worn", b.events(named("e1", arrived("v1"))), 20*time.Second)
	b.worker()
	redistest.Wait(t, "the copy is archived", func() bool { return b.queueOfEvents().Archived == 1 })
	b.orphan("good", b.events(named("e2", arrived("v2"))), 0)
	redistest.Wait(t, "another is greeted, some beats later", func() bool { return len(b.messages()) > 0 })
	if got := b.messages(); len(got) != 1 || got[0] != "v2: Hello there" {
		t.Errorf("got %v", got)
	}
	if q := b.queueOfEvents(); q.Archived != 1 || q.Active != 3 {
		t.Errorf("%d tasks are archived, %d under way; want 1 and 3", q.Archived, q.Active)
	}
}

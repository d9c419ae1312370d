package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// begun starts a server as a worker has it, with a task under way that ends with an error when it is told to.
func (b *bundle) begun(queue, id string) (end chan<- error) {
	b.Helper()
	r := jobs.Connect(b.redis)
	b.Cleanup(func() { _ = r.Close() })
	server := asynq.NewServerFromRedisClient(r.Server, asynq.Config{
		Queues: map[string]int{queue: 1}, TaskCheckInterval: 10 * time.Millisecond, LogLevel: asynq.FatalLevel,
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return time.Hour },
	})
	begins, ends := make(chan struct{}), make(chan error)
	b.must(server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		close(begins)
		return <-ends
	})))
	b.Cleanup(server.Shutdown)
	_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("agent:notify", nil), asynq.Queue(queue), asynq.TaskID(id))
	b.must(err)
	<-begins
	return ends
}

func (b *bundle) info(queue string) *asynq.QueueInfo {
	b.Helper()
	info, err := asynq.NewInspectorFromRedisClient(b.rdb).GetQueueInfo(queue)
	b.must(err)
	return info
}

// Its worker lives, and ends it before any beat could give it a new lease.
func TestATaskThatEndsAfterItsLeaseWasLostEndsAsUsual(t *testing.T) {
	t.Parallel()
	const queue = "deskbell-delivery"
	for _, c := range []struct {
		name                    string
		ends                    error
		retry, archived, hashes int
	}{
		{"well", nil, 0, 0, 0},
		{"badly, and is tried again", errors.New("no route to host"), 1, 0, 1},
		{"for good", asynq.SkipRetry, 0, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			end := b.begun(queue, "t1")
			b.must(b.rdb.Del(t.Context(), "asynq:{"+queue+"}:lease").Err())
			end <- c.ends
			redistest.Wait(t, "the task has ended", func() bool { return b.info(queue).Active == 0 && b.info(queue).Processed == 1 })
			if q := b.info(queue); q.Retry != c.retry || q.Archived != c.archived {
				t.Errorf("%d to be tried again, %d archived; want %d and %d", q.Retry, q.Archived, c.retry, c.archived)
			}
			if n := len(b.rdb.Keys(t.Context(), "asynq:{"+queue+"}:t:*").Val()); n != c.hashes {
				t.Errorf("%d tasks are kept; want %d", n, c.hashes)
			}
		})
	}
}

// A beat gives it a new lease, which its worker then extends: nobody takes it away.
func TestATaskThatRunsKeepsItsWorkerWhenItsLeaseIsLost(t *testing.T) {
	t.Parallel()
	for _, queue := range []string{"deskbell-boundary", "deskbell-delivery", "deskbell-event", "deskbell-timer", "deskbell-upkeep"} {
		t.Run(queue, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			lease := "asynq:{" + queue + "}:lease"
			end := b.begun(queue, "t1")
			b.must(asynq.NewInspectorFromRedisClient(b.rdb).PauseQueue(queue)) // what goes back stays there, to be seen
			b.must(b.rdb.Del(t.Context(), lease).Err())
			b.must(b.rdb.LPush(t.Context(), "asynq:{"+queue+"}:active", "ghost").Err()) // its task is gone
			b.worker()
			redistest.Wait(t, "it has a lease again", func() bool { return b.rdb.ZCard(t.Context(), lease).Val() > 0 })
			first := b.rdb.ZScore(t.Context(), lease, "t1").Val()
			redistest.Wait(t, "its worker extends it", func() bool { return b.rdb.ZScore(t.Context(), lease, "t1").Val() > first })
			b.must(b.rdb.LRem(t.Context(), "asynq:{"+queue+"}:active", 0, "ghost").Err())
			if q := b.info(queue); q.Active != 1 || q.Retry != 0 || b.rdb.ZCard(t.Context(), lease).Val() != 1 {
				t.Errorf("%+v", q)
			}
			end <- nil
			redistest.Wait(t, "it ends well", func() bool { return b.rdb.Exists(t.Context(), "asynq:{"+queue+"}:t:t1").Val() == 0 })
			if lines := b.lines("tasks under way had lost their leases, and got new ones: was asynq's lease key deleted?"); len(lines) != 1 ||
				fmt.Sprint(lines[0].Data["queue"], lines[0].Data["tasks"]) != queue+"1" {
				t.Errorf("the log says %v", lines)
			}
		})
	}
}

func TestEventsOfADeadWorkerWithoutLeasesAreTakenInSoonAndOnce(t *testing.T) {
	t.Parallel()
	b := welcoming(t)
	for i := range 3 {
		b.orphan(fmt.Sprint("t", i), b.events(named(fmt.Sprint("e", i), arrived(fmt.Sprint("v", i)))), 0)
	}
	b.must(b.rdb.Del(t.Context(), eventLease).Err())
	b.worker()
	redistest.Wait(t, "all are greeted", func() bool { return len(b.messages()) == 3 })
	for i := range 3 {
		b.lease(fmt.Sprint("t", i), 2*time.Minute)
	}
	b.givenBack(3)
}

package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestTasksEndOnceThoughTheirMasterDies kills the master of a queue while tasks are under way, and lets them end before a replica is
// elected. asynq writes their ends with contexts that are cancelled by then; without the hooks of Connect, each would run again a minute later.
func TestTasksEndOnceThoughTheirMasterDies(t *testing.T) {
	t.Parallel()
	c := redistest.StartReplicatedCluster(t)
	r := jobs.Connect(c.Options())
	t.Cleanup(func() { _ = r.Close() })
	const queue, key = "some", "asynq:{some}:pending"
	ends := map[string]error{"done": nil, "retried": errors.New("not now"), "archived": fmt.Errorf("never: %w", asynq.SkipRetry)}
	var mu sync.Mutex
	runs := make(map[string]int)
	var begun sync.WaitGroup
	begun.Add(len(ends))
	dead, quiet := make(chan struct{}), logrus.New()
	quiet.SetOutput(io.Discard)
	server := asynq.NewServerFromRedisClient(r.Server, asynq.Config{
		Concurrency: len(ends), Queues: map[string]int{queue: 1}, TaskCheckInterval: 50 * time.Millisecond, Logger: quiet,
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return time.Hour },
	})
	if err := server.Start(asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		mu.Lock()
		runs[task.Type()]++
		mu.Unlock()
		begun.Done()
		<-dead
		return ends[task.Type()]
	})); err != nil {
		t.Fatal(err)
	}
	defer server.Shutdown()
	client := asynq.NewClientFromRedisClient(r.Client)
	for name := range ends {
		if _, err := client.Enqueue(asynq.NewTask(name, nil), asynq.Queue(queue), asynq.TaskID(name), asynq.MaxRetry(3)); err != nil {
			t.Fatal(err)
		}
	}
	begun.Wait()
	master := c.Master(t, key)
	master.StopCopied(t)
	close(dead)
	c.AwaitElection(t, master, key)
	elected := time.Now()
	inspect := asynq.NewInspectorFromRedisClient(r.Client)
	state := func(name string) string {
		task, err := inspect.GetTaskInfo(queue, name)
		if errors.Is(err, asynq.ErrTaskNotFound) {
			return "gone"
		} else if err != nil {
			return err.Error()
		}
		return fmt.Sprint(task.State, " after ", task.Retried)
	}
	for name, want := range map[string]string{"done": "gone", "retried": "retry after 1", "archived": "archived after 0"} {
		redistest.Wait(t, name+" is "+want, func() bool { return state(name) == want })
	}
	t.Logf("all had ended %.1f s after the election", time.Since(elected).Seconds())
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(map[string]int{"done": 1, "retried": 1, "archived": 1}, maps.Clone(runs)); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	if n := r.Client.LLen(t.Context(), "asynq:{some}:active").Val(); n != 0 {
		t.Errorf("%d are still under way", n)
	}
}

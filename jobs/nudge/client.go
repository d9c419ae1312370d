package nudge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The keys below are asynq's own. TestClientKnowsTheScriptsOfAsynq holds them to it.
const (
	pendingKey   = "}:pending"
	scheduledKey = "}:scheduled"
	retryKey     = "}:retry"
)

func keyOf(queue, key string) string { return "asynq:{" + queue + key }

// queueOf is the queue of a key.
func queueOf(key string) string {
	_, rest, _ := strings.Cut(key, "{")
	queue, _, _ := strings.Cut(rest, "}")
	return queue
}

// Client is the Redis client of one asynq server. Its looks for tasks wait until there may be one; all other commands go through. A server
// with a Client needs a TaskCheckInterval of a millisecond.
type Client struct {
	redis.UniversalClient
	watch  *Watch
	queues []string
	helps  bool

	signal  chan struct{} // of size 1: has a value when there may be a task
	stopped chan struct{} // closed when the server takes no more tasks
	stop    sync.Once

	// Of the one goroutine in which asynq looks for tasks.
	empty  int // queues that were empty, one after the other
	found  int // tasks that were found, one after the other
	helper *Client
}

// helpAfter is how many tasks a server finds in a row before its helper joins in.
const helpAfter = 8

// Client makes the client of a server, which has these queues. They count as one server's: all have to be empty before it waits.
func (w *Watch) Client(rdb redis.UniversalClient, queues []string) *Client {
	c := &Client{UniversalClient: rdb, watch: w, queues: queues, signal: make(chan struct{}, 1), stopped: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clients[c] = true
	return c
}

// Helper makes the client of a second server of the same queues. It joins in when there are more tasks than the first can fetch, and else
// asks nothing. Call it before the first server starts.
func (c *Client) Helper() *Client {
	helper := c.watch.Client(c.UniversalClient, c.queues)
	helper.helps = true
	c.helper = helper
	return helper
}

// Stop lets the server take no more tasks: each look for one is answered at once that there is none. Call it before the server's own Stop,
// which waits for the look that is under way.
func (c *Client) Stop() {
	c.stop.Do(func() {
		c.watch.mu.Lock()
		defer c.watch.mu.Unlock()
		delete(c.watch.clients, c)
		close(c.stopped)
	})
}

// EvalSha runs a script. Scripts of asynq that take a task wait before; after those that put one into a queue, the queue's servers are woken.
func (c *Client) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	switch {
	case takes(keys):
		if !c.await() {
			return answer(ctx, nil, redis.Nil)
		}
	case forwards(keys) && !c.watch.delayed.Load():
		return answer(ctx, int64(0), nil)
	}
	return c.note(keys, c.UniversalClient.EvalSha(ctx, sha1, keys, args...))
}

// Eval is what asynq calls after an EvalSha by which Redis did not know the script: that one has waited.
func (c *Client) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return c.note(keys, c.UniversalClient.Eval(ctx, script, keys, args...))
}

func answer(ctx context.Context, val any, err error) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	cmd.SetVal(val)
	cmd.SetErr(err)
	return cmd
}

// waitMost is how long a look waits at most. asynq has reckoned before when the lease of the task ends that the look may find,
// half a minute later: a look that waited for longer would take a task with a lease that has ended, and asynq would drop that.
const waitMost = time.Second

// await waits while all queues are known to be empty; false: nobody has said that there is a task, or the server has been stopped.
func (c *Client) await() bool {
	if c.empty >= len(c.queues) {
		timer := time.NewTimer(waitMost)
		defer timer.Stop()
		select {
		case <-c.signal:
			c.empty = 0
		case <-timer.C:
			return false
		case <-c.stopped:
			return false
		}
	}
	select {
	case <-c.stopped:
		return false
	default:
		return true
	}
}

// note draws the conclusions of a script's answer.
func (c *Client) note(keys []string, cmd *redis.Cmd) *redis.Cmd {
	err := cmd.Err()
	switch {
	case takes(keys):
		c.took(err)
	case err == nil && puts(keys):
		if n, ok := cmd.Val().(int64); !ok || n != 0 {
			c.watch.Send(queueOf(keys[slices.IndexFunc(keys, isPending)]))
		}
	}
	return cmd
}

// took counts what looks for tasks have found. After another error than that there is none, nothing is known.
func (c *Client) took(err error) {
	switch {
	case errors.Is(err, redis.Nil):
		c.empty, c.found = c.empty+1, 0
	case err != nil:
		c.empty = 0
	default:
		c.empty = 0
		if c.found++; c.found >= helpAfter && c.helper != nil {
			c.found = 0
			c.helper.wake()
		}
	}
}

// wake lets a server look that waits, or one more time where it looks just now.
func (c *Client) wake() {
	select {
	case c.signal <- struct{}{}:
	default: // it will look already
	}
}

func isPending(key string) bool { return strings.HasSuffix(key, pendingKey) }

// takes tells whether a script takes a task: asynq's only one whose first key is the list of tasks that wait.
func takes(keys []string) bool { return len(keys) > 0 && isPending(keys[0]) }

// puts tells whether a script puts tasks into a queue: some that were delayed, or one that is handed back.
func puts(keys []string) bool { return !takes(keys) && slices.ContainsFunc(keys, isPending) }

// forwards tells whether a script puts tasks into a queue that were delayed and are due.
func forwards(keys []string) bool {
	return len(keys) == 2 && isPending(keys[1]) && (strings.HasSuffix(keys[0], scheduledKey) || strings.HasSuffix(keys[0], retryKey))
}

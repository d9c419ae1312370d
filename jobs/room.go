package jobs

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/client"
)

// asynq counts the tasks that a worker has under way, and not their bytes. Tasks with events are of some hundred bytes each, or of
// a megabyte: two hundred and fifty-six of the small ones share a few commits, and as many of the large ones took a gigabyte. So a worker has
// a room for the payloads of its tasks with events. While it is full, the worker takes no further one from Redis, where they cost
// it nothing. What is decoded at once is then bounded, too: it is made of these payloads.

const (
	// eventBytes is the size of the room. Tasks are still taken up as long as it is not full, so that there may be two more, one for each
	// server. Eight megabytes are enough for as many tasks of 50 events as a worker has at once.
	eventBytes = 8 << 20

	// roomWait is how long a server waits for room. Then it thinks that its queue is empty, and asks again after a moment: so it
	// can be stopped meanwhile.
	roomWait = 500 * time.Millisecond

	// beginsWithin is how long after a task was taken from Redis its handler begins at the latest. A task that has none, since its
	// deadline is past, needs its room no more after that.
	beginsWithin = time.Second
)

// room counts the bytes of the tasks with events that are under way. A nil one is never full.
type room struct {
	mu     sync.Mutex
	used   int
	coming []*coming     // in the order in which they were taken from Redis
	freed  chan struct{} // closed when some bytes are free again; nil: nobody waits
}

// coming is a task that was taken from Redis, and has not begun.
type coming struct {
	bytes   int
	expires *time.Timer
}

// await waits a while until the room is not full, and tells whether it is not.
func (r *room) await() bool {
	timer := time.NewTimer(roomWait)
	defer timer.Stop()
	for {
		r.mu.Lock()
		if r.used < eventBytes {
			r.mu.Unlock()
			return true
		}
		if r.freed == nil {
			r.freed = make(chan struct{})
		}
		freed := r.freed
		r.mu.Unlock()
		select {
		case <-freed:
		case <-timer.C:
			return false
		}
	}
}

// expect makes room for a task that was taken from Redis.
func (r *room) expect(bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used += bytes
	c := &coming{bytes: bytes}
	c.expires = time.AfterFunc(beginsWithin, func() { r.expire(c) })
	r.coming = append(r.coming, c)
}

func (r *room) expire(c *coming) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.coming {
		if other == c {
			r.coming = append(r.coming[:i], r.coming[i+1:]...)
			r.free(c.bytes)
			return
		}
	}
}

// begin is called when a task begins. Which of the expected ones it is does not matter: each of them begins once.
func (r *room) begin(bytes int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used += bytes
	if len(r.coming) > 0 {
		c := r.coming[0]
		r.coming = r.coming[1:]
		c.expires.Stop()
		r.free(c.bytes)
	}
}

// end is called when a task has ended.
func (r *room) end(bytes int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free(bytes)
}

// free is called under the lock.
func (r *room) free(bytes int) {
	r.used -= bytes
	if r.freed != nil {
		close(r.freed)
		r.freed = nil
	}
}

// hold counts the bytes of each task while it is handled. It is a middleware of the servers of events.
func (r *room) hold(next asynq.Handler) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, t *asynq.Task) error {
		r.begin(len(t.Payload()))
		defer r.end(len(t.Payload()))
		return next.ProcessTask(ctx, t)
	})
}

// roomHook is a hook on the client of asynq's servers. It lets no task with events be taken from Redis while the room is full.
type roomHook struct{ *room }

var _ redis.Hook = roomHook{}

// DialHook implements redis.Hook.
func (roomHook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (roomHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook implements redis.Hook.
func (h roomHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !takesEvents(cmd.Args()) {
			return next(ctx, cmd)
		}
		if !h.await() {
			cmd.SetErr(redis.Nil)
			return redis.Nil
		}
		err := next(ctx, cmd)
		if c, ok := cmd.(*redis.Cmd); ok && err == nil {
			if message, err := c.Text(); err == nil {
				h.expect(len(message))
			}
		}
		return err
	}
}

// takesEvents tells whether a command takes a task from a queue of events. asynq's script is the only one whose first key is the list of
// tasks that wait.
func takesEvents(args []any) bool {
	if len(args) < 4 {
		return false
	}
	key, _ := args[3].(string)
	return strings.HasPrefix(key, "asynq:{"+client.EventQueue) && strings.HasSuffix(key, "}:pending")
}

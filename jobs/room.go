package jobs

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/enqueue"
)

// asynq counts the tasks that a worker has under way, and not their bytes. Tasks with events are of some hundred bytes each, or of
// a megabyte: two hundred and fifty-six of the small ones share a few commits, and as many of the large ones took a gigabyte. So a worker has
// a room for the payloads of its tasks with events. While it is full, the worker takes no further one from Redis, where they cost
// it nothing. What is decoded at once is then bounded, too: it is made of these payloads.

const (
	// eventBytes is the size of the room. Tasks are still taken up as long as it is not full, so that there may be two more, one for each
	// server. Eight megabytes are enough for as many tasks of 50 events as a worker has at once.
	eventBytes = 8 << 20

	// roomWait is how long a server waits for room. Then it thinks that its queue is empty, and is woken when there is room: so it
	// can be stopped meanwhile. A task that has not begun within that time needs no room: its deadline was past, and it has no handler.
	roomWait = 500 * time.Millisecond
)

// room counts the bytes of the tasks with events that are under way. A nil one is never full.
type room struct {
	mu     sync.Mutex
	used   int
	taken  int           // tasks that were ever taken from Redis
	coming []coming      // those that have not begun, in the order in which they were taken
	freed  chan struct{} // closed when some bytes are free again; nil: nobody waits
	turned bool          // a server was turned away that has to be woken
	wake   func()        // wakes it; nil: it is found within a second
}

// coming is a task that was taken from Redis, and has not begun.
type coming struct{ number, bytes int }

// await waits a while until the room is not full, and tells whether it is not.
func (r *room) await() bool {
	taken, freed := r.isFull()
	if freed == nil {
		return true
	}
	timer := time.NewTimer(roomWait)
	defer timer.Stop()
	for freed != nil {
		select {
		case <-freed:
		case <-timer.C:
			r.giveUp(taken)
			r.turnAway()
			return false
		}
		_, freed = r.isFull()
	}
	return true
}

// isFull gives nil where there is room, and else a channel that is closed when some bytes are free again. It tells how many tasks were
// ever taken from Redis.
func (r *room) isFull() (taken int, freed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used < eventBytes {
		return r.taken, nil
	}
	if r.freed == nil {
		r.freed = make(chan struct{})
	}
	return r.taken, r.freed
}

// wakes says how servers are woken that found no room.
func (r *room) wakes(wake func()) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake = wake
}

// turnAway notes that a server found no room, unless there is some by now.
func (r *room) turnAway() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turned = true
	r.free(0)
}

// giveUp expects none of the first so many tasks to begin any more.
func (r *room) giveUp(taken int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.coming) > 0 && r.coming[0].number <= taken {
		r.free(r.coming[0].bytes)
		r.coming = r.coming[1:]
	}
}

// expect makes room for a task that was taken from Redis.
func (r *room) expect(bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used += bytes
	r.taken++
	r.coming = append(r.coming, coming{r.taken, bytes})
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
		r.free(r.coming[0].bytes)
		r.coming = r.coming[1:]
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
	if r.turned && r.used < eventBytes && r.wake != nil {
		r.turned = false
		r.wake()
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
type roomHook struct {
	onlyCommands
	*room
}

var _ redis.Hook = roomHook{}

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
	return strings.HasPrefix(key, "asynq:{"+enqueue.EventQueue) && strings.HasSuffix(key, "}:pending")
}

package nudge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// LookEvery is how often a Watch looks for tasks that nobody has named.
const LookEvery = time.Second

// Watch wakes the servers of one process. It has the process's subscription and its Sender.
type Watch struct {
	*Sender
	delayed atomic.Bool // there may be tasks that are delayed, or to be tried again

	mu      sync.Mutex
	clients map[*Client]bool
}

// NewWatch makes a watch. The caller closes rdb, after Run and Wait.
func NewWatch(rdb redis.UniversalClient) *Watch {
	w := &Watch{Sender: NewSender(rdb), clients: make(map[*Client]bool)}
	w.local = w.Wake
	w.delayed.Store(true)
	return w
}

// Run follows the channel and looks once a second, until the context ends. While it does not run, servers find what is named by the
// watch's own Sender, and nothing else.
func (w *Watch) Run(ctx context.Context) {
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() { w.follow(ctx) })
	for {
		w.look(ctx)
		if !pause(ctx, LookEvery) {
			return
		}
	}
}

// Wake wakes the servers of a queue in this process. A server that only helps is woken by the one that it helps.
func (w *Watch) Wake(queue string) {
	w.each(func(c *Client) {
		if !c.helps && slices.Contains(c.queues, queue) {
			c.wake()
		}
	})
}

func (w *Watch) wakeAll() { w.each((*Client).wake) }

func (w *Watch) each(f func(*Client)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.clients {
		f(c)
	}
}

// follow subscribes, and subscribes again when the subscription ends.
func (w *Watch) follow(ctx context.Context) {
	const again = time.Second
	for w.listen(ctx); pause(ctx, again); {
		w.listen(ctx)
	}
}

func (w *Watch) listen(ctx context.Context) {
	sub := w.rdb.Subscribe(ctx, Channel)
	defer func() { _ = sub.Close() }()
	messages := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			switch m := m.(type) {
			case *redis.Subscription: // at the start, and after each reconnection: nudges may have been missed
				w.wakeAll()
			case *redis.Message:
				w.hear(m.Payload)
			}
		}
	}
}

func (w *Watch) hear(message string) {
	lines := strings.Split(message, "\n")
	if lines[0] == w.name {
		return // its servers know
	}
	for _, queue := range lines[1:] {
		w.Wake(queue)
	}
}

// look wakes all servers where some queue has tasks. Where Redis gives no answer, each server asks for itself, as if there were no Watch.
func (w *Watch) look(ctx context.Context) {
	pending, delayed, err := w.ask(ctx)
	w.delayed.Store(delayed || err != nil)
	if pending || err != nil {
		w.wakeAll()
	}
}

// ask tells whether any queue has tasks that wait, or that are delayed.
func (w *Watch) ask(ctx context.Context) (pending, delayed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	var waiting, later []*redis.IntCmd
	if _, err := w.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, group := range w.groups() {
			var now, then []string
			for _, queue := range group {
				now = append(now, keyOf(queue, pendingKey))
				then = append(then, keyOf(queue, scheduledKey), keyOf(queue, retryKey))
			}
			waiting, later = append(waiting, p.Exists(ctx, now...)), append(later, p.Exists(ctx, then...))
		}
		return nil
	}); err != nil {
		return false, false, fmt.Errorf("looking for tasks: %w", err)
	}
	some := func(n *redis.IntCmd) bool { return n.Val() > 0 }
	return slices.ContainsFunc(waiting, some), slices.ContainsFunc(later, some), nil
}

// groups are the queues that one command may look at together: in a cluster each is alone.
func (w *Watch) groups() [][]string {
	all := make(map[string]bool)
	w.each(func(c *Client) {
		for _, queue := range c.queues {
			all[queue] = true
		}
	})
	queues := slices.Sorted(maps.Keys(all))
	if _, cluster := w.rdb.(*redis.ClusterClient); cluster {
		return slices.Collect(slices.Chunk(queues, 1))
	}
	if len(queues) == 0 {
		return nil
	}
	return [][]string{queues}
}

// pause waits; false: the context has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

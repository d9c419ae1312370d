package nudge

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// Channel is the channel of Redis on which senders name the queues that have tasks: first the sender's name, then the queues, one a line.
const Channel = "deskbell:nudge"

const (
	sendGap  = 2 * time.Millisecond // between two messages of one sender: a burst of tasks costs few of them
	sendTime = 2 * time.Second      // bounds one message
)

// Sender says which queues have tasks. The first nudge goes out at once; those that come while it is on its way, or shortly after, share
// the next message. A nil Sender says nothing.
type Sender struct {
	rdb   redis.UniversalClient
	name  string
	local func(queue string) // wakes the servers of this process; nil: it has none

	mu      sync.Mutex
	waiting map[string]bool // queues to be named in the next message
	busy    bool
	sends   sync.WaitGroup
}

// NewSender makes a sender of a process without servers. The caller closes rdb, after Wait.
func NewSender(rdb redis.UniversalClient) *Sender {
	return &Sender{rdb: rdb, name: uuid.NewString(), waiting: make(map[string]bool)}
}

// Send says that a queue has a task. Call it when Redis has the task. It waits for nothing.
func (s *Sender) Send(queue string) {
	if s == nil {
		return
	}
	if s.local != nil {
		s.local(queue)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[queue] = true
	if !s.busy {
		s.busy = true
		s.sends.Go(s.run)
	}
}

// Wait waits until everything is sent.
func (s *Sender) Wait() {
	if s != nil {
		s.sends.Wait()
	}
}

// run ends when nothing waits to be sent.
func (s *Sender) run() {
	for message := s.next(); message != ""; message = s.next() {
		ctx, cancel := context.WithTimeout(context.Background(), sendTime)
		_ = s.rdb.Publish(ctx, Channel, message).Err() // without it, the next look of each Watch finds the tasks
		cancel()
		time.Sleep(sendGap)
	}
}

// next is the next message; empty: there is none, and run ends.
func (s *Sender) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		s.busy = false
		return ""
	}
	lines := make([]string, 1, len(s.waiting)+1)
	lines[0] = s.name
	for queue := range s.waiting {
		lines = append(lines, queue)
	}
	clear(s.waiting)
	return strings.Join(lines, "\n")
}

package embedded

import (
	"errors"
	"net"
	"sync"
	"time"
)

// mostBacklog is how much may wait for one process to read it.
const mostBacklog = 64 << 20

var errBacklog = errors.New("the other side does not read")

// backlog is a connection whose writes do not wait. miniredis publishes while it holds its lock: a process
// that is stopped, and reads no more, would stop everything.
type backlog struct {
	net.Conn
	mu     sync.Mutex
	more   sync.Cond // of mu
	waits  []byte
	err    error // of writing; then nothing is written any more
	closed bool
}

func newBacklog(conn net.Conn) *backlog {
	b := &backlog{Conn: conn}
	b.more.L = &b.mu
	go b.drain()
	return b
}

// Write implements net.Conn.
func (b *backlog) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.err != nil:
		return 0, b.err
	case b.closed:
		return 0, net.ErrClosed
	case len(b.waits)+len(p) > mostBacklog:
		b.err = errBacklog
		return 0, errors.Join(b.err, b.Conn.Close())
	}
	b.waits = append(b.waits, p...)
	b.more.Signal()
	return len(p), nil
}

// Close implements net.Conn. A last answer still has a moment to go out.
func (b *backlog) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	b.more.Signal()
	time.AfterFunc(100*time.Millisecond, func() { b.Conn.Close() })
	return b.Conn.SetReadDeadline(time.Unix(1, 0)) // a read under way ends
}

// drain writes until the connection is closed or fails.
func (b *backlog) drain() {
	for {
		b.mu.Lock()
		for len(b.waits) == 0 && !b.closed && b.err == nil {
			b.more.Wait()
		}
		waits, over := b.waits, b.err != nil
		b.waits = nil
		b.mu.Unlock()
		if over || len(waits) == 0 {
			break
		}
		if _, err := b.Conn.Write(waits); err != nil {
			b.mu.Lock()
			b.err = err
			b.mu.Unlock()
			break
		}
	}
	b.Conn.Close()
}

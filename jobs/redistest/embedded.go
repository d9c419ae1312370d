package redistest

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Embedded gives options for clients of a miniredis of the test's own, reached
// through a pipe: no port is involved. Keys expire by the clock, as in Redis.
func Embedded(t testing.TB) redis.UniversalOptions {
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true)
	t.Cleanup(m.Close)
	o := options("embedded")
	o.Dialer = func(context.Context, string, string) (net.Conn, error) {
		conn, err := m.Dial()
		if err != nil {
			return nil, err
		}
		return newBuffered(conn), nil
	}
	return o
}

// EmbeddedClient gives a client of a new Embedded, closed at the end of the test.
func EmbeddedClient(t testing.TB) redis.UniversalClient { return client(t, Embedded(t)) }

// buffered is a pipe that takes whatever the server writes, as a socket's buffer
// does. Over a bare pipe, a server that writes its first reply and a client that
// still writes its pipeline would wait for each other. It has no read deadlines.
type buffered struct {
	net.Conn
	mu      sync.Mutex
	arrived sync.Cond // of mu
	replies bytes.Buffer
	err     error // of the pipe, for when replies is empty
}

func newBuffered(pipe net.Conn) *buffered {
	b := &buffered{Conn: pipe}
	b.arrived.L = &b.mu
	go b.fill()
	return b
}

// fill ends with the pipe.
func (b *buffered) fill() {
	chunk := make([]byte, 16<<10)
	for b.err == nil { // nobody else writes it
		n, err := b.Conn.Read(chunk)
		b.mu.Lock()
		b.replies.Write(chunk[:n])
		b.err = err
		b.mu.Unlock()
		b.arrived.Broadcast()
	}
}

func (b *buffered) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.replies.Len() == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.arrived.Wait()
	}
	return b.replies.Read(p)
}

func (b *buffered) SetDeadline(t time.Time) error   { return b.SetWriteDeadline(t) }
func (b *buffered) SetReadDeadline(time.Time) error { return nil }

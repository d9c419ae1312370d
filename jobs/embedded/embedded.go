// Package embedded is a Redis in this process, for a first try and for tests: it
// keeps nothing when the process ends, and carries some thousand properties. It listens
// nowhere by itself. A listener hands it the connections (serve.go).
package embedded

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Server is a Redis in this process.
type Server struct {
	*Desk
	redis *miniredis.Miniredis
	end   context.CancelFunc
	done  sync.WaitGroup
}

// New starts one. Its keys expire because its clock is driven by hand, in steps of beat.
func New(now func() time.Time, beat time.Duration) (*Server, error) {
	m := miniredis.NewMiniRedis()
	first, err := m.Dial() // it makes the server
	if err != nil {
		return nil, fmt.Errorf("starting the embedded Redis: %w", err)
	}
	_ = first.Close() // a pipe within this process
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{Desk: &Desk{server: m.Server()}, redis: m, end: cancel}
	s.done.Go(func() { drive(ctx, m, now, beat) })
	return s, nil
}

// Start is New, and gives the options for its clients; stop ends it when they are closed.
func Start(now func() time.Time, beat time.Duration) (o redis.UniversalOptions, stop func()) {
	s, err := New(now, beat)
	if err != nil {
		return redis.UniversalOptions{Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, err }}, func() {}
	}
	return s.Options(), s.Close
}

// Options are for clients in this process.
func (s *Server) Options() redis.UniversalOptions {
	return redis.UniversalOptions{
		Addrs: []string{"embedded"},
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			conn, err := s.redis.Dial()
			if err != nil {
				return nil, err
			}
			return newPipe(conn), nil
		},
	}
}

// Close ends it, and all connections. Close the clients before.
func (s *Server) Close() {
	s.end()
	s.done.Wait()
	s.redis.Close()
}

// drive moves the clock by which keys expire along with the real one. miniredis
// can do so by itself, at the price of sorting all keys at every command.
func drive(ctx context.Context, m *miniredis.Miniredis, now func() time.Time, beat time.Duration) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for last := now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			t := now()
			m.FastForward(t.Sub(last))
			last = t
		}
	}
}

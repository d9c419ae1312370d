// Package embedded is a Redis in this process, for a first try and for tests: it
// listens nowhere, keeps nothing when the process ends, and carries some thousand
// properties.
package embedded

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Start starts one and gives the options for its clients; stop ends it when they
// are closed. Its keys expire because its clock is driven by hand, in steps of beat.
func Start(now func() time.Time, beat time.Duration) (o redis.UniversalOptions, stop func()) {
	m := miniredis.NewMiniRedis()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { drive(ctx, m, now, beat) })
	o.Addrs = []string{"embedded"}
	o.Dialer = func(context.Context, string, string) (net.Conn, error) {
		conn, err := m.Dial()
		if err != nil {
			return nil, err
		}
		return newPipe(conn), nil
	}
	return o, func() {
		cancel()
		done.Wait()
		m.Close()
	}
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

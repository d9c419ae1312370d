package main

import (
	"bytes"
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embedded starts a Redis in this process, for a first try: it listens nowhere,
// keeps nothing when the process ends, and carries some thousand live tasks. Its
// keys expire because its clock is driven by hand, in step with the real one.
func embedded(now func() time.Time) (o redis.UniversalOptions, stop func()) {
	m := miniredis.NewMiniRedis()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		beat := time.NewTicker(time.Second)
		defer beat.Stop()
		last := now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				t := now()
				m.FastForward(t.Sub(last))
				last = t
			}
		}
	})
	return redis.UniversalOptions{
			Addrs:  []string{"embedded"},
			Dialer: func(context.Context, string, string) (net.Conn, error) {
				conn, err := m.Dial()
				if err != nil {
					return nil, err
				}
				return drain(conn), nil
			},
		}, func() {
			cancel()
			done.Wait()
			m.Close()
		}
}

// drained is a net.Pipe whose reading end never makes the writer wait. A pipeline
// is written whole before its replies are read; a real Redis keeps them, but
// miniredis writes each at once, and over a bare pipe both sides would wait for
// ever. Read deadlines are not kept: what answers is in this process.
type drained struct {
	net.Conn
	mu     sync.Mutex
	filled sync.Cond // on mu
	buf    bytes.Buffer
	err    error // of the pipe; after buf is empty, that of Read
}

// drain reads from the pipe until it is closed.
func drain(pipe net.Conn) *drained {
	d := &drained{Conn: pipe}
	d.filled.L = &d.mu
	go func() {
		chunk := make([]byte, 32<<10)
		for {
			n, err := pipe.Read(chunk)
			d.mu.Lock()
			d.buf.Write(chunk[:n])
			d.err = err
			d.filled.Broadcast()
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return d
}

// Read implements net.Conn.
func (d *drained) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.buf.Len() == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.filled.Wait()
	}
	return d.buf.Read(p)
}

// SetReadDeadline implements net.Conn.
func (d *drained) SetReadDeadline(time.Time) error { return nil }

// SetDeadline implements net.Conn.
func (d *drained) SetDeadline(t time.Time) error { return d.Conn.SetWriteDeadline(t) }

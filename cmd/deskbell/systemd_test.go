package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// A manager hears what processes tell systemd.
type manager struct {
	t     *testing.T
	words chan string // has room for more than is said in any test: whoever speaks waits for a full socket
	env   []string    // of a process that it starts, and kills without a sign of life for so long
}

func newManager(t *testing.T, patience string) manager {
	t.Helper()
	path := filepath.Join(runtimeDir(t), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	m := manager{t, make(chan string, 100_000), []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=" + patience}}
	var wait sync.WaitGroup
	wait.Go(func() {
		for text := make([]byte, 1000); ; {
			n, err := conn.Read(text)
			if err != nil { // closed
				return
			}
			m.words <- string(text[:n])
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		wait.Wait()
	})
	return m
}

// next waits for what is said next.
func (m manager) next() string {
	m.t.Helper()
	patient, end := redistest.Patient(m.t.Context())
	defer end()
	select {
	case word := <-m.words:
		return word
	case <-patient.Done():
		m.t.Fatal("nothing is said")
		return ""
	}
}

func (m manager) hears(want ...string) {
	m.t.Helper()
	for _, word := range want {
		if got := m.next(); got != word {
			m.t.Fatalf("heard %q, want %q", got, word)
		}
	}
}

func TestSystemdHearsOfProcesses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"worker", "web"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			server.Stop(t) // it is ready all the same, and lives: no new start brings Redis back
			m := newManager(t, "600000")
			p := start(t, 0, append(m.env, "REDIS_URL="+server.URL(), "DESKBELL_LISTEN=127.0.0.1:0"), name)
			m.hears("READY=1", "WATCHDOG=1", "WATCHDOG=1")
			server.Restart(t)
			p.says(name + " started")
			m.hears("WATCHDOG=1")
			p.stop()
			word := "WATCHDOG=1"
			for word == "WATCHDOG=1" {
				word = m.next()
			}
			if word != "STOPPING=1" {
				t.Errorf("heard %q", word)
			}
		})
	}
}

func TestASilentSystemdGetsNoSignsOfLife(t *testing.T) {
	t.Parallel()
	m := newManager(t, "")
	p := start(t, 0, append(m.env, "REDIS_URL="+redistest.Start(t).URL()), "worker")
	m.hears("READY=1")
	p.says("worker started")
	p.stop()
	m.hears("STOPPING=1")
}

func TestAStuckProcessGivesNoSignsOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var said []string
		var stuck error
		s := systemd{every: time.Second, log: quiet(), say: func(state string) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, state)
		}, stuck: func() error {
			mu.Lock()
			defer mu.Unlock()
			return stuck
		}}
		ctx, cancel := context.WithCancel(t.Context())
		go s.run(ctx)
		after := func(d time.Duration, next error, want ...string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(said, want) {
				t.Errorf("said %q, want %q", said, want)
			}
			said, stuck = nil, next
		}
		after(1500*time.Millisecond, errors.New("the worker's cron has not beaten for 40s"), "READY=1", "WATCHDOG=1", "WATCHDOG=1")
		after(10*time.Second, nil)
		after(2*time.Second, nil, "WATCHDOG=1", "WATCHDOG=1")
		cancel()
		after(0, nil, "STOPPING=1")
	})
}

package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestStoppingWhileStarting tells processes to stop at random moments of their first 300 ms, and at some of a start whose commands to
// Redis take long, which is cut off in the middle of one of them. At any of them, they end with status 0, and say nothing that looks like
// a fault.
func TestStoppingWhileStarting(t *testing.T) {
	t.Parallel()
	const moments, atOnce = 200, 20
	server := redistest.Start(t, "appendonly yes") // nothing to warn about
	slow := redistest.Slow(t, server, 40*time.Millisecond)
	var wait sync.WaitGroup
	for n := range atOnce {
		wait.Go(func() {
			for i := n; i < moments; i += atOnce {
				command := []string{"worker", "web", "up"}[i%3]
				stopSoon(t, server.URL(), command, rand.N(300*time.Millisecond))
				if i%4 == 0 {
					stopSoon(t, slow, command, rand.N(2*time.Second))
				}
			}
		})
	}
	wait.Wait()
}

func stopSoon(t *testing.T, redis, command string, moment time.Duration) {
	p := start(t, 0, []string{"REDIS_URL=" + redis, "DESKBELL_LISTEN=127.0.0.1:0", "LOG_FORMAT=json"}, command)
	p.awaitListening()
	pause(moment)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("%s after %s had ended: %v\n%s", command, moment, err, p.out)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("%s told to stop after %s ended with %v\n%s", command, moment, err, p.out)
	}
	for line := range strings.Lines(p.out.String()) {
		var said struct{ Level string }
		if strings.Contains(line, "i/o timeout") || strings.Contains(line, "deadline exceeded") {
			continue // the machine is too busy for Redis to answer within seconds: the stop has no part in it
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil || said.Level != "info" {
			t.Errorf("%s told to stop after %s says %s", command, moment, line)
		}
	}
}

// TestSignalsAreHeardFromEarlyOn holds the packages to an order in which nothing that takes time comes before.
func TestSignalsAreHeardFromEarlyOn(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "version")
	cmd.Env = append(os.Environ(), clockVariable+"=0s", "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, trace)
	}
	before, _, found := bytes.Cut(trace, []byte("init github.com/deskbell/deskbell/cmd/deskbell/signals @"))
	if !found {
		t.Fatalf("the package signals is not initialised:\n%s", trace)
	}
	for _, heavy := range []string{"github.com/prometheus", "github.com/danielgtaylor", "github.com/deskbell/deskbell/domain", "google.golang.org"} {
		if bytes.Contains(before, []byte("init "+heavy)) {
			t.Errorf("%s is initialised before signals are heard:\n%s", heavy, before)
		}
	}
}

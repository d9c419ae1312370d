package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/cmd/deskbell/signals"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// clockVariable sets the clock of a process started by start: an instant that it
// takes for another, and how far the machine's clock is ahead of that of Redis, or a file that says so. Only this test binary reads it.
const clockVariable = "DESKBELL_TEST_CLOCK"

// TestMain lets the test binary be deskbell itself, so that tests can start real
// processes, race detector and all, and kill them.
func TestMain(m *testing.M) {
	if clock := os.Getenv(clockVariable); clock != "" {
		os.Exit(beDeskbell(clock))
	}
	signals.Ignore()
	redistest.AtOnce(4)
	os.Exit(m.Run())
}

func beDeskbell(clock string) int {
	together, alone, _ := strings.Cut(clock, ",")
	offset, err1 := time.ParseDuration(together)
	ctx, stop := signals.Context(context.Background())
	defer stop()
	m, err2 := newMachine(ctx, cmp.Or(alone, "0s"))
	if errors.Join(err1, err2) != nil {
		return 2
	}
	redis.SetLogger(&jobs.RedisLog{Log: quiet(), Now: time.Now})
	a := &app{env: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: func() time.Time { return time.Now().Add(offset + m.ahead()) }, ran: m.ran}
	a.redisNow = func(answer time.Time) time.Time { return answer.Add(offset) }
	return a.run(ctx, os.Args[1:])
}

// proc is a running deskbell.
type proc struct {
	t   testing.TB
	cmd *exec.Cmd
	out *output
}

// start runs deskbell with a clock that is offset from the real one. It is killed
// at the end of the test.
func start(t testing.TB, offset time.Duration, env []string, args ...string) *proc {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, self, append(slices.Clone(env), clockVariable+"="+offset.String()), args...)
}

// startProgram runs any program, and kills it at the end of the test.
func startProgram(t testing.TB, program string, env []string, args ...string) *proc {
	t.Helper()
	p := &proc{t: t, cmd: exec.Command(program, args...), out: new(output)}
	p.cmd.Env = append(append(os.Environ(), "XDG_RUNTIME_DIR="+runtimeDir(t)), env...) // it finds no deskbell up but by env
	p.cmd.Dir = t.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// runtimeDir is a folder in which sockets fit: the path of that of t has the name of the test in it.
func runtimeDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bell") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// kill is kill -9. A test may repeat it.
func (p *proc) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // an error says that it has ended
		_ = p.cmd.Wait()         // as it must: killed
	}
}

// awaitListening waits until the process would hear a signal: it may have started just now.
func (p *proc) awaitListening() {
	p.t.Helper()
	redistest.Wait(p.t, "it listens for signals", func() bool { return listens(p.cmd.Process.Pid) })
}

// stop asks the process to end, and fails the test when it does not end well.
func (p *proc) stop() {
	p.t.Helper()
	if err := p.terminate().cmd.Wait(); err != nil {
		p.t.Fatalf("deskbell ended with %v\n%s", err, p.out)
	}
}

// terminate asks the process to end.
func (p *proc) terminate() *proc {
	p.t.Helper()
	p.awaitListening()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("stopping deskbell: %v\n%s", err, p.out)
	}
	return p
}

// output is the text that a process has written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

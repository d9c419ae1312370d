package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// process is deskbell web or worker in a process of its own, over the Redis of REDIS_URL, so that its memory and its end can be measured.
type process struct {
	name        string
	cmd         *exec.Cmd
	address     string // where it answers
	ended       chan error
	log         *processLog
	interrupted func() bool // the benchmark was stopped, and the process may have had the same signal
}

// mostToStop is how long a process may take to start or to stop. More than that is a fault.
const mostToStop = 60 * time.Second

// startWeb starts this program again, and waits until it serves.
func startWeb(ctx context.Context, env ...string) (*process, error) {
	return startProcess(ctx, `board at http://([^ /"]+)`, env, "web", "--listen", "127.0.0.1:0")
}

// startWorker starts this program again, and waits until it is ready.
func startWorker(ctx context.Context, env ...string) (*process, error) {
	p, err := startProcess(ctx, `"address":"([^"]+)"`, env, "worker", "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if err := p.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// startProcess starts a subcommand, and waits until its log says where it listens.
func startProcess(ctx context.Context, listens string, env []string, args ...string) (*process, error) {
	p, err := launch(ctx, listens, env, args...)
	if err != nil {
		return nil, err
	}
	select {
	case p.address = <-p.log.address:
		return p, nil
	case err := <-p.ended:
		return nil, fmt.Errorf("starting %s: %w\n%s", p.name, err, p.log.text())
	case <-time.After(mostToStop):
		return nil, errors.Join(fmt.Errorf("starting %s: it does not listen within %s", p.name, mostToStop), p.stop())
	}
}

// noAddress is for those who know where a process listens, and do not wait for its log.
const noAddress = `^\b$`

// launch starts a subcommand, and waits for nothing.
func launch(ctx context.Context, listens string, env []string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	name := "deskbell " + args[0]
	p := &process{
		name: name, ended: make(chan error, 1), interrupted: func() bool { return ctx.Err() != nil },
		log: &processLog{address: make(chan string, 1), listens: regexp.MustCompile(listens)},
	}
	p.cmd = exec.CommandContext(ctx, self, args...) //nolint:gosec // it is this program
	p.cmd.Env = append(append(os.Environ(), "LOG_FORMAT=json", "LOG_LEVEL=info"), env...)
	p.cmd.Stderr = p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = mostToStop
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// kill is kill -9, also of a process that hangs, or has ended.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended
	p.ended <- <-p.ended
}

// runs is an error when the process has ended by itself.
func (p *process) runs() error {
	select {
	case err := <-p.ended:
		p.ended <- err
		return fmt.Errorf("%s ended by itself: %w\n%s", p.name, err, p.log.text())
	default:
		return nil
	}
}

// awaitReady waits until /readyz says so.
func (p *process) awaitReady(ctx context.Context) error {
	for tries := int(mostToStop / (50 * time.Millisecond)); tries > 0; tries-- {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/readyz", http.NoBody)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := pauseFor(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("starting %s: it is not ready within %s\n%s", p.name, mostToStop, p.log.text())
}

// stop ends the process gracefully, or after a while by force.
func (p *process) stop() error {
	err := p.cmd.Cancel()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case ended := <-p.ended:
		if err = errors.Join(err, ended); err == nil || p.interrupted() {
			return nil
		}
		return fmt.Errorf("stopping %s: %w\n%s", p.name, err, p.log.text())
	case <-time.After(mostToStop):
		return errors.Join(fmt.Errorf("stopping %s: it does not end within %s", p.name, mostToStop), p.cmd.Process.Kill(), <-p.ended)
	}
}

// processLog finds in the log where the process listens, and keeps the beginning of the log.
type processLog struct {
	address chan string
	listens *regexp.Regexp // with the address in parentheses

	mu    sync.Mutex
	buf   bytes.Buffer
	found bool
}

// Write implements io.Writer.
func (l *processLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf.Len() < 64<<10 {
		l.buf.Write(p)
	}
	if l.found {
		return len(p), nil
	}
	if m := l.listens.FindSubmatch(l.buf.Bytes()); m != nil {
		l.found = true
		l.address <- string(m[1])
	}
	return len(p), nil
}

func (l *processLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

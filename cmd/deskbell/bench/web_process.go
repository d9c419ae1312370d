package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// webProcess is deskbell web in a process of its own, so that its memory can be measured.
type webProcess struct {
	cmd     *exec.Cmd
	address string
	ended   chan error
	log     *webLog
}

// startWeb starts this program again, and waits until it serves.
func startWeb(ctx context.Context) (*webProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	p := &webProcess{ended: make(chan error, 1), log: &webLog{address: make(chan string, 1)}}
	p.cmd = exec.CommandContext(ctx, self, "web", "--listen", "127.0.0.1:0") //nolint:gosec // it is this program
	p.cmd.Env = append(os.Environ(), "LOG_FORMAT=json", "LOG_LEVEL=info")
	p.cmd.Stderr = p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting deskbell web: %w", err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	select {
	case p.address = <-p.log.address:
		return p, nil
	case err := <-p.ended:
		return nil, fmt.Errorf("starting deskbell web: %w\n%s", err, p.log.text())
	case <-time.After(30 * time.Second):
		return nil, errors.Join(errors.New("starting deskbell web: it does not serve within 30 seconds"), p.stop())
	}
}

// stop ends the process gracefully, or after a while by force.
func (p *webProcess) stop() error {
	err := p.cmd.Cancel()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case ended := <-p.ended:
		if err = errors.Join(err, ended); err != nil {
			err = fmt.Errorf("stopping deskbell web: %w\n%s", err, p.log.text())
		}
		return err
	case <-time.After(30 * time.Second):
		return errors.Join(errors.New("stopping deskbell web: it does not end within 30 seconds"), p.cmd.Process.Kill(), <-p.ended)
	}
}

// webLog finds in the log where the process listens, and keeps the beginning of the log.
type webLog struct {
	address chan string

	mu    sync.Mutex
	buf   bytes.Buffer
	found bool
}

var listensAt = regexp.MustCompile(`board at http://([^ /"]+)`)

// Write implements io.Writer.
func (l *webLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf.Len() < 64<<10 {
		l.buf.Write(p)
	}
	if m := listensAt.FindSubmatch(l.buf.Bytes()); m != nil && !l.found {
		l.found = true
		l.address <- string(m[1])
	}
	return len(p), nil
}

func (l *webLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

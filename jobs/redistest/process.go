package redistest

import (
	"fmt"
	"os/exec"
	"runtime"
)

// process is a child that does not outlive this one.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

// spawn starts a child. The kernel kills it when the thread that started it ends:
// so that thread does nothing but wait for the child.
func spawn(program string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), exited: make(chan struct{})}
	p.cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // killed, or its log says why it ended
			close(p.exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	return p, nil
}

// kill ends the child, also one that is stopped, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended
	<-p.exited
}

// Package kept runs the redis-server in which deskbell up --data DIR keeps what it has: a process of its own, with an append-only file in
// that folder, that listens at a socket there and nowhere else.
//
// The folder has two locks. up.lock is held by the one deskbell up that uses the folder. redis.lock is held by it and by its redis-server,
// which inherits it: so it is free only when both have ended, in whatever way, and no two servers ever write one file. Where a deskbell up
// was killed, its server may outlive it; the next one asks that to end, and waits until it has.
package kept

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/reach"
)

// program is what keeps the data.
const program = "redis-server"

// ErrNoProgram says that this machine has no redis-server.
var ErrNoProgram = errors.New("there is no redis-server on this machine")

const (
	// longestPath is that of a socket: sun_path has 104 bytes on macOS and the BSDs, and ends with a zero.
	longestPath = 103
	// endWithin is how long a server has to write its last and end.
	endWithin = time.Minute
	// lookEvery is how often it is looked whether a server has begun or ended.
	lookEvery = 20 * time.Millisecond
)

// Server is a redis-server that runs.
type Server struct {
	dir    string
	locks  []*os.File
	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts one in a folder, which it makes where it is not there, and waits until it answers: it may have much to read. Close it. The
// error is ErrNoProgram where no redis-server is found, and then there is no folder made.
func Start(ctx context.Context, dir string) (*Server, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, ErrNoProgram
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("reading the path of the folder: %w", err)
	}
	s := &Server{dir: dir, exited: make(chan struct{})}
	if len(s.socket()) > longestPath {
		return nil, fmt.Errorf("using %s: its path is too long for a socket in it; choose a shorter one", dir)
	}
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	if err := s.lock(ctx); err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	if err := s.launch(path); err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	if err := s.await(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// URL is a REDIS_URL.
func (s *Server) URL() string { return (&url.URL{Scheme: "unix", Path: s.socket()}).String() }

// Log is the file in which the server says what is wrong.
func (s *Server) Log() string { return filepath.Join(s.dir, "redis.log") }

// Exited is closed when the server has ended.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Close lets the server write its last, and ends it. Close its clients before.
func (s *Server) Close() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // an error says that it has ended
	patience := time.NewTimer(endWithin)
	defer patience.Stop()
	select {
	case <-s.exited:
	case <-patience.C:
		_ = s.cmd.Process.Kill() // likewise
		<-s.exited
	}
	return s.unlock()
}

func (s *Server) socket() string { return filepath.Join(s.dir, "redis.sock") }

// makeFolder makes the folder, which is for its user alone.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder for the data: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking at the folder for the data: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("using %s: others may enter it (mode %04o): chmod 700 it, or choose another", dir, mode)
	}
	return nil
}

// lock takes both locks. It ends a server that has outlived its deskbell up.
func (s *Server) lock(ctx context.Context) error {
	up, err := reach.Lock(filepath.Join(s.dir, "up.lock"))
	if errors.Is(err, reach.ErrTaken) {
		return fmt.Errorf("using %s: another deskbell up has it; end that first, or choose another folder", s.dir)
	}
	if err != nil {
		return fmt.Errorf("using %s: %w", s.dir, err)
	}
	s.locks = append(s.locks, up)
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	for {
		server, err := reach.Lock(filepath.Join(s.dir, "redis.lock"))
		if err == nil {
			s.locks = append(s.locks, server)
			return nil
		}
		if !errors.Is(err, reach.ErrTaken) {
			return fmt.Errorf("using %s: %w", s.dir, err)
		}
		s.shutDown(ctx)
		select {
		case <-ctx.Done():
			return fmt.Errorf("using %s: the redis-server of a deskbell up that was killed still runs there; end it: %w", s.dir, ctx.Err())
		case <-time.After(lookEvery):
		}
	}
}

func (s *Server) unlock() (err error) {
	for _, lock := range s.locks {
		err = errors.Join(err, lock.Close())
	}
	s.locks = nil
	return err
}

// launch starts the process. The system ends it together with the thread that started it, where it can: so that thread does nothing but wait
// for it.
func (s *Server) launch(path string) error {
	if err := os.Remove(s.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the socket of a server that has ended: %w", err)
	}
	s.cmd = exec.Command(path, //nolint:noctx,gosec // Close ends it, in its own way; the program is the one that was found
		"--port", "0", "--unixsocket", s.socket(), "--unixsocketperm", "700", "--dir", s.dir, "--logfile", s.Log(),
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction")
	s.cmd.Dir, s.cmd.SysProcAttr = s.dir, attributes()
	s.cmd.ExtraFiles = s.locks[1:] // redis.lock
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait() // its log says why it ended
			close(s.exited)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("starting %s: %w", program, err)
	}
	return nil
}

// await waits until the server answers. Close ends it where it does not.
func (s *Server) await(ctx context.Context) error {
	for s.say(ctx, "PING") != "+PONG" {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.exited:
			return fmt.Errorf("starting %s: it ended at once; %s says why", program, s.Log())
		case <-time.After(lookEvery):
		}
	}
	return nil
}

// shutDown asks a server to end, which has all in its append-only file.
func (s *Server) shutDown(ctx context.Context) { s.say(ctx, "SHUTDOWN NOSAVE") }

// say sends a command, and gives the first line of the answer; empty: there is none.
func (s *Server) say(ctx context.Context, command string) string {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", s.socket())
	if err != nil {
		return ""
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // its error is that of the call
	defer stop()
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return ""
	}
	answer := make([]byte, 256)
	n, err := conn.Read(answer)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(answer[:n]), "\r\n")
	return line
}

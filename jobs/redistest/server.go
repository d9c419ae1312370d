package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Setting is a line of redis.conf.
type Setting string

// AOF keeps all data on disk, so that it is there after a Restart.
const AOF Setting = "appendonly yes"

// Server is a redis-server of its own process, port and folder.
type Server struct {
	program  string
	dir      string
	settings []Setting
	cluster  bool
	port     int
	busPort  int     // of a node in a cluster
	watched  *Server // the master, of a Sentinel
	process  *process
}

// Start starts a server on a free port of the loopback, and waits until it
// answers. It keeps nothing on disk, unless settings say so.
func Start(t testing.TB, settings ...Setting) *Server {
	t.Helper()
	return start(t, &Server{settings: settings})
}

func start(t testing.TB, s *Server) *Server {
	t.Helper()
	s.program, s.dir = Program(t, "redis-server"), t.TempDir()
	t.Cleanup(s.end)
	const tries = 5 // another process may occupy the port in the meantime
	var err error
	for range tries {
		if err = s.launchAnywhere(); err == nil {
			return s
		}
	}
	t.Fatalf("starting redis-server: %v", err)
	return nil
}

// URL is a value for REDIS_URL.
func (s *Server) URL() string { return "redis://" + s.Addr() + "/0" }

// Addr is host and port.
func (s *Server) Addr() string { return address(s.port) }

// Options are for a client of this server.
func (s *Server) Options() redis.UniversalOptions { return options(s.Addr()) }

// Client gives a client, closed at the end of the test.
func (s *Server) Client(t testing.TB) redis.UniversalClient { return client(t, s.Options()) }

// Stop kills the server, as a crash would. Writes that it answered are in its
// append-only file, if it has one.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.process == nil {
		t.Fatal("stopping redis-server: it does not run")
	}
	s.end()
}

// Restart starts a stopped server, on the same port and with the same folder.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if s.process != nil {
		t.Fatal("restarting redis-server: it runs")
	}
	if err := s.launch(); err != nil {
		t.Fatalf("restarting redis-server: %v", err)
	}
}

func (s *Server) signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if s.process == nil {
		t.Fatalf("sending %s to redis-server: it does not run", signal)
	}
	if err := s.process.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("sending %s to redis-server: %v", signal, err)
	}
}

func (s *Server) end() {
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
}

func (s *Server) launchAnywhere() (err error) {
	if s.port, err = ports.free(); err != nil {
		return err
	}
	if s.cluster {
		if s.busPort, err = ports.free(); err != nil {
			return err
		}
	}
	return s.launch()
}

func (s *Server) launch() error {
	conf := filepath.Join(s.dir, "redis.conf")
	if err := os.WriteFile(conf, []byte(s.conf()), 0o600); err != nil {
		return fmt.Errorf("writing redis.conf: %w", err)
	}
	args := []string{conf}
	if s.watched != nil {
		args = append(args, "--sentinel")
	}
	p, err := spawn(s.program, args...)
	if err != nil {
		return err
	}
	s.process = p
	if err := s.await(); err != nil {
		s.end()
		return err
	}
	return nil
}

func (s *Server) conf() string {
	var b strings.Builder
	if s.watched != nil {
		fmt.Fprintf(&b, "bind 127.0.0.1\nport %d\ndir %q\nlogfile redis.log\nsentinel monitor %s 127.0.0.1 %d 1\nsentinel down-after-milliseconds %s %d\n",
			s.port, s.dir, MasterName, s.watched.port, MasterName, DeadAfter.Milliseconds())
		return b.String()
	}
	fmt.Fprintf(&b, "bind 127.0.0.1\nport %d\ndir %q\nlogfile redis.log\nsave \"\"\nappendonly no\n", s.port, s.dir)
	if s.cluster {
		fmt.Fprintf(&b, "cluster-enabled yes\ncluster-port %d\n", s.busPort)
	}
	for _, setting := range s.settings {
		b.WriteString(string(setting) + "\n")
	}
	return b.String()
}

// await waits until this process, and not another on its port, answers.
func (s *Server) await() error {
	for patience := Patience; ; {
		asked := time.Now()
		err := s.ping(time.Second)
		if err == nil {
			return nil
		}
		select {
		case <-s.process.exited:
			log, _ := os.ReadFile(filepath.Join(s.dir, "redis.log"))
			return fmt.Errorf("redis-server ended: %s", log)
		case <-time.After(2 * time.Millisecond):
		}
		if patience -= waited(asked); patience < 0 {
			return fmt.Errorf("waiting %s for redis-server: %w", Patience, err)
		}
	}
}

// errStranger says that another server has the port.
var errStranger = errors.New("another server answers")

func (s *Server) ping(timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr()) // go-redis would log that there is no listener yet
	if err != nil {
		return err
	}
	_ = conn.Close()
	o := s.Options()
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled = true
	rdb := redis.NewUniversalClient(&o)
	defer func() { _ = rdb.Close() }()
	if err := rdb.Ping(ctx).Err(); err != nil { // also while it is loading
		return err
	}
	info, err := rdb.Info(ctx, "server").Result()
	if err != nil && redis.HasErrorPrefix(err, "NOPERM") {
		return nil // a test of a server that forbids it
	}
	if err == nil && !strings.Contains(info, "process_id:"+strconv.Itoa(s.process.cmd.Process.Pid)+"\r\n") {
		return errStranger
	}
	return err
}

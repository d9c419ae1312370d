package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a redis-server of the campaign's own, which keeps its data in a folder. It hands each write to the system before it answers
// (appendfsync no), so that a kill of it loses nothing. With everysec it may hold writes back for two seconds while the disk is slow: what a
// kill loses then is not Deskbell's fault, and is not to be counted here.
type redisServer struct {
	program, dir string
	port         int
	cmd          *exec.Cmd
	ended        chan struct{}
	asks         *redis.Client // commands to the server itself
}

const redisConf = "bind 127.0.0.1\nport %d\ndir %q\nlogfile redis.log\nsave \"\"\nappendonly yes\nappendfsync no\nmaxmemory-policy noeviction\n"

func newRedisServer(dir string) (*redisServer, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("starting a Redis of its own: %w; install redis-server", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	r := &redisServer{program: program, dir: dir, port: port}
	r.asks = redis.NewClient(&redis.Options{Addr: r.address(), MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, DisableIdentity: true})
	return r, os.WriteFile(filepath.Join(dir, "redis.conf"), fmt.Appendf(nil, redisConf, port, dir), 0o600)
}

func (r *redisServer) address() string { return fmt.Sprint("127.0.0.1:", r.port) }

// start starts the server, also once more, and waits until it has read its data and answers.
func (r *redisServer) start(ctx context.Context) error {
	r.cmd = exec.Command(r.program, filepath.Join(r.dir, "redis.conf")) //nolint:gosec,noctx // the program that was found; kill ends it
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("starting redis-server: %w", err)
	}
	r.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait() // killed, or its log says why it ended
		close(ended)
	}(r.cmd, r.ended)
	for tries := int(mostToStop / (10 * time.Millisecond)); tries > 0; tries-- {
		if err := r.asks.Ping(ctx).Err(); err == nil { // also while it is loading
			return nil
		}
		select {
		case <-r.ended:
			log, _ := os.ReadFile(filepath.Join(r.dir, "redis.log"))
			return fmt.Errorf("starting redis-server: it ended: %s", log[max(0, len(log)-2000):])
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("starting redis-server: it does not answer within %s", mostToStop)
}

// kill is kill -9, also of a server that hangs or does not run.
func (r *redisServer) kill() {
	if r.cmd != nil && r.cmd.Process != nil {
		_ = r.cmd.Process.Kill() // an error says that it has ended
		<-r.ended
	}
}

// fill leaves no memory, and unfill gives it back: Redis then refuses what would need some.
func (r *redisServer) fill(ctx context.Context) error {
	return r.asks.ConfigSet(ctx, "maxmemory", "1").Err()
}

func (r *redisServer) unfill(ctx context.Context) error {
	return r.asks.ConfigSet(ctx, "maxmemory", "0").Err()
}

// freePort gives a port that no process listens on. It is below the range from which systems give ports to outgoing connections, so that it
// is still free when a server is started once more.
func freePort() (int, error) {
	const low, high, tries = 12_000, 32_000, 100
	var err error
	for range tries {
		port := low + rand.N(high-low)
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", port)); err == nil { //nolint:noctx // it listens for a moment
			return port, l.Close()
		}
	}
	return 0, errors.Join(errors.New("finding a free port"), err)
}

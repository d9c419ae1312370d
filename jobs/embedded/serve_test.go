package embedded_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/embedded"
)

// listen lets a desk answer at a socket.
func listen(t *testing.T, d *embedded.Desk) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			d.Serve(conn)
		}
	}()
	return path
}

func newServer(t *testing.T) *embedded.Server {
	t.Helper()
	s, err := embedded.New(time.Now, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, path string) (string, error) {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return embedded.Ask(ctx, conn)
}

func TestOtherProcessesReachTheRedisThatIsServed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if err := s.Describe("mine\r\nown"); err != nil {
		t.Fatal(err)
	}
	path := listen(t, s.Desk)
	if got, err := ask(t, path); got != "mine\r\nown" || err != nil {
		t.Errorf("asked, it says %q, %v", got, err)
	}
	o := s.Options()
	inside := redis.NewUniversalClient(&o)
	defer inside.Close()
	outside := redis.NewClient(&redis.Options{Network: "unix", Addr: path})
	defer outside.Close()
	if err := inside.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := outside.Get(t.Context(), "k").Result(); got != "v" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	sub := outside.Subscribe(t.Context(), "c")
	defer sub.Close()
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := inside.Publish(t.Context(), "c", "news").Err(); err != nil {
		t.Fatal(err)
	}
	if m, err := sub.ReceiveMessage(t.Context()); err != nil || m.Payload != "news" {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestADeskAloneHasADescription(t *testing.T) {
	t.Parallel()
	d := embedded.NewDesk()
	t.Cleanup(d.Close)
	if err := d.Describe("elsewhere"); err != nil {
		t.Fatal(err)
	}
	path := listen(t, d)
	if got, err := ask(t, path); got != "elsewhere" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := ask(t, listen(t, newServer(t).Desk)); err == nil {
		t.Error("a Redis without a description answers")
	}
}

// TestOneThatReadsNoMoreHoldsUpNobody stands for a process that was stopped by Ctrl-Z.
func TestOneThatReadsNoMoreHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	conn, err := net.Dial("unix", listen(t, s.Desk))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // it has subscribed
		t.Fatal(err)
	}
	o := s.Options()
	rdb := redis.NewUniversalClient(&o)
	defer rdb.Close()
	news := strings.Repeat("x", 1<<20)
	for n := 0; ; n++ {
		heard, err := rdb.Publish(t.Context(), "c", news).Result()
		switch {
		case err != nil:
			t.Fatal(err)
		case heard == 0:
			if n < 10 {
				t.Errorf("after %d MB it was cut off already", n)
			}
			return
		case n > 100: // more than may wait for it
			t.Fatalf("after %d MB the connection is still there", n)
		}
	}
}

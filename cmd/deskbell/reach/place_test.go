//go:build unix

package reach

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// echo answers each connection with the same bytes.
func echo(conn net.Conn) {
	_, _ = io.Copy(conn, conn)
	conn.Close()
}

// hears tells whether an echo is heard at a place.
func hears(t *testing.T, p Place) error {
	t.Helper()
	conn, err := p.Dial(t.Context())
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("bell")); err != nil {
		return err
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != "bell" {
		t.Errorf("got %q", got)
	}
	return nil
}

// ways are the two kinds of places, each in a folder of its own.
func ways(t *testing.T) map[string]way {
	t.Helper()
	return map[string]way{
		"sockets": wayOf("linux", world{"XDG_RUNTIME_DIR": dir(t, 0o700)}.get),
		"ports":   wayOf("windows", world{"LOCALAPPDATA": dir(t, 0o700)}.get),
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for name, w := range ways(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []*Taken
			for n := 1; n <= mostPlaces; n++ {
				taken, err := take(w)
				if err != nil {
					t.Fatal(err)
				}
				taken.Serve(echo)
				if taken.n != n || len(taken.Before) != n-1 {
					t.Fatalf("the place %d has the number %d, after %d", n, taken.n, len(taken.Before))
				}
				all = append(all, taken)
			}
			if _, err := take(w); err == nil {
				t.Error("there is one more place")
			}
			places, err := placesOf(w)
			if err != nil || len(places) != mostPlaces {
				t.Fatal(len(places), err)
			}
			for _, p := range places {
				if err := hears(t, p); err != nil {
					t.Errorf("the place %d: %v", p.n, err)
				}
			}
			if err := all[2].Close(); err != nil {
				t.Error(err)
			}
			if hears(t, places[2]) == nil {
				t.Error("a place that was given back is heard")
			}
			again, err := take(w)
			if err != nil || again.n != 3 {
				t.Fatalf("the free place is not taken: %v", err)
			}
			again.Serve(echo)
			if err := hears(t, places[2]); err != nil {
				t.Error(err)
			}
			for _, taken := range append(all[:2:2], append(all[3:], again)...) {
				if err := taken.Close(); err != nil {
					t.Error(err)
				}
			}
			if left, err := filepath.Glob(filepath.Join(all[0].in.path, "*")); err != nil || len(left) != mostPlaces { // the locks
				t.Errorf("left are %q (%v)", left, err)
			}
		})
	}
}

func TestSeveralThatStartAtOnceTakeAPlaceEach(t *testing.T) {
	t.Parallel()
	for name, w := range ways(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var wait sync.WaitGroup
			had := make(map[int]bool)
			for range mostPlaces {
				wait.Go(func() {
					taken, err := take(w)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					had[taken.n] = true
					mu.Unlock()
					t.Cleanup(func() { _ = taken.Close() })
				})
			}
			wait.Wait()
			if len(had) != mostPlaces {
				t.Errorf("%d places were taken", len(had))
			}
		})
	}
}

// port takes a place with a port.
func port(t *testing.T) (*Taken, folder) {
	t.Helper()
	taken, err := take(wayOf("windows", world{"LOCALAPPDATA": dir(t, 0o700)}.get))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	taken.Serve(echo)
	return taken, taken.in
}

func TestTheFileOfAPortIsTheUsersOwn(t *testing.T) {
	t.Parallel()
	taken, _ := port(t)
	info, err := os.Stat(taken.door.file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if host, _, err := net.SplitHostPort(taken.door.Addr().String()); err != nil || host != "127.0.0.1" {
		t.Errorf("it listens at %s (%v)", taken.door.Addr(), err)
	}
}

func TestAPortLetsNobodyInWithoutTheSecret(t *testing.T) {
	t.Parallel()
	taken, _ := port(t)
	for name, say := range map[string]func(net.Conn) error{
		"another secret": func(c net.Conn) error { return present(c, make([]byte, secretSize)) },
		"a command of Redis": func(c net.Conn) error {
			_, err := c.Write(bytes.Repeat([]byte("*1\r\n$4\r\nPING\r\n"), 20))
			return err
		},
		"the proof of the other side": func(c net.Conn) error {
			if _, err := c.Write(make([]byte, secretSize)); err != nil {
				return err
			}
			theirs := make([]byte, 2*secretSize)
			if _, err := io.ReadFull(c, theirs); err != nil {
				return err
			}
			_, err := c.Write(theirs[secretSize:])
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d net.Dialer
			conn, err := d.DialContext(t.Context(), "tcp", taken.door.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := say(conn); err != nil && !errors.Is(err, errStranger) {
				t.Fatal(err)
			}
			_, _ = conn.Write([]byte("bell"))
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			answer, err := io.ReadAll(conn)
			if bytes.Contains(answer, []byte("bell")) || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("it was let in: %q, %v", answer, err)
			}
		})
	}
}

// TestAPortOfOneThatWasKilledIsStale, also where another program has it by now; that program learns no secret.
func TestAPortOfOneThatWasKilledIsStale(t *testing.T) {
	t.Parallel()
	taken, in := port(t)
	secret := make([]byte, secretSize)
	heard := make(chan []byte, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		mine := make([]byte, secretSize)
		_, _ = io.ReadFull(conn, mine)
		_, _ = conn.Write(make([]byte, 2*secretSize))
		rest, _ := io.ReadAll(conn)
		heard <- slices.Concat(mine, rest)
	}()
	copy(secret, "a secret that is of no use")
	if err := os.Remove(taken.door.file); err != nil {
		t.Fatal(err)
	}
	if err := (portFile{l.Addr().String(), secret}).write(taken.door.file); err != nil {
		t.Fatal(err)
	}
	if err := hears(t, Place{ports{}, in, 1}); !errors.Is(err, errStranger) {
		t.Errorf("got %v", err)
	}
	if got := <-heard; len(got) != secretSize || bytes.Contains(got, secret[:8]) {
		t.Errorf("the other program has heard %q", got)
	}
	for _, content := range []string{"", "{", `{"address":"127.0.0.1:1"}`} {
		if err := os.WriteFile(taken.door.file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if hears(t, Place{ports{}, in, 1}) == nil {
			t.Errorf("%q is taken for a port", content)
		}
	}
}

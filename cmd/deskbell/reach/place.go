package reach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// mostPlaces is how many deskbell up of one user are found.
const mostPlaces = 9

// greetWithin is how long a side waits until the other has proved that it knows the secret.
const greetWithin = 2 * time.Second

// way is one of the two kinds of places: sockets, or ports.
type way interface {
	// folder is where they are.
	folder() (folder, error)
	// listen begins to listen at a place, whose lock the caller has: a file that is there is stale.
	listen(f folder, n int) (door, error)
	// dial reaches a place, or fails where nobody listens.
	dial(ctx context.Context, f folder, n int) (net.Conn, error)
}

// door is where connections come in.
type door struct {
	net.Listener
	greet func(net.Conn) error // lets only the user in; nil: the system sees to it
	file  string               // removed at the end
}

func wayOf(system string, getenv func(string) string) way {
	if system == "windows" {
		return ports{getenv}
	}
	return sockets{getenv}
}

// Place is where a deskbell up listens for the commands of its user.
type Place struct {
	way way
	in  folder
	n   int
}

// Socket is the path of its socket; empty: it has none.
func (p Place) Socket() string {
	if _, ok := p.way.(sockets); !ok {
		return ""
	}
	return p.in.file(p.n, socketEnding)
}

// Dial reaches the deskbell up that listens there. It fails where none does.
func (p Place) Dial(ctx context.Context) (net.Conn, error) { return p.way.dial(ctx, p.in, p.n) }

// Places are those at which a deskbell up of this user may listen, in their order. There are none where there is no folder. An
// error says why the folder is refused.
func Places(getenv func(string) string) ([]Place, error) {
	return placesOf(wayOf(runtime.GOOS, getenv))
}

func placesOf(w way) ([]Place, error) {
	in, err := w.folder()
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	places := make([]Place, mostPlaces)
	for i := range places {
		places[i] = Place{w, in, i + 1}
	}
	return places, nil
}

// Taken is a place that this process has taken.
type Taken struct {
	Place
	Before []Place // those that others had taken

	lock *os.File
	door door
	done sync.WaitGroup
}

// Take takes the first place that is free. Close it.
func Take(getenv func(string) string) (*Taken, error) { return take(wayOf(runtime.GOOS, getenv)) }

func take(w way) (*Taken, error) {
	in, err := w.folder()
	if err != nil {
		return nil, err
	}
	if err := in.make(); err != nil {
		return nil, err
	}
	places, err := placesOf(w)
	if err != nil {
		return nil, err
	}
	for i, p := range places {
		lock, err := p.lock()
		if errors.Is(err, ErrTaken) {
			continue
		}
		if err != nil {
			return nil, err
		}
		door, err := w.listen(in, p.n)
		if err != nil {
			return nil, errors.Join(err, lock.Close())
		}
		return &Taken{Place: p, Before: places[:i], lock: lock, door: door}, nil
	}
	return nil, fmt.Errorf("there are %d others already", len(places))
}

// ErrTaken says that another process has a lock.
var ErrTaken = errors.New("another process has the place")

func (p Place) lock() (*os.File, error) { return Lock(p.in.file(p.n, ".lock")) }

// Lock takes the lock of a file, which it makes where it is not there, and does not wait for it: the error is ErrTaken where another process
// has it. The lock lasts until the file is closed here and in every process that inherited it.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	switch err := lock(f); {
	case errors.Is(err, errors.ErrUnsupported):
		return nil, errors.Join(fmt.Errorf("locking: %w", err), f.Close())
	case err != nil:
		return nil, errors.Join(ErrTaken, f.Close())
	}
	return f, nil
}

// Serve hands connections of the user to a function, which closes them, until the place is closed.
func (t *Taken) Serve(handle func(net.Conn)) {
	t.done.Go(func() {
		for {
			conn, err := t.door.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // too many files are open: the next may find room
				time.Sleep(100 * time.Millisecond)
				continue
			}
			go t.let(conn, handle)
		}
	})
}

func (t *Taken) let(conn net.Conn, handle func(net.Conn)) {
	if t.door.greet != nil {
		if greeted(conn, t.door.greet) != nil {
			conn.Close()
			return
		}
	}
	handle(conn)
}

// greeted lets a connection prove something in time.
func greeted(conn net.Conn, greet func(net.Conn) error) error {
	if err := conn.SetDeadline(time.Now().Add(greetWithin)); err != nil {
		return err
	}
	if err := greet(conn); err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}

// Close gives the place back. Connections that were handed over are their handlers' affair.
func (t *Taken) Close() error {
	err := t.door.Close()
	t.done.Wait()
	if t.door.file != "" {
		if removed := os.Remove(t.door.file); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return errors.Join(err, t.lock.Close())
}

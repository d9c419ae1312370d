package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// readerSet is many readers of streams. Each is a connection and a goroutine, and no more: the set measures the server, not
// its readers.
type readerSet struct {
	list     []*reader
	fanout   []*reader // those of one property
	opened   atomic.Int64
	lost     atomic.Int64  // readers whose stream has ended
	heard    atomic.Int64  // readers of fanout that have the change of this round
	everyone chan struct{} // gets a value when all of them do
}

type reader struct {
	conn net.Conn
	at   time.Time // when it had the last change; to be read when everyone has
}

// openReaders opens streams, half of them of one property, and waits until each has
// its first state. Close the set, also after an error. path is that of the stream of a property.
func openReaders(ctx context.Context, address string, n, properties int, path func(property string) string) (*readerSet, error) {
	set := &readerSet{list: make([]*reader, n), everyone: make(chan struct{}, 1)}
	set.fanout = set.list[:n/2]
	var next atomic.Int64
	if err := inParallel(32, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return nil
			}
			property := fanoutProperty
			if i >= n/2 {
				property = propertyID(i % properties)
			}
			if err := set.open(ctx, i, address, path(property)); err != nil {
				return err
			}
		}
	}); err != nil {
		return set, fmt.Errorf("opening streams: %w", err)
	}
	for deadline := time.Now().Add(time.Minute); int(set.opened.Load()) < n; time.Sleep(time.Millisecond) {
		if set.lost.Load() > 0 || time.Now().After(deadline) {
			return set, fmt.Errorf("opening streams: of %d, %d have begun and %d were refused or cut off", n, set.opened.Load(), set.lost.Load())
		}
	}
	return set, ctx.Err()
}

func (set *readerSet) open(ctx context.Context, i int, address, path string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	set.list[i] = &reader{conn: conn}
	go set.read(set.list[i], i < len(set.fanout))
	_, err = io.WriteString(conn, getting(path))
	return err
}

func widgetPath(property string) string { return "/v1/properties/" + property + "/widget" }

func widgetStream(property string) string { return widgetPath(property) + "/stream" }

func getting(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }

// read notes when the reader has a state. A state comes in one piece.
func (set *readerSet) read(r *reader, counts bool) {
	buffer := make([]byte, 2048)
	for begun := false; ; {
		n, err := r.conn.Read(buffer)
		if err != nil {
			set.lost.Add(1)
			return
		}
		switch isState := bytes.Contains(buffer[:n], []byte("event: state")); {
		case isState && !begun:
			begun = true
			set.opened.Add(1)
		case isState && counts:
			r.at = time.Now()
			if int(set.heard.Add(1)) == len(set.fanout) {
				set.everyone <- struct{}{}
			}
		}
	}
}

func (set *readerSet) close() {
	for _, r := range set.list {
		if r != nil {
			r.conn.Close()
		}
	}
}

// statesPerSecond asks for states for some seconds.
func statesPerSecond(ctx context.Context, address string, properties int) (float64, error) {
	const clients, during = 16, 3 * time.Second
	var count, next atomic.Int64
	began := time.Now()
	err := inParallel(clients, func() error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for time.Since(began) < during && ctx.Err() == nil {
			if _, err := io.WriteString(conn, getting(widgetPath(propertyID(int(next.Add(1))%properties)))); err != nil {
				return err
			}
			if err := readState(in); err != nil {
				return err
			}
			count.Add(1)
		}
		return ctx.Err()
	})
	if err != nil {
		return 0, fmt.Errorf("reading states: %w", err)
	}
	return float64(count.Load()) / time.Since(began).Seconds(), nil
}

// readState reads one answer, and no more of it than it must.
func readState(in *bufio.Reader) error {
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		return errors.New("the answer is " + strings.TrimSpace(status))
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 { // the end of the headers
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	_, err = in.Discard(length)
	return err
}

package page_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// streamed is one event of a stream. A comment has none but itself.
type streamed struct{ id, name, data, retry, comment string }

// streamReader is a stream as a browser reads it.
type streamReader struct {
	*testing.T
	header http.Header
	lines  chan string
}

// open opens a stream that is read until the end of the test.
func (s *site) open(property string, headers ...string) *streamReader {
	s.Helper()
	return s.openAt(s.url+property+"/widget/stream", headers...)
}

func (s *site) openAt(address string, headers ...string) *streamReader {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, address, http.NoBody)
	s.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	s.must(err)
	s.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		s.Fatalf("%s", response.Status)
	}
	return readEvents(s.T, response.Header, response.Body)
}

func readEvents(t *testing.T, header http.Header, body io.Reader) *streamReader {
	e := &streamReader{T: t, header: header, lines: make(chan string, 1000)}
	go func() {
		defer close(e.lines)
		for in := bufio.NewScanner(body); in.Scan(); {
			e.lines <- in.Text()
		}
	}()
	return e
}

// next waits for an event, or a comment; the zero one is the end.
func (e *streamReader) next() (next streamed) {
	e.Helper()
	patient, end := redistest.Patient(e.Context())
	defer end()
	for {
		select {
		case line, ok := <-e.lines:
			if !ok || line == "" {
				return next
			}
			name, value, _ := strings.Cut(line, ": ")
			switch name {
			case "id":
				next.id = value
			case "event":
				next.name = value
			case "data":
				next.data = value
			case "retry":
				next.retry = value
			case "":
				next.comment = value
			}
		case <-patient.Done():
			e.Fatal("nothing comes")
		}
	}
}

// action waits for the next id, which actions alone have, or for the end: "".
func (e *streamReader) action() string {
	e.Helper()
	patient, end := redistest.Patient(e.Context())
	defer end()
	for {
		select {
		case line, ok := <-e.lines:
			if id, is := strings.CutPrefix(line, "id: "); is || !ok {
				return id
			}
		case <-patient.Done():
			e.Fatal("there is no action, and no end")
		}
	}
}

func TestWidgetStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine().Add(-time.Hour))
	stream := s.open("acme")
	first := stream.next()
	state := s.ask(http.MethodGet, "acme/widget")
	if first.name != "state" || `"`+first.id+`"` != state.header.Get("ETag") || first.data != state.body || len(first.retry) != 4 {
		t.Errorf("first %+v; read %+v", first, state)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*"} {
		if got := stream.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	var opened streamed
	day := 0
	redistest.Within(t, time.Second, "telling that it opens", func() time.Duration {
		opens := nine().AddDate(0, 0, day)
		day++
		s.offset.Store(int64(time.Until(opens.Add(-2 * time.Second))))
		since := `"since":"` + opens.Format(time.RFC3339)
		for opened = stream.next(); opened.data != "" && !strings.Contains(opened.data, since); {
			opened = stream.next() // the changes since the day before
		}
		if !strings.Contains(opened.data, `"status":"online"`) {
			t.Errorf("at nine: %+v", opened)
		}
		return s.now().Sub(opens)
	})

	known, behind := s.open("acme", "Last-Event-ID", opened.id), s.open("acme", "Last-Event-ID", first.id)
	if got := known.next(); got.name != "" || got.data != "" || got.comment == "" {
		t.Errorf("a reader that knows the state is told %+v", got)
	}
	if got := behind.next(); got.name != "state" || got.id != opened.id {
		t.Errorf("a reader that was away is told %+v", got)
	}
	open := true
	redistest.Within(t, time.Second, "telling of an override", func() time.Duration {
		began := time.Now()
		open = !open
		s.override("acme", open)
		for _, reader := range []*streamReader{stream, known, behind} {
			if got := reader.next(); got.name != "state" || !strings.Contains(got.data, `"reason":"override"`) {
				t.Errorf("after the override: %+v", got)
			}
		}
		return time.Since(began)
	})

	s.define(`{"properties": {"always": {}}}`)
	for _, reader := range []*streamReader{stream, known, behind} {
		if gone, end := reader.next(), reader.next(); gone.name != "gone" || end != (streamed{}) {
			t.Errorf("removed: %+v, %+v", gone, end)
		}
	}
}

// pipes is a listener whose connections hold nothing: a write waits for its reader.
type pipes struct {
	made   chan net.Conn
	closed chan struct{}
	close  func()
}

func newPipes() pipes {
	p := pipes{made: make(chan net.Conn), closed: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.closed) })
	return p
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	p.close()
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// dial opens a stream, and gives the connection.
func (p pipes) dial(t *testing.T, path string) net.Conn {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { _ = near.Close() })
	p.made <- far
	if _, err := io.WriteString(near, "GET /v1/properties/"+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return near
}

// serve serves a site on a listener. stop is a graceful one.
func (s *site) serve(l net.Listener, log logrus.FieldLogger) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, l, s.handler, log, 20*time.Second) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	s.Cleanup(func() { s.must(stop()) })
	return stop
}

func TestWidgetStreamDropsWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	quiet, _ := logtest.NewNullLogger()
	l := newPipes()
	s.serve(l, quiet)
	stuck := l.dial(t, "always/widget/stream")
	if _, err := io.ReadFull(stuck, make([]byte, 20)); err != nil { // and no more
		t.Fatal(err)
	}
	reader := s.open("always")
	before := reader.next()
	const changes = 12
	var late []time.Duration
	for i := range changes {
		began := time.Now()
		s.override("always", i%2 == 1)
		now := reader.next()
		if now.name != "state" || now.data == before.data {
			t.Errorf("beside one that is stuck, change %d is %+v", i, now)
		}
		if took := time.Since(began); took > 5*time.Second { // half of the time for a write
			late = append(late, took)
		}
		before = now
	}
	if len(late) > changes/4 { // a machine may stand still for once
		t.Errorf("beside one that is stuck, changes come after %s", late)
	}
	s.must(stuck.SetWriteDeadline(time.Unix(0, 0))) // so that a write only asks whether anybody is there
	redistest.Wait(t, "the stuck one is dropped", func() bool {
		_, err := stuck.Write([]byte("x"))
		return errors.Is(err, io.ErrClosedPipe)
	})
}

// TestWidgetStreamEndsWithTheServer is alone: the goroutines of other tests would be
// taken for its own.
//
//nolint:paralleltest // see above
func TestWidgetStreamEndsWithTheServer(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("streams", func(t *testing.T) {
		s := newSite(t, nine())
		quiet, logged := logtest.NewNullLogger()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		s.must(err)
		stop := s.serve(l, quiet)
		s.url = "http://" + l.Addr().String() + "/v1/properties/"
		var readers []*streamReader
		for range 50 {
			readers = append(readers, s.open("always"))
		}
		for _, r := range readers {
			r.next()
		}
		s.must(stop())
		if len(logged.AllEntries()) > 0 { // of streams that had to be cut off
			t.Errorf("it stopped, and said %v", logged.AllEntries())
		}
		for _, r := range readers {
			if end := r.next(); end != (streamed{}) {
				t.Errorf("not the end: %+v", end)
			}
		}
		http.DefaultClient.CloseIdleConnections()
	})
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

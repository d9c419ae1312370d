package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

// TestAStopEndsStreamsAndLetsRequestsFinish stops a server with one of each under way.
func TestAStopEndsStreamsAndLetsRequestsFinish(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	started, finish := make(chan string, 2), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		started <- "stream"
		<-r.Context().Done()
		_, _ = w.Write([]byte("bye"))
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		started <- "slow"
		<-finish
		_, _ = w.Write([]byte("done"))
	})
	log, _ := logtest.NewNullLogger()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, l, mux, log, 10*time.Second) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	bodies := make(chan string, 2)
	for _, path := range []string{"/stream", "/slow"} {
		go func() {
			res, err := client.Get("http://" + l.Addr().String() + path)
			if err != nil {
				bodies <- err.Error()
				return
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			bodies <- string(body)
		}()
	}
	<-started
	<-started
	stop()
	if got := <-bodies; got != "bye" {
		t.Errorf("the stream ended with %q", got)
	}
	close(finish)
	if got := <-bodies; got != "done" {
		t.Errorf("the request ended with %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// hurried counts writes without a deadline: a reader may take for ever to read them.
type hurried struct {
	net.Listener
	unbounded *atomic.Int64
}

func (h hurried) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	return &hurriedConn{Conn: c, unbounded: h.unbounded}, err
}

type hurriedConn struct {
	net.Conn
	unbounded *atomic.Int64
	limited   atomic.Bool
}

func (c *hurriedConn) SetWriteDeadline(t time.Time) error {
	c.limited.Store(!t.IsZero())
	return c.Conn.SetWriteDeadline(t)
}

func (c *hurriedConn) Write(p []byte) (int, error) {
	if !c.limited.Load() {
		c.unbounded.Add(1)
	}
	return c.Conn.Write(p)
}

func TestNobodyMayTakeForEverToReadAnAnswer(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	log, _ := logtest.NewNullLogger()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, unbounded := make(chan error, 1), new(atomic.Int64)
	go func() { ended <- web.Serve(ctx, hurried{l, unbounded}, b.Server.Config.Handler, log, time.Second) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/healthz", "/v1/properties/acme", "/v1/properties/acme/widget", "/none", "/docs", "/monitor/"} {
		res, err := client.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if n := unbounded.Swap(0); n > 0 {
			t.Errorf("%s: %d writes may take for ever", path, n)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	started, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	log, logged := logtest.NewNullLogger()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(ctx, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(started)
			<-never
		}), log, 50*time.Millisecond)
	}()
	go func() {
		if res, err := http.Get("http://" + l.Addr().String()); err == nil {
			res.Body.Close()
		}
	}()
	<-started
	stop()
	if err := <-ended; err != nil || logged.LastEntry() == nil {
		t.Error("it does not say that it cut off a request", err)
	}
}

// TestABodyThatNeverComesHoldsUpNoStop promises bodies: to a stream, to handlers that read none of it, and to one that waits for it.
func TestABodyThatNeverComesHoldsUpNoStop(t *testing.T) {
	t.Parallel()
	started := make(chan struct{}, 4)
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		s, err := web.OpenStream(w)
		if err == nil {
			err = s.Send([]byte(":\n\n"))
		}
		if err != nil {
			t.Error(err)
		}
		started <- struct{}{}
		<-r.Context().Done()
	})
	mux.HandleFunc("/ignores", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		started <- struct{}{}
	})
	mux.HandleFunc("/reads", func(w http.ResponseWriter, r *http.Request) {
		started <- struct{}{}
		_, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
	})
	log, logged := logtest.NewNullLogger()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	const grace = 4 * time.Minute
	go func() { ended <- web.Serve(ctx, l, mux, log, grace) }()
	for _, head := range []string{
		"GET /stream HTTP/1.1\r\nContent-Length: 10", "GET /stream HTTP/1.1\r\nTransfer-Encoding: chunked",
		"POST /ignores HTTP/1.1\r\nContent-Length: 10", "POST /reads HTTP/1.1\r\nContent-Length: 10",
	} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := conn.Write([]byte(head + "\r\nHost: x\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		<-started
	}
	began := time.Now()
	stop()
	if err := <-ended; err != nil || logged.LastEntry() != nil {
		t.Errorf("they were cut off: %v, %v", err, logged.LastEntry())
	}
	if took := time.Since(began); took > grace/2 {
		t.Errorf("it took %s", took)
	}
}

// TestABodyThatIsCutOffIsTheClientsFault ends the sending half of connections early.
func TestABodyThatIsCutOffIsTheClientsFault(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	for _, head := range []string{
		"PUT /v1/properties/acme HTTP/1.1\r\nContent-Length: 100", "POST /v1/events HTTP/1.1\r\nContent-Length: 100",
		"PUT /v1/properties/acme/override HTTP/1.1\r\nContent-Length: 100", "POST /v1/events HTTP/1.1\r\nTransfer-Encoding: chunked",
	} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", b.Server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := conn.Write([]byte(head + "\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n{\"a")); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 400 ") || !strings.Contains(string(got), "application/problem+json") {
			t.Errorf("%s: %s (%v)", head, got, err)
		}
	}
}

// TestAPanicOfAHandlerIsLogged also where nothing around the handler catches it.
func TestAPanicOfAHandlerIsLogged(t *testing.T) {
	t.Parallel()
	log, logged := logtest.NewNullLogger()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(ctx, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("at the disco") }), log, time.Second)
	}()
	if res, err := http.Get("http://" + l.Addr().String()); err == nil {
		res.Body.Close()
		t.Errorf("it answers %s", res.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if e := logged.LastEntry(); e == nil || e.Level != logrus.ErrorLevel || !strings.Contains(e.Message, "at the disco") {
		t.Errorf("logged: %+v", e)
	}
}

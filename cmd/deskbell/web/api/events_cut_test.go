package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

// between is what happens while a body comes: the reader gives no byte for it.
type between func() error

// Read implements io.Reader.
func (f between) Read([]byte) (int, error) {
	if err := f(); err != nil {
		return 0, err
	}
	return 0, io.EOF // of this part
}

func linesOf(n int) io.Reader { return strings.NewReader(strings.Repeat(goodEvent+"\n", n)) }

// queued counts the events that wait for a worker.
func queued(b *webtest.Bundle, rdb redis.UniversalClient) (n int) {
	b.Helper()
	ids, err := rdb.LRange(b.Context(), "asynq:{deskbell-event}:pending", 0, -1).Result()
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range ids {
		task, err := rdb.HGet(b.Context(), "asynq:{deskbell-event}:t:"+id, "msg").Result()
		if err != nil {
			b.Fatal(err)
		}
		n += strings.Count(task, `"specversion"`)
	}
	return n
}

// TestLinesThatAreCutShort has something happen in the middle of a body, after 1000 of its lines were judged. The answer says how many were
// by then: these and no others were taken, and a sender goes on with the line after them.
func TestLinesThatAreCutShort(t *testing.T) {
	t.Parallel()
	const part = 1000
	size := int64(len(goodEvent) + 1)
	for _, c := range []struct {
		name     string
		most     int64
		happens  func(b *webtest.Bundle, end context.CancelFunc) error
		status   int
		lines    int
		says     string
		patience string // in Retry-After
	}{
		{name: "the sender stalls", happens: func(*webtest.Bundle, context.CancelFunc) error { return os.ErrDeadlineExceeded },
			status: http.StatusRequestTimeout, lines: part, says: "within 10s"},
		{name: "the sender goes away", happens: func(*webtest.Bundle, context.CancelFunc) error { return io.ErrUnexpectedEOF },
			status: http.StatusBadRequest, lines: part, says: "cannot be read"},
		{name: "it is slow", happens: func(b *webtest.Bundle, _ context.CancelFunc) error { b.Pass(40 * time.Second); return nil },
			status: http.StatusAccepted},
		{name: "it takes too long", happens: func(b *webtest.Bundle, _ context.CancelFunc) error { b.Pass(61 * time.Second); return nil },
			status: http.StatusRequestTimeout, lines: 2 * part, says: "within 1m0s"}, // what was under way is taken
		{name: "it is too large", most: 2*part*size + size/2, status: http.StatusRequestEntityTooLarge, lines: 2 * part, says: "too large"},
		{name: "it is as large as it may be", most: (2*part + 500) * size, status: http.StatusAccepted},
		{name: "the server is to stop, or the key was revoked", happens: func(_ *webtest.Bundle, end context.CancelFunc) error { end(); return nil },
			status: http.StatusServiceUnavailable, lines: 2 * part, says: "to stop", patience: "1"},
		{name: "Redis refuses", happens: func(b *webtest.Bundle, _ context.CancelFunc) error {
			return b.Redis.Client(b.T).Do(b.Context(), "replicaof", "127.0.0.1", "1").Err()
		}, status: http.StatusServiceUnavailable, lines: part, says: "Redis refuses writes", patience: "30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := webtest.New(t)
			rdb := b.Redis.Client(t)
			b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
			log, _ := logtest.NewNullLogger()
			served := api.New(api.Config{Client: b.Client, Now: b.Now, Log: log, Events: b.Events, Quotas: b.Quotas, MostLines: c.most, LinesTime: time.Minute})
			send := func(body io.Reader) webtest.Answer {
				ctx, end := context.WithCancel(t.Context())
				defer end()
				if c.happens != nil {
					body = io.MultiReader(linesOf(part), between(func() error { return c.happens(b, end) }), body)
				} else {
					body = io.MultiReader(linesOf(part), body)
				}
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/events", body)
				r.Header.Set("Content-Type", "application/x-ndjson")
				w := httptest.NewRecorder()
				served.Handlers["/v1/"].ServeHTTP(w, r)
				return webtest.Answer{Code: w.Code, Header: w.Header(), Body: w.Body.String()}
			}
			a := send(linesOf(part + 500))
			got, want := readJudged(t, a), c.lines
			if c.status == http.StatusAccepted {
				want = 2*part + 500
			}
			if a.Code != c.status || got.Lines != c.lines || got.Counts.Taken != want || !strings.Contains(got.Detail, c.says) || a.Header.Get("Retry-After") != c.patience {
				t.Errorf("%d: %d lines, %d taken, again after %q: %s", a.Code, got.Lines, got.Counts.Taken, a.Header.Get("Retry-After"), got.Detail)
			}
			if n := queued(b, rdb); n != want {
				t.Errorf("%d events wait for a worker", n)
			}
		})
	}
}

// endless gives some bytes again and again.
type endless struct {
	text string
	from strings.Reader
}

// Read implements io.Reader.
func (e *endless) Read(b []byte) (int, error) {
	if e.from.Len() == 0 {
		e.from.Reset(e.text)
	}
	return e.from.Read(b)
}

// TestLinesEndWithTheirKey revokes the key of a sender that goes on and on, and never ends its body.
func TestLinesEndWithTheirKey(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	secret := b.Key(edit.Key{Name: "ci"})
	body := io.MultiReader(linesOf(1000), between(func() error {
		defer b.Pass(5 * time.Second) // those in memory are read again
		return b.Keys.Revoke(b.Context(), "ci")
	}), &endless{text: goodEvent + "\n"})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/events", body)
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Authorization", "Bearer "+secret)
	w := httptest.NewRecorder()
	b.Server.Config.Handler.ServeHTTP(w, r)
	got := readJudged(t, webtest.Answer{Body: w.Body.String()})
	if n := queued(b, b.Redis.Client(t)); w.Code != http.StatusServiceUnavailable || got.Lines < 1000 || got.Counts.Taken != got.Lines || n != got.Lines {
		t.Errorf("%d: %d lines, %d taken, %d wait: %s", w.Code, got.Lines, got.Counts.Taken, n, got.Detail)
	}
}

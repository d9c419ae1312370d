package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
)

// IntakeFigures are the results of Intake.
type IntakeFigures struct {
	Events    int     `json:"events"` // in each measurement
	Bytes     int64   `json:"bytes"`
	Lines     float64 `json:"lines_per_second"`  // events of one body, one a line
	Arrays    float64 `json:"arrays_per_second"` // events of arrays, one request after another
	IdleRSS   int64   `json:"idle_rss_bytes"`    // of deskbell web, the most at once
	LinesRSS  int64   `json:"lines_rss_bytes"`
	ArraysRSS int64   `json:"arrays_rss_bytes"`
}

type intakeBench struct {
	*Bench
	n int // events
}

// Intake sends n events to a server: as one body with an event a line, and, to another process, as arrays with as many events
// as one may have. It measures the rate, and the memory of the server. No worker takes the events from Redis.
func (b *Bench) Intake(ctx context.Context, n int) (f IntakeFigures, err error) {
	in := &intakeBench{b, n}
	f.Events, f.Bytes = n, int64(n*len(line(0)))
	b.counts("measurement", 2)
	if f.Lines, _, f.LinesRSS, err = in.measure(ctx, in.asLines); err != nil {
		return f, err
	}
	f.Arrays, f.IdleRSS, f.ArraysRSS, err = in.measure(ctx, in.asArrays)
	return f, err
}

// line is an event of a visitor who views a page, and its end. All have the same length, so that a million is 174 MB.
func line(i int) []byte {
	return fmt.Appendf(nil, `{"id":"e-%08d","type":"page.viewed","data":{"property":"bench","visitor":"v-%03d","visit":"s-%03d",`+
		`"page":{"url":"https://shop.example.com/products/%08d","title":"A product"}}}`+"\n", i, i%1000, i%1000, i)
}

// measure starts a server over an empty Redis, sends all events to it, and stops it.
func (b *intakeBench) measure(ctx context.Context, send func(context.Context, string) error) (rate float64, idle, most int64, err error) {
	if err := b.Flush(ctx); err != nil {
		return 0, 0, 0, err
	}
	if _, _, err := b.Client.Put(ctx, edit.KindProperty, "bench", &definition.Property{}, edit.Match{}); err != nil {
		return 0, 0, 0, err
	}
	server, err := startWeb(ctx, "DESKBELL_EVENT_RATE=1000000", "DESKBELL_KEY_EVENT_RATE=1000000")
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if idle, err = peakMemory(server.cmd.Process.Pid); err != nil {
		return 0, 0, 0, err
	}
	began := time.Now()
	if err := send(ctx, "http://"+server.address+"/v1/events"); err != nil {
		return 0, 0, 0, fmt.Errorf("sending %d events: %w", b.n, err)
	}
	rate = float64(b.n) / time.Since(began).Seconds()
	b.counted()
	most, err = peakMemory(server.cmd.Process.Pid)
	return rate, idle, most, err
}

func (b *intakeBench) asLines(ctx context.Context, to string) error {
	b.progress("sending %d events, one a line", b.n)
	return post(ctx, to, "application/x-ndjson", &lines{end: b.n}, b.n)
}

func (b *intakeBench) asArrays(ctx context.Context, to string) error {
	b.progress("sending %d events, %d in an array", b.n, event.MaxEvents)
	for i := 0; i < b.n; i += event.MaxEvents {
		end := min(i+event.MaxEvents, b.n)
		if err := post(ctx, to, "application/json", bytes.NewReader(array(i, end)), end-i); err != nil {
			return err
		}
	}
	return nil
}

func array(i, end int) []byte {
	body := []byte("[")
	for ; i < end; i++ {
		body = append(append(body, line(i)...), ',')
	}
	body[len(body)-1] = ']'
	return body
}

// lines is a body that is made while it is read.
type lines struct {
	next, end int
	left      []byte // of the line before next
}

// Read implements io.Reader.
func (l *lines) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(l.left) == 0 {
			if l.next == l.end {
				break
			}
			l.left = line(l.next)
			l.next++
		}
		copied := copy(p[n:], l.left)
		l.left, n = l.left[copied:], n+copied
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// post sends events, all of which must be taken.
func post(ctx context.Context, to, contentType string, body io.Reader, events int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	var judged struct{ Counts struct{ Taken int } }
	if err := json.Unmarshal(said, &judged); err != nil || judged.Counts.Taken != events {
		return fmt.Errorf("of %d events, %d were taken; the answer is %s, %.500s", events, judged.Counts.Taken, answer.Status, said)
	}
	return nil
}

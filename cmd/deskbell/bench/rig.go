package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// rig is a worker and a web server in processes of their own, a receiver of webhooks, and pages that read streams.
type rig struct {
	*Bench
	samples     int
	worker, web *process
	hook        *receiver
	http        *http.Client
}

// arrives is how long anything may take that a rig waits for. More than that is a fault, not a figure.
const arrives = 2 * time.Minute

// The secret with which the worker signs for the receiver, which does not look.
const benchSecret = "DESKBELL_BENCH_SECRET=whsec_ZGVza2JlbGwtYmVuY2htYXJrLXNlY3JldC0w" //nolint:gosec // it signs for a receiver that does not look

// newRig starts all of it. stop ends it, also after an error.
func (b *Bench) newRig(ctx context.Context, samples int, env ...string) (r *rig, stop func() error, err error) {
	r = &rig{Bench: b, samples: samples, hook: newReceiver(b.Now), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	stop = func() (err error) {
		for _, p := range []*process{r.web, r.worker} {
			if p != nil {
				err = errors.Join(err, p.stop())
			}
		}
		r.http.CloseIdleConnections()
		r.hook.Close()
		return err
	}
	crm := &definition.Destination{Type: "webhook", URL: r.hook.URL, SecretEnv: []string{"DESKBELL_BENCH_SECRET"}, Batch: true}
	if _, _, err := b.Client.Put(ctx, edit.KindDestination, "bench", crm, edit.Match{}); err != nil {
		return r, stop, err
	}
	env = append(env, benchSecret, "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32")
	if r.worker, err = startWorker(ctx, env...); err != nil {
		return r, stop, err
	}
	r.web, err = startWeb(ctx, env...)
	return r, stop, err
}

// define gives properties with one body each, and waits until each of them is decided on and the receiver has its first state.
func (r *rig) define(ctx context.Context, status string, n int, name string, body func(i int) map[string]any) error {
	watch := newStopwatch()
	r.hook.watch.Store(watch)
	var next atomic.Int64
	if err := inParallel(16, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return nil
			}
			watch.start(stateName(numbered(name, i), status), r.Now())
			if err := r.send(ctx, http.MethodPut, "/v1/properties/"+numbered(name, i), body(i)); err != nil {
				return err
			}
		}
	}); err != nil {
		return fmt.Errorf("defining properties: %w", err)
	}
	if err := r.decided(ctx); err != nil {
		return err
	}
	return watch.await(ctx, "the first states", arrives)
}

func numbered(name string, i int) string { return fmt.Sprint(name, "-", i) }

// send sends a request with a body in JSON to the web server.
func (r *rig) send(ctx context.Context, method, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+r.web.address+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := r.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s\n%s", method, path, answer.Status, said)
	}
	return err
}

// post sends events.
func (r *rig) post(ctx context.Context, events ...event.Event) error {
	return r.send(ctx, http.MethodPost, "/v1/events", events)
}

// reads opens the stream of a property's state. The watch ends what stateName names.
func (r *rig) reads(ctx context.Context, property string, watch *stopwatch) (*page, error) {
	return r.open(ctx, "/v1/properties/"+property+"/widget/stream", watch, func(data []byte) string {
		var state struct{ Status string }
		if json.Unmarshal(data, &state) != nil {
			return ""
		}
		return stateName(property, state.Status)
	})
}

// listens opens the stream of a visit. What it says is for that visitor, and does not name them.
func (r *rig) listens(ctx context.Context, property, visitor string, watch *stopwatch) (*page, error) {
	return r.open(ctx, "/v1/visits/"+visitor+"/stream?property="+property+"&visitor="+visitor, watch, func([]byte) string { return saidName(property, visitor) })
}

func (r *rig) open(ctx context.Context, path string, watch *stopwatch, name func([]byte) string) (*page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.web.address+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	return openPage(r.http, request, r.Now, watch, name)
}

// rest lets everything become idle, and ends at an odd instant: polls at even distances are met at any of their moments.
func (r *rig) rest(ctx context.Context) error {
	return pauseFor(ctx, 100*time.Millisecond+rand.N(100*time.Millisecond))
}

// always is a schedule that is open all the time, and never one that is closed now and for hours.
func always() map[string]any {
	return map[string]any{"time_zone": "UTC", "weekly": map[string]any{"daily": "00:00-24:00"}}
}

func (r *rig) never() map[string]any { return neverSoon(r.Now()) }

func neverSoon(now time.Time) map[string]any {
	later := now.UTC().Add(12 * time.Hour).Truncate(time.Hour)
	return map[string]any{"time_zone": "UTC", "weekly": map[string]any{"daily": later.Format("15:04") + "-" + later.Add(time.Minute).Format("15:04")}}
}

// once does something and waits until the page and the receiver have what comes of it; nil: nobody waits there.
func (r *rig) once(ctx context.Context, name string, pages, hooks *stopwatch, do func() error) error {
	now := r.Now()
	for _, watch := range []*stopwatch{pages, hooks} {
		if watch != nil {
			watch.start(name, now)
		}
	}
	if err := do(); err != nil {
		return err
	}
	for what, watch := range map[string]*stopwatch{"the stream": pages, "the webhook": hooks} {
		if watch != nil {
			if err := watch.await(ctx, what, arrives); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow ends measurements that are named as the subjects whose commits Redis publishes: of visitors, those with something for them. Call what
// it gives when nothing is to come any more.
func (r *rig) follow(ctx context.Context, watch *stopwatch) (stop func()) {
	following, end := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := r.Store.Follow(following, func(changed []store.Subject) {
			at := r.Now()
			for _, subject := range changed {
				watch.stop(string(subject), at)
			}
		}); err != nil {
			r.progress("following commits: %v", err)
		}
	})
	return func() {
		end()
		wait.Wait()
	}
}

// metric reads a metric without labels.
func (r *rig) metric(ctx context.Context, p *process, name string) (float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := r.http.Do(request)
	if err != nil {
		return 0, fmt.Errorf("reading the metrics of %s: %w", p.name, err)
	}
	defer answer.Body.Close()
	value, found := 0.0, false
	for in := bufio.NewScanner(answer.Body); in.Scan(); {
		if rest, ok := strings.CutPrefix(in.Text(), name+" "); ok {
			value, err = strconv.ParseFloat(rest, 64)
			found = true
		}
	}
	if !found {
		return 0, fmt.Errorf("reading the metrics of %s: %s with %s is not there", p.name, answer.Status, name)
	}
	return value, err
}

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/action"
)

// delivered is an action as it came first to a receiver.
type delivered struct {
	id                         string
	at                         time.Time // zero: it is not known
	property, visitor, trigger string
	status                     string // of a property's state
	version                    int64
	boundary                   time.Time // that caused it; zero: none has
}

// arrivals are the actions that a receiver has, in their order.
type arrivals struct {
	list    []delivered
	sums    map[string]uint64 // by id, of the content
	again   int               // actions that came once more
	changed []string          // ids that came again with another content
}

func newArrivals() *arrivals { return &arrivals{sums: make(map[string]uint64)} }

func (a *arrivals) add(body []byte, at time.Time) error {
	var in struct {
		ID   string
		Type action.Type
		Data struct {
			Property, Visitor, Trigger, Status string
			Version                            int64
			Cause                              action.Cause
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return fmt.Errorf("reading an action: %w", err)
	}
	h := fnv.New64a()
	h.Write(body)
	if sum, before := a.sums[in.ID]; before {
		if a.again++; sum != h.Sum64() {
			a.changed = append(a.changed, in.ID)
		}
		return nil
	}
	a.sums[in.ID] = h.Sum64()
	came := delivered{id: in.ID, at: at, property: in.Data.Property, visitor: in.Data.Visitor, trigger: in.Data.Trigger, version: in.Data.Version}
	if in.Type == action.WidgetStateChanged {
		came.status, came.boundary = in.Data.Status, in.Data.Cause.Boundary
	}
	a.list = append(a.list, came)
	return nil
}

// readStream gives what came to a destination of the type redis_stream.
func readStream(ctx context.Context, rdb redis.UniversalClient, name string) (*arrivals, error) {
	const atOnce = 1000
	a, from := newArrivals(), "-"
	for {
		entries, err := rdb.XRangeN(ctx, name, from, "+", atOnce).Result()
		if err != nil {
			return nil, fmt.Errorf("reading the stream of actions: %w", err)
		}
		for _, e := range entries {
			if err := a.add([]byte(fmt.Sprint(e.Values["action"])), time.Time{}); err != nil {
				return nil, err
			}
			from = "(" + e.ID
		}
		if len(entries) < atOnce {
			return a, nil
		}
	}
}

// webhook is a receiver that keeps what comes.
type webhook struct {
	*httptest.Server
	now func() time.Time

	mu    sync.Mutex
	had   *arrivals
	fault error
}

func newWebhook(now func() time.Time) *webhook {
	w := &webhook{now: now, had: newArrivals()}
	w.Server = httptest.NewServer(w)
	return w
}

// ServeHTTP takes a list of actions, or one.
func (w *webhook) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	at := w.now()
	body, err := io.ReadAll(request.Body)
	if err != nil { // its sender was killed
		answer.WriteHeader(http.StatusBadRequest)
		return
	}
	var actions []json.RawMessage
	if json.Unmarshal(body, &actions) != nil {
		actions = []json.RawMessage{body}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range actions {
		if err := w.had.add(a, at); err != nil {
			w.fault = err
		}
	}
	answer.WriteHeader(http.StatusNoContent)
}

// look lets somebody look at what came.
func (w *webhook) look(see func(*arrivals)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	see(w.had)
}

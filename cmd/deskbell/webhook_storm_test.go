package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// webhookProperties are those of the storm of webhooks.
const webhookProperties = 1_000

// TestKilledWorkersDeliverEverything gives a real receiver 20,000 actions, or a quarter of
// them in a small storm, one a request and a hundred a request, while it fails in every way that there is, and
// kills worker processes at random. Every action arrives at least once, with its own id
// and as it was, and those of a property in their order. A second receiver that is dead
// all the time, and a stream, show that none delays another.
func TestKilledWorkersDeliverEverything(t *testing.T) {
	t.Parallel()
	webhookActions, enough := redistest.Storm(t, 20_000, 5_000), redistest.Storm(t, 25, 8)
	server := redistest.Start(t)
	rdb := server.Client(t)
	one, batch := newStormyReceiver(t), newStormyReceiver(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dead.Close() })
	db, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 16, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, def := range map[string]definition.Destination{
		"one":    {Type: "webhook", URL: one.URL, SecretEnv: []string{"CRM_SECRET"}},
		"batch":  {Type: "webhook", URL: batch.URL, SecretEnv: []string{"CRM_SECRET"}, Batch: true},
		"dead":   {Type: "webhook", URL: "http://" + dead.Addr().String(), SecretEnv: []string{"CRM_SECRET"}},
		"stream": {Type: "redis_stream", MaxLen: int64(10 * webhookActions)},
	} {
		body, err := json.Marshal(def)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.SetGlobal(t.Context(), store.GlobalDestination, name, nil, body); err != nil {
			t.Fatal(err)
		}
	}
	sent := fillOutboxes(t, rdb, db, webhookActions)
	worker := func() *proc {
		return start(t, 0, []string{
			"REDIS_URL=" + server.URL(), "DESKBELL_CONCURRENCY=2", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", crmSecret, "LOG_LEVEL=info", "LOG_FORMAT=text",
		}, "worker")
	}
	workers := []*proc{worker(), worker(), worker()}
	kills := 0
	for kills < enough {
		pause(time.Duration(300+rand.IntN(1500)) * time.Millisecond)
		if one.count() >= webhookActions {
			break
		}
		n := rand.IntN(len(workers))
		workers[n].kill()
		workers[n] = worker()
		kills++
	}
	calmed := time.Now()
	one.calm()
	batch.calm()
	redistest.Wait(t, "all have arrived", func() bool { return one.count() >= webhookActions && batch.count() >= webhookActions })
	t.Logf("%d kills while actions waited; %s after the storm all had arrived; singly: %s; in batches: %s", kills, time.Since(calmed).Round(time.Second/10), one, batch)
	if kills < 5 {
		t.Errorf("only %d kills hit the storm: it was over too soon to show anything", kills)
	}
	client := jobs.NewClient(jobs.ClientConfig{Store: db, Redis: rdb, Partitions: 1, Now: time.Now, TimeZone: time.UTC})
	states := func() map[string]string {
		list, err := client.Destinations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		states := make(map[string]string)
		for _, d := range list {
			states[d.Name] = d.State
		}
		return states
	}
	redistest.Wait(t, "the dead one is paused", func() bool { return states()["dead"] == deliver.DestinationPaused })
	for _, w := range workers {
		w.stop()
	}
	one.verify(t, "singly", sent)
	batch.verify(t, "in batches", sent)
	if n := rdb.XLen(t.Context(), definition.DefaultStream).Val(); n != int64(webhookActions) {
		t.Errorf("the stream has %d actions", n)
	}
	if n := rdb.ZCard(t.Context(), "asynq:{deskbell-delivery}:archived").Val(); n > 0 {
		t.Errorf("%d tasks are archived", n)
	}
	for name, state := range states() {
		if want := map[bool]string{true: deliver.DestinationPaused, false: deliver.DestinationOK}[name == "dead"]; state != want {
			t.Errorf("%s is %s, want %s", name, state, want)
		}
	}
	for _, w := range workers {
		if log := w.out.String(); strings.Contains(log, "whsec_") {
			t.Error("the log shows a secret")
		}
	}
}

// fillOutboxes puts the actions into the outboxes, as decisions do, and gives their
// bodies by id. The version of a property's actions counts 1, 2, 3, …
func fillOutboxes(t *testing.T, rdb redis.UniversalClient, db *redisstore.Store, actions int) map[string]string {
	t.Helper()
	sent := make(map[string]string, actions)
	for version := 1; version <= actions/webhookProperties; version++ {
		if _, err := rdb.Pipelined(t.Context(), func(p redis.Pipeliner) error {
			for i := range webhookProperties {
				property := fmt.Sprint("p", i)
				id := fmt.Sprintf("widget.state_changed:%s:%d", property, version)
				sent[id] = fmt.Sprintf(`{"specversion":"1.0","id":%q,"type":"widget.state_changed","data":{"property":%q,"version":%d}}`, id, property, version)
				p.XAdd(t.Context(), &redis.XAddArgs{
					Stream: fmt.Sprintf("deskbell:{%d}:out", db.Shard(store.PropertySubject(property))), Values: []string{"a", sent[id]},
				})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return sent
}

// stormyReceiver takes webhooks. Until it is calm, it fails now and then, in one way
// or another, before or after it has noted the actions.
type stormyReceiver struct {
	*httptest.Server
	mu      sync.Mutex
	stormy  bool
	first   map[string]bool  // ids
	order   map[string][]int // versions of a property, as they came; a repeat counts
	wrong   []string
	repeats int
	ways    map[string]int
	ended   chan struct{}
}

func newStormyReceiver(t *testing.T) *stormyReceiver {
	r := &stormyReceiver{stormy: true, first: make(map[string]bool), order: make(map[string][]int), ways: make(map[string]int), ended: make(chan struct{})}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() {
		close(r.ended) // lets go of those that hang
		r.Close()
	})
	return r
}

func (r *stormyReceiver) calm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stormy = false
}

func (r *stormyReceiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.first)
}

func (r *stormyReceiver) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("%d repeats, %v", r.repeats, r.ways)
}

// way is the receiver's treatment of one request.
func (r *stormyReceiver) way() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	way := "take"
	if r.stormy {
		switch n := rand.IntN(2000); {
		case n < 40:
			way = "500"
		case n < 50:
			way = "redirect"
		case n < 60:
			way = "reset"
		case n < 70:
			way = "take and reset"
		case n < 80:
			way = "late"
		case n < 83:
			way = "429"
		case n < 84:
			way = "hang"
		}
	}
	r.ways[way]++
	return way
}

// ServeHTTP implements http.Handler.
func (r *stormyReceiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // its sender was killed
	}
	switch way := r.way(); way {
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
	case "redirect":
		http.Redirect(w, req, "http://example.com/", http.StatusFound)
	case "reset", "take and reset":
		if way == "take and reset" {
			r.note(req, body)
		}
		reset(w)
	case "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case "hang":
		select { // its sender gives up after ten seconds
		case <-req.Context().Done():
		case <-r.ended:
		}
	case "late":
		r.note(req, body)
		pause(500 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	default:
		r.note(req, body)
		w.WriteHeader(http.StatusNoContent)
	}
}

// reset ends a connection as one that breaks.
func reset(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// note takes the actions of a request.
func (r *stormyReceiver) note(req *http.Request, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	actions := []json.RawMessage{body}
	isBatch := strings.Contains(req.Header.Get("Content-Type"), "batch")
	if isBatch {
		if err := json.Unmarshal(body, &actions); err != nil {
			r.wrong = append(r.wrong, err.Error())
		}
	}
	for _, a := range actions {
		var e struct {
			ID   string
			Data struct {
				Property string
				Version  int
			}
		}
		if err := json.Unmarshal(a, &e); err != nil || !isBatch && req.Header.Get("Webhook-Id") != e.ID {
			r.wrong = append(r.wrong, fmt.Sprintf("%s as %s: %v", a, req.Header.Get("Webhook-Id"), err))
			continue
		}
		if r.first[e.ID] {
			r.repeats++
		}
		r.first[e.ID] = true
		r.order[e.Data.Property] = append(r.order[e.Data.Property], e.Data.Version)
	}
}

// verify holds the actions that came against those that were sent. After a kill or a
// lost answer, senders go back to the first action not noted as delivered, and on in
// order: no version comes before the one that precedes it.
func (r *stormyReceiver) verify(t *testing.T, how string, sent map[string]string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wrong) > 0 {
		t.Errorf("%s: %d are wrong, such as %s", how, len(r.wrong), r.wrong[0])
	}
	for id := range sent {
		if !r.first[id] {
			t.Errorf("%s: %s did not come", how, id)
		}
	}
	if len(r.first) != len(sent) {
		t.Errorf("%s: %d ids came, %d were sent", how, len(r.first), len(sent))
	}
	for property, versions := range r.order {
		most := 0
		for _, v := range versions {
			if v > most+1 {
				t.Errorf("%s: of %s came %v", how, property, versions)
				break
			}
			most = max(most, v)
		}
		if !slices.Contains(versions, 1) {
			t.Errorf("%s: of %s came %v", how, property, versions)
		}
	}
}

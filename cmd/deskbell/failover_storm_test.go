package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// product is all of Deskbell on a Redis that loses its master: a web, two workers, a receiver of webhooks, and senders by the Go client
// and over HTTP.
type product struct {
	*testing.T
	redis   jobs.Redis
	store   *redisstore.Store
	client  *jobs.Client
	web     string // its address
	worker  string // where one of the workers says how it is
	env     []string
	workers []*proc // two, and the web
	got     *greetings

	enough atomic.Bool // no more visitors
	sends  sync.WaitGroup
	mu     sync.Mutex
	sent   map[string]time.Time // by visitor: when Redis had the event
}

func startProduct(t *testing.T, url string, o redis.UniversalOptions) *product {
	t.Helper()
	p := &product{T: t, redis: jobs.Connect(o), got: newGreetings(t), sent: make(map[string]time.Time)}
	t.Cleanup(func() { _ = p.redis.Close() })
	var err error
	if p.store, err = redisstore.Open(t.Context(), p.redis.Client, redisstore.Layout{Shards: 64, Partitions: 2}); err != nil {
		t.Fatal(err)
	}
	p.client = jobs.NewClient(jobs.ClientConfig{Store: p.store, Redis: p.redis.Client, Partitions: 2, TimeZone: time.UTC, Now: time.Now})
	define(t, p.client, map[string]any{
		"properties": map[string]any{"acme": map[string]any{"triggers": []any{
			map[string]any{"name": "first", "type": "site", "message": "Hello", "expiry": "1h"},
			map[string]any{"name": "second", "type": "site", "delay": "1s", "message": "Still there?", "expiry": "1h"},
		}}},
		"destinations": map[string]any{"crm": map[string]any{"type": "webhook", "url": p.got.URL, "secret_env": "CRM_SECRET"}},
	})
	p.env = []string{"REDIS_URL=" + url, "DESKBELL_CONCURRENCY=2", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", crmSecret, "LOG_LEVEL=warn", "LOG_FORMAT=text"}
	p.web, p.worker = fmt.Sprint("127.0.0.1:", redistest.FreePort(t)), fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	p.workers = []*proc{start(t, 0, p.env, "worker", "--listen", p.worker), start(t, 0, p.env, "worker"), start(t, 0, p.env, "web", "--listen", p.web)}
	t.Cleanup(func() {
		if t.Failed() {
			for _, w := range p.workers {
				t.Log(head(w.out.String()))
			}
		}
	})
	for _, at := range []string{p.web, p.worker} {
		redistest.Wait(t, "all of it is ready", func() bool { return answers(t, http.MethodGet, "http://"+at+"/readyz", nil) == http.StatusOK })
	}
	return p
}

// answers is the status of an answer; 0: there was none.
func answers(t testing.TB, method, url string, body []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// byClient sends an event with the Go client, and byHTTP over HTTP; false: it may not have arrived.
func (p *product) byClient(e event.Event) bool { return p.client.Send(p.Context(), e) == nil }

func (p *product) byHTTP(e event.Event) bool {
	body, err := json.Marshal(e)
	if err != nil {
		p.Error(err)
	}
	return answers(p, http.MethodPost, "http://"+p.web+"/v1/events", body) == http.StatusAccepted
}

// visit lets visitors arrive until there are enough. Each event is sent again until Redis has it.
func (p *product) visit(who string, pace time.Duration, send func(event.Event) bool) {
	p.sends.Go(func() {
		for i := 0; !p.enough.Load() && p.Context().Err() == nil; i++ {
			visitor := fmt.Sprint(who, i)
			e := event.NewVisitorArrived("acme", visitor, "s-"+visitor)
			e.ID, e.Time = "e-"+visitor, time.Now().UTC().Truncate(time.Millisecond)
			for !send(e) && p.Context().Err() == nil {
				pause(20 * time.Millisecond)
			}
			p.mu.Lock()
			p.sent[visitor] = time.Now()
			p.mu.Unlock()
			pause(pace)
		}
	})
}

// greetings is a receiver of webhooks. It takes all.
type greetings struct {
	*httptest.Server
	mu      sync.Mutex
	first   map[string]time.Time // by id: when it came first
	order   map[string][]string  // by visitor: the triggers of their messages, as they came first
	repeats int
	held    chan struct{} // holds requests until it is closed; nil: none
	holds   atomic.Int64  // requests that were held
}

// hold lets no request be answered, until it is let go.
func (g *greetings) hold() (letGo func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := make(chan struct{})
	g.held = held
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.held == held {
			g.held = nil
			close(held)
		}
	}
}

// wait holds a request; false: its sender is gone.
func (g *greetings) wait(ctx context.Context) bool {
	g.mu.Lock()
	held := g.held
	g.mu.Unlock()
	if held == nil {
		return true
	}
	g.holds.Add(1)
	select {
	case <-held:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func newGreetings(t *testing.T) *greetings {
	g := &greetings{first: make(map[string]time.Time), order: make(map[string][]string)}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

// ServeHTTP implements http.Handler.
func (g *greetings) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var a struct {
		ID   string
		Type action.Type
		Data action.Visitor
	}
	if err := json.NewDecoder(req.Body).Decode(&a); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if !g.wait(req.Context()) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, before := g.first[a.ID]; before {
		g.repeats++
	} else if g.first[a.ID] = time.Now(); a.Type == action.MessageSend {
		g.order[a.Data.Visitor] = append(g.order[a.Data.Visitor], a.Data.Trigger)
	}
	w.WriteHeader(http.StatusNoContent)
}

// visitors are those who were greeted.
func (g *greetings) visitors() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.order)
}

// again is how many calls came once more.
func (g *greetings) again() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.repeats
}

// firstAfter is when the first action came after an instant; zero: none has.
func (g *greetings) firstAfter(at time.Time) (first time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, came := range g.first {
		if came.After(at) && (first.IsZero() || came.Before(first)) {
			first = came
		}
	}
	return first
}

// check waits until everybody was greeted twice, and nothing is left to do. Everybody was, with one message a trigger, in order.
func (p *product) check() {
	p.Helper()
	p.enough.Store(true)
	p.sends.Wait()
	greeted := func() (n int) {
		p.got.mu.Lock()
		defer p.got.mu.Unlock()
		for visitor := range p.sent {
			if len(p.got.order[visitor]) >= 2 {
				n++
			}
		}
		return n
	}
	patient, end := redistest.Patient(p.Context())
	defer end()
	for greeted() < len(p.sent) && patient.Err() == nil {
		pause(50 * time.Millisecond)
	}
	(&stage{t: p.T, rdb: p.redis.Client, store: p.store}).awaitQuiet(time.Now)
	p.got.mu.Lock()
	defer p.got.mu.Unlock()
	wrong := 0
	for visitor, sent := range p.sent {
		if got := p.got.order[visitor]; !slices.Equal(got, []string{"first", "second"}) {
			if wrong++; wrong < 20 {
				p.Errorf("%s, whose event was sent at %s, got %v", visitor, sent.Format("15:04:05.000"), got)
			}
		}
	}
	p.Logf("%d visitors, %d of them wrongly greeted; %d actions came twice, with their ids", len(p.sent), wrong, p.got.repeats)
	for _, w := range p.workers {
		w.stop()
	}
}

// recovery is how something works again after a failure.
type recovery struct {
	name string
	mu   sync.Mutex
	from time.Time // since when it works without a failure; zero: it does not
	last time.Time // when it worked
}

// worked notes that it does, or does not.
func (r *recovery) worked(works bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !works {
		r.from = time.Time{}
		return
	}
	if r.last = time.Now(); r.from.IsZero() {
		r.from = r.last
	}
}

// since is from when on something has worked that has after an instant; zero: it has not.
func (r *recovery) since(at time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last.After(at) {
		return r.from
	}
	return time.Time{}
}

// watch asks something again and again. A call that waits until it can be answered is no failure.
func (p *product) watch(name string, works func() bool) *recovery {
	r := &recovery{name: name}
	p.sends.Go(func() {
		for ; p.Context().Err() == nil && !p.enough.Load(); pause(20 * time.Millisecond) {
			r.worked(works())
		}
	})
	return r
}

// load lets visitors arrive, until check.
func (p *product) load() {
	p.Helper()
	pace := redistest.Storm(p, 60*time.Millisecond, 150*time.Millisecond)
	for n := range 4 {
		p.visit(fmt.Sprint("c", n, "-"), pace, p.byClient)
		p.visit(fmt.Sprint("h", n, "-"), pace, p.byHTTP)
	}
	p.goesOn("visitors arrive")
}

// goesOn waits until some more visitors were greeted.
func (p *product) goesOn(why string) {
	p.Helper()
	before := p.got.visitors()
	redistest.Wait(p, "more are greeted: "+why, func() bool { return p.got.visitors() >= before+50 })
}

// killWorkers kills both workers while they call the receiver, with the leases of their lanes, and starts two others.
func (p *product) killWorkers() {
	p.Helper()
	letGo := p.got.hold()
	defer letGo()
	redistest.Wait(p, "the workers hold lanes", func() bool { return p.got.holds.Load() >= 4 })
	for n := range 2 {
		p.workers[n].kill()
	}
	p.workers[0], p.workers[1] = start(p.T, 0, p.env, "worker", "--listen", p.worker), start(p.T, 0, p.env, "worker")
}

// slowest is how long after an election all goes on, on a machine that has much else to do. go-redis by itself takes two or three times as
// long.
const slowest = 20 * time.Second

// failover kills a master, waits until another one is elected, and says how long all else took after that.
func (p *product) failover(kill func(), elected func()) {
	p.Helper()
	is := func(status int, url string) func() bool {
		return func() bool { return answers(p, http.MethodGet, "http://"+url, nil) == status }
	}
	all := []*recovery{
		p.watch("the Go client", func() bool {
			return p.client.Send(p.Context(), event.NewPageViewed("acme", "watch-c", "s-watch-c", event.Page{URL: "https://acme.example/"})) == nil
		}),
		p.watch("web", func() bool {
			return p.byHTTP(event.NewPageViewed("acme", "watch-h", "s-watch-h", event.Page{URL: "https://acme.example/"}))
		}),
		p.watch("the monitor", is(http.StatusOK, p.web+"/monitor/api/queues")),
		p.watch("web's /readyz", is(http.StatusOK, p.web+"/readyz")),
		p.watch("worker's /readyz", is(http.StatusOK, p.worker+"/readyz")),
	}
	kill()
	killed := time.Now()
	elected()
	voted := time.Now()
	p.Logf("killed at %s, elected %.1f s later", killed.Format("15:04:05.000"), voted.Sub(killed).Seconds())
	again := func(name string, since func() time.Time) {
		redistest.Wait(p, name+" works again", func() bool { return !since().IsZero() })
		late := max(0, since().Sub(voted))
		if late > slowest {
			p.Errorf("%s: again %s after the election", name, late)
		}
		p.Logf("%s: again %.1f s after the election", name, late.Seconds())
	}
	for _, a := range all {
		again(a.name, func() time.Time { return a.since(voted) })
	}
	again("actions", func() time.Time { return p.got.firstAfter(voted) })
	pause(2 * time.Second)
	for _, a := range all {
		p.Logf("%s: for good %.1f s after the election", a.name, max(0, a.since(voted).Sub(voted)).Seconds())
	}
}

// TestKilledMastersLoseNothing runs all of Deskbell on a Redis that loses its master, and says how long each part took to go on. Everybody
// whose event was acknowledged is greeted, once by each trigger, in order.
func TestKilledMastersLoseNothing(t *testing.T) {
	t.Parallel()
	t.Run("Cluster", func(t *testing.T) {
		t.Parallel()
		c := redistest.StartReplicatedCluster(t)
		p := startProduct(t, c.URL(), c.Options())
		p.load()
		p.reshard(c, redistest.Storm(t, 1000, 200))
		p.killWorkers()
		p.goesOn("other workers have taken over")
		const key = "asynq:{deskbell-event-0}:pending"
		master := c.Master(t, key)
		p.failover(func() { master.StopCopied(t) }, func() { c.AwaitElection(t, master, key) })
		p.check()
	})
	t.Run("Sentinel", func(t *testing.T) {
		t.Parallel()
		master := redistest.Start(t, "repl-diskless-sync-delay 0")
		sentinel := redistest.StartSentinel(t, master, redistest.StartReplica(t, master))
		o := sentinel.Options()
		o.MasterName = redistest.MasterName
		p := startProduct(t, "redis-sentinel://"+sentinel.Addr()+"/0?master="+redistest.MasterName, o)
		p.load()
		dead := master.Addr()
		p.failover(func() { master.StopCopied(t) }, func() {
			redistest.Wait(t, "a replica is elected", func() bool { return sentinel.MasterBySentinel(t) != dead })
		})
		p.check()
	})
}

// reshard moves slots between two masters, and some shards with them.
func (p *product) reshard(c *redistest.Cluster, slots int) {
	p.Helper()
	at := func(shard int) *redistest.Server { return c.Master(p, fmt.Sprintf("deskbell:{%d}:due", shard)) }
	var before []*redistest.Server
	for shard := range p.store.Shards() {
		before = append(before, at(shard))
	}
	c.Reshard(p, "asynq:{deskbell-event-0}:pending", slots)
	moved := 0
	for shard, node := range before {
		if at(shard) != node {
			moved++
		}
	}
	p.Logf("%d slots were moved, and %d of %d shards with them", slots, moved, len(before))
	if moved == 0 {
		p.Error("no shard was moved: it shows nothing")
	}
	p.goesOn("slots have moved")
}

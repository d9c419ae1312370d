package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	guard "github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestMain(m *testing.M) {
	redistest.AtOnce(16)
	quiet, _ := logtest.NewNullLogger() // go-redis logs much while Redis is away
	redis.SetLogger(&jobs.RedisLog{Log: quiet, Now: time.Now})
	os.Exit(m.Run())
}

// morning is the day of these tests, a Monday, at an hour and a minute.
func morning(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC)
}

// clock is the real one, shifted.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// set sets the clock to an instant.
func (c *clock) set(t time.Time) { c.offset.Store(int64(time.Until(t))) }

// due makes an instant come at the next beat of the workers' cron, which is every five
// seconds.
func (c *clock) due(t time.Time) { c.dueAfter(t, 0) }

// dueAfter leaves at least so much time before.
func (c *clock) dueAfter(t time.Time, least time.Duration) {
	const every, breath = 5 * time.Second, 200 * time.Millisecond
	beat := time.Now().Add(least + breath).Truncate(every).Add(every)
	c.offset.Store(int64(t.Sub(beat)))
}

// setup has the settings of a bundle. The zero value is a Redis of its own with
// seven shards.
type setup struct {
	redis    redis.UniversalOptions // none: a new server's
	shards   int
	clock    time.Time
	wrap     func(store.Store) store.Store // the workers' store
	batch    int
	stop     time.Duration
	notify   jobs.Notifier
	streams  deliver.OpenDestination // opens destinations of the type redis_stream
	webhooks deliver.OpenDestination // opens webhooks; nil: nobody does
	metrics  *jobs.Metrics           // of all workers together
	fetcher  jobs.CalendarFetcher
	tenders  map[string]jobs.Tender
	bounds   deliver.Bounds
	quotas   quota.Limits                      // zero: none
	own      map[string]definition.Destination // of the workers
	mute     bool                              // no nudge gets through
}

// bundle is a Redis with definitions, and workers on it that share a clock, a log and
// a recorder, to which they deliver.
type bundle struct {
	*testing.T
	setup
	clock  *clock
	rdb    redis.UniversalClient
	store  *redisstore.Store
	client *jobs.Client
	log    *logrus.Logger
	logged *logtest.Hook
	out    *recorder
	asked  atomic.Int64 // commands that workers have sent to Redis
}

func newBundle(t *testing.T, s setup) *bundle {
	t.Helper()
	if len(s.redis.Addrs) == 0 {
		s.redis = redistest.Start(t).Options()
	}
	if s.shards == 0 {
		s.shards = 7
	}
	if s.batch == 0 {
		s.batch = 100
	}
	if s.stop == 0 {
		s.stop = 5 * time.Second
	}
	if s.clock.IsZero() {
		s.clock = morning(8, 30)
	}
	if s.wrap == nil {
		s.wrap = func(db store.Store) store.Store { return db }
	}
	b := &bundle{T: t, setup: s, clock: new(clock), out: newRecorder()}
	if b.notify == nil {
		b.notify = b.out
	}
	b.clock.set(s.clock)
	b.log, b.logged = logtest.NewNullLogger()
	b.log.SetLevel(logrus.DebugLevel)
	o := s.redis
	o.PoolTimeout = redistest.Patience // a test may send much at once, on a busy machine
	b.rdb = redis.NewUniversalClient(&o)
	t.Cleanup(func() { _ = b.rdb.Close() })
	if s.mute {
		b.rdb.AddHook(mute{})
	}
	store, err := redisstore.Open(t.Context(), b.rdb, redisstore.Layout{Shards: s.shards, Partitions: 1})
	b.must(err)
	b.store = store
	b.client = jobs.NewClient(jobs.ClientConfig{
		Store: b.store, Redis: b.rdb, Partitions: 1, Now: b.clock.now, TimeZone: time.UTC,
	})
	return b
}

func (b *bundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// define makes Redis match definitions, and gives the steps.
func (b *bundle) define(text string) []string {
	b.Helper()
	steps, err := b.client.Plan(b.Context(), parse(b, text))
	b.must(err)
	b.must(b.client.Apply(b.Context(), steps, nil))
	return names(steps)
}

func names(steps []edit.Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, fmt.Sprintf("%s %s %s", s.Kind, s.Name, s.Op))
	}
	return list
}

// parse reads definitions from JSON; YAML is for config.
func parse(t testing.TB, text string) *definition.Definitions {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	defs, err := definition.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	return defs
}

// worker starts a worker; stop ends it and fails the test if it does not end well. It
// ends with the test at the latest.
func (b *bundle) worker() (stop func()) {
	b.Helper()
	_, stop = b.workerOn(&machine{clock: b.clock})
	return stop
}

// machine is one on which a worker runs. Its clock is off by some time from that of the bundle, which Redis has, too.
type machine struct {
	*clock
	ahead   atomic.Int64
	watched bool // a test sets the machine's clock, and not that of the bundle while the worker runs
}

func (m *machine) now() time.Time { return m.clock.now().Add(time.Duration(m.ahead.Load())) }

// keep makes the clock of a process on that machine.
func (m *machine) keep(log logrus.FieldLogger) *guard.Clock {
	c := guard.Config{Now: m.now, Redis: func(time.Time) time.Time { return m.clock.now() }, Log: log}
	if m.watched {
		began := m.clock.now()
		c.Ran = func() time.Duration { return m.clock.now().Sub(began) }
	}
	return guard.New(c)
}

// workerOn is worker, on a machine.
func (b *bundle) workerOn(m *machine) (_ *jobs.Worker, stop func()) {
	b.Helper()
	kept := m.keep(b.log)
	r := jobs.Connect(b.redis)
	r.Client.AddHook(counting{&b.asked})
	r.Server.AddHook(counting{&b.asked})
	if b.mute {
		r.Client.AddHook(mute{})
	}
	store, err := redisstore.Open(b.Context(), r.Client, redisstore.Layout{Shards: b.shards, Partitions: 1})
	b.must(err)
	streams := b.streams
	if streams == nil {
		streams = b.out.open
	}
	open := map[string]deliver.OpenDestination{"log": b.out.open, "redis_stream": streams}
	if b.webhooks != nil {
		open["webhook"] = b.webhooks
	}
	var book *quota.Book
	if b.quotas != (quota.Limits{}) {
		book = quota.NewBook(store, kept.Now, b.quotas)
	}
	w := jobs.NewWorker(jobs.Config{
		Store: b.wrap(store), Redis: r, Partitions: 1, Log: b.log, Now: kept.Now, TimeZone: time.UTC,
		Concurrency: 2, Batch: b.batch, StopTimeout: b.stop,
		OpenDestination:    open,
		DefaultDestination: definition.Destination{Type: "log"},
		OwnDestinations:    b.own,
		Bounds:             b.bounds,
		Quotas:             book,
		Notifier:           b.notify,
		Pusher:             b.out,
		Calendars:          b.fetcher,
		Tenders:            b.tenders,
		Metrics:            b.metrics,
		Peers:              jobs.NewPeers(jobs.PeersConfig{Version: zones.Version(), Clock: kept, Log: b.log}),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, r.Close()); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(stop)
	return w, stop
}

// quiet waits until nothing is left to do at the clock's time: no subject is due or
// to be woken, every action is delivered, and no task waits or runs.
func (b *bundle) quiet() {
	b.Helper()
	redistest.Wait(b, "nothing is left to do", redistest.Twice(func() bool { return b.nothingWaits() && b.running() == 0 }))
}

// quietButForOrphans is quiet after Redis has hung. asynq may then take a task whose
// worker never hears of it, and runs it a minute or two later. The test does not wait
// for that: the next wake-up has done its work.
func (b *bundle) quietButForOrphans() {
	b.Helper()
	redistest.Wait(b, "nothing waits", redistest.Twice(b.nothingWaits))
}

func (b *bundle) nothingWaits() bool {
	b.Helper()
	pending, err := b.store.Pending(b.Context(), b.clock.now())
	b.must(err)
	edited, err := b.store.Edited(b.Context())
	b.must(err)
	idle := !slices.ContainsFunc(pending, func(p store.Pending) bool { return p != store.Pending{} })
	return idle && len(edited) == 0 && b.count(func(q *asynq.QueueInfo) int { return q.Pending + q.Retry }) == 0
}

// running is how many tasks are being worked on.
func (b *bundle) running() int {
	b.Helper()
	return b.count(func(q *asynq.QueueInfo) int { return q.Active })
}

// count adds up a number over the queues.
func (b *bundle) count(of func(*asynq.QueueInfo) int) int {
	b.Helper()
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	queues, err := inspector.Queues()
	b.must(err)
	n := 0
	for _, queue := range queues {
		info, err := inspector.GetQueueInfo(queue)
		b.must(err)
		n += of(info)
	}
	return n
}

// crosses lets an instant come at the next beat, and waits until the work that was due
// then is done.
func (b *bundle) crosses(boundary time.Time) {
	b.Helper()
	b.clock.due(boundary)
	redistest.Wait(b, "the boundary has come", func() bool { return !b.clock.now().Before(boundary) })
	b.quiet()
}

// status is "online", "away" or "offline" of a property, or of a department:
// "acme/sales".
func (b *bundle) status(id string) widget.Status {
	b.Helper()
	property, department, _ := strings.Cut(id, "/")
	list, err := b.client.Status(b.Context(), property)
	b.must(err)
	if department != "" {
		return list[0].Widget.Departments[department].Status
	}
	return list[0].Widget.Status
}

// becomes waits until a property has a status.
func (b *bundle) becomes(id string, want widget.Status) {
	b.Helper()
	redistest.Wait(b, id+" is "+string(want), func() bool { return b.status(id) == want })
}

// key is a key of the shard of a subject.
func (b *bundle) key(s store.Subject, name string) string {
	return fmt.Sprintf("deskbell:{%d}:%s", b.store.Shard(s), name)
}

// lines are the log lines with a message.
func (b *bundle) lines(message string) []*logrus.Entry {
	var found []*logrus.Entry
	for _, e := range b.logged.AllEntries() {
		if e.Message == message {
			found = append(found, e)
		}
	}
	return found
}

// text is a log line as it is written.
func text(t testing.TB, e *logrus.Entry) string {
	t.Helper()
	line, err := (&logrus.JSONFormatter{}).Format(&logrus.Entry{Logger: e.Logger, Data: maps.Clone(e.Data), Time: e.Time, Level: e.Level, Message: e.Message})
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// recorder stands for every destination, and for the notification services.
type recorder struct {
	mu     sync.Mutex
	had    map[string][]deliver.Delivery // by destination
	calls  map[string][]call             // by destination
	sent   []string                      // notices: URL, title, text
	pushes []deliver.Push                // those of the notices that are pushes
	fails  map[string]error              // the answer, by destination or by URL

	answers map[string]func(context.Context, []deliver.Delivery) error // by destination, if its answers differ
}

// call is one call of a destination, and its answer.
type call struct {
	ids []string
	err error
}

func newRecorder() *recorder {
	return &recorder{
		had: make(map[string][]deliver.Delivery), calls: make(map[string][]call), fails: make(map[string]error),
		answers: make(map[string]func(context.Context, []deliver.Delivery) error),
	}
}

func (r *recorder) open(name string, _ definition.Destination) (deliver.Destination, error) {
	return recording{r, name}, nil
}

type recording struct {
	*recorder
	name string
}

// Most implements deliver.Destination.
func (recording) Most() int { return 10 }

// Deliver implements deliver.Destination.
func (r recording) Deliver(ctx context.Context, batch []deliver.Delivery) error {
	err := r.reply(ctx, batch)
	r.mu.Lock()
	defer r.mu.Unlock()
	c := call{err: err}
	for _, d := range batch {
		c.ids = append(c.ids, d.ID)
	}
	r.calls[r.name] = append(r.calls[r.name], c)
	if err == nil {
		r.had[r.name] = append(r.had[r.name], batch...)
	}
	return err
}

func (r recording) reply(ctx context.Context, batch []deliver.Delivery) error {
	r.mu.Lock()
	answer, err := r.answers[r.name], r.recorder.fails[r.name]
	r.mu.Unlock()
	if answer != nil {
		return answer(ctx, batch)
	}
	return err
}

// answer changes the answers of a destination from now on.
func (r *recorder) answer(name string, answer func(context.Context, []deliver.Delivery) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[name] = answer
}

// called are the calls of a destination so far.
func (r *recorder) called(name string) []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls[name])
}

// Notify implements jobs.Notifier.
func (r *recorder) Notify(_ context.Context, url, title, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fails[url]; err != nil {
		return err
	}
	r.sent = append(r.sent, url+" "+title+": "+text)
	return nil
}

// Push implements jobs.Pusher.
func (r *recorder) Push(_ context.Context, p deliver.Push) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fails[p.Endpoint]; err != nil {
		return err
	}
	r.sent, r.pushes = append(r.sent, asPushed(p)), append(r.pushes, p)
	return nil
}

// pushed are the pushes so far.
func (r *recorder) pushed() []deliver.Push {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.pushes)
}

// fail lets a destination, a notification service, or an endpoint of push, fail; nil mends it.
func (r *recorder) fail(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails[name] = err
}

// notices are those sent, in the order of the alphabet.
func (r *recorder) notices() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.sent))
}

// envelope has the parts of an action that these tests read.
type envelope struct {
	action.Action
	Data struct {
		Property, Department, Agent, Previous, Status, Reason, Kind string
		Version                                                     int64
		Cause                                                       action.Cause
	}
}

func (e *envelope) UnmarshalJSON(body []byte) error {
	if err := json.Unmarshal(body, &e.Action); err != nil {
		return err
	}
	raw, ok := e.Action.Data.(json.RawMessage)
	if !ok {
		return errors.New("decoding an action: its data is not raw")
	}
	return json.Unmarshal(raw, &e.Data)
}

// actions are those that a destination has had, in their order.
func (b *bundle) actions(destination string) []envelope {
	b.Helper()
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	var list []envelope
	for _, d := range b.out.had[destination] {
		var e envelope
		b.must(json.Unmarshal(d.Body, &e))
		list = append(list, e)
	}
	return list
}

// at are the ids of actions that a boundary caused, in the order of the alphabet,
// without the boundary itself.
func (b *bundle) at(destination string, boundary time.Time) []string {
	b.Helper()
	suffix := fmt.Sprintf(":%d", boundary.Unix())
	var ids []string
	for _, a := range b.actions(destination) {
		if id, ok := strings.CutSuffix(a.ID, suffix); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

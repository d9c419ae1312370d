package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// rescues is a Redis with chats in which nobody answers, of properties that comfort their
// visitors one after the other.
type rescues struct {
	*testing.T
	redis  *redistest.Server
	rdb    redis.UniversalClient
	store  *redisstore.Store
	client *jobs.Client
	mu     sync.Mutex
	due    map[string]time.Time // by visitor, of the message that they are to get
}

const rescueProperties = 20

func newRescues(t *testing.T) *rescues {
	r := &rescues{T: t, redis: redistest.Start(t), due: make(map[string]time.Time)}
	r.rdb = r.redis.Client(t)
	var err error
	if r.store, err = redisstore.Open(t.Context(), r.rdb, redisstore.Layout{Shards: 16, Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	r.client = jobs.NewClient(jobs.ClientConfig{Store: r.store, Redis: r.rdb, Partitions: 1, TimeZone: time.UTC, Now: time.Now})
	return r
}

// define lets the first property comfort after a delay, and each other half a second later.
func (r *rescues) define(first time.Duration) {
	r.Helper()
	properties := map[string]any{}
	for i := range rescueProperties {
		properties[fmt.Sprint("p", i)] = map[string]any{"triggers": []any{map[string]any{
			"name": "Help", "type": "rescue", "delay": rescueDelay(first, i).String(), "message": "We are nearly with you", "expiry": "1h",
		}}}
	}
	r.apply(properties)
}

// apply defines properties whose actions go to a stream.
func (r *rescues) apply(properties map[string]any) {
	r.Helper()
	define(r.T, r.client, map[string]any{
		"properties": properties, "destinations": map[string]any{"out": map[string]any{"type": "redis_stream", "max_len": 1_000_000}},
	})
}

// define applies definitions.
func define(t *testing.T, client *jobs.Client, tree map[string]any) {
	t.Helper()
	defs, err := definition.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := client.Plan(t.Context(), defs)
	if err == nil {
		err = client.Apply(t.Context(), steps, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rescueDelay(first time.Duration, property int) time.Duration {
	return first + time.Duration(property%rescueProperties)*500*time.Millisecond
}

// ask lets visitors ask for chats, as many as workers take in until some time before the first
// message is due. Every third is answered. It waits until workers have taken in all of that, and
// gives when the first message is due.
func (r *rescues) ask(chats int, first time.Duration) time.Time {
	r.Helper()
	const atOnce = 100
	before := min(first/3, 12*time.Second)
	r.awaitQuiet() // the widgets are online
	now := time.Now().UTC().Truncate(time.Millisecond)
	for asked := 0; asked < chats && time.Since(now) < first-before; asked += atOnce {
		var requests, answers []event.Event
		for i := asked; i < asked+atOnce; i++ {
			property, visitor, chat := fmt.Sprint("p", i%rescueProperties), fmt.Sprint("v", i), fmt.Sprint("c", i)
			e := event.New(event.ChatRequested, event.Data{Property: property, Visitor: visitor, Chat: chat, Text: "Hello?"})
			e.Time = now
			requests = append(requests, e)
			if i%3 != 0 {
				r.due[visitor] = now.Add(rescueDelay(first, i))
				continue
			}
			e = event.New(event.ChatMessage, event.Data{Property: property, Chat: chat, From: event.FromAgent, Agent: "lea", Text: "Yes?"})
			e.Time = now.Add(time.Millisecond)
			answers = append(answers, e)
		}
		r.send(requests)
		redistest.Wait(r, "most events are taken in", func() bool { return r.queued("deskbell-event").Pending < 3 })
		r.send(answers)
	}
	redistest.Wait(r, "all events are taken in", func() bool { return r.queued("deskbell-event").Size == 0 })
	r.Logf("%d messages are to come", len(r.due))
	if time.Now().After(now.Add(first)) {
		r.Fatal("taking the events in took until the first message was due: it shows nothing")
	}
	return now.Add(first)
}

func (r *rescues) send(events []event.Event) {
	r.Helper()
	if err := r.client.Send(r.Context(), events...); err != nil {
		r.Fatal(err)
	}
}

func (r *rescues) queued(queue string) *asynq.QueueInfo {
	r.Helper()
	info, err := asynq.NewInspectorFromRedisClient(r.rdb).GetQueueInfo(queue)
	if err != nil {
		r.Fatal(err)
	}
	return info
}

func (r *rescues) worker() *proc {
	return start(r, 0, []string{
		"REDIS_URL=" + r.redis.URL(), "DESKBELL_CONCURRENCY=2", "DESKBELL_TIME_ZONE=UTC", "LOG_LEVEL=warn", "LOG_FORMAT=text",
	}, "worker")
}

func (r *rescues) awaitQuiet() {
	r.Helper()
	(&stage{t: r.T, rdb: r.rdb, store: r.store}).awaitQuiet(time.Now)
}

// check waits until nothing is left to do after the last due time, compares the messages
// with the right ones, and gives how late they were, by visitor.
func (r *rescues) check() map[string]time.Duration {
	r.Helper()
	for _, due := range r.due {
		pause(time.Until(due))
	}
	r.awaitQuiet()
	entries, err := r.rdb.XRange(r.Context(), definition.DefaultStream, "-", "+").Result()
	if err != nil {
		r.Fatal(err)
	}
	ids, lateness, messages := make(map[string]bool), make(map[string]time.Duration), 0
	for _, e := range entries {
		var a struct {
			ID   string
			Type action.Type
			Time time.Time
			Data action.Visitor
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(e.Values["action"])), &a); err != nil {
			r.Fatal(err)
		}
		if a.Type != action.MessageSend {
			continue
		}
		messages++
		ids[a.ID] = true
		due, waits := r.due[a.Data.Visitor]
		late := a.Time.Sub(due)
		lateness[a.Data.Visitor] = late
		if !waits {
			r.Errorf("%s was comforted, and had been answered", a.Data.Visitor)
		} else if late < 0 {
			r.Errorf("%s was comforted %s too early", a.Data.Visitor, -late)
		}
	}
	if messages != len(r.due) || len(ids) != len(r.due) || len(lateness) != len(r.due) {
		r.Errorf("%d messages with %d ids for %d visitors; want one for each of %d", messages, len(ids), len(lateness), len(r.due))
	}
	return lateness
}

// held are the visitors whose tasks a worker held that was killed at an instant: no worker
// has extended them since. asynq gives them to another after a minute or two.
func (r *rescues) held(queue string, killed time.Time) map[string]bool {
	r.Helper()
	const extendedEvery, lease = 5 * time.Second, 30 * time.Second
	pause(time.Until(killed.Add(extendedEvery + time.Second)))
	ids, err := r.rdb.ZRangeByScore(r.Context(), "asynq:{"+queue+"}:lease", &redis.ZRangeBy{
		Min: "-inf", Max: fmt.Sprint(killed.Add(lease).Unix()),
	}).Result()
	if err != nil {
		r.Fatal(err)
	}
	visitors := make(map[string]bool)
	for _, id := range ids {
		task, err := asynq.NewInspectorFromRedisClient(r.rdb).GetTaskInfo(queue, id)
		if errors.Is(err, asynq.ErrTaskNotFound) {
			continue // done in the meantime: of a worker that lives
		}
		var payload struct {
			Subject store.Subject
			Events  []event.Event
		}
		if err == nil {
			err = json.Unmarshal(task.Payload, &payload)
		}
		if err != nil {
			r.Fatal(err)
		}
		if _, visitor, ok := payload.Subject.Visitor(); ok {
			visitors[visitor] = true
		}
		for i := range payload.Events {
			visitors[payload.Events[i].Data.Visitor] = true
		}
	}
	return visitors
}

// nobodyWaitsLong fails the test where a message that a dead worker was to send came much later
// than the others, which are as late as the machine is busy.
func (r *rescues) nobodyWaitsLong(held map[string]bool, late map[string]time.Duration) {
	r.Helper()
	const most = 20 * time.Second          // asynq takes nothing from a worker before 30
	latest := make(map[bool]time.Duration) // of those that it held, and of the others
	for visitor, d := range late {
		latest[held[visitor]] = max(latest[held[visitor]], d)
	}
	r.Logf("the worker died with the messages of %d visitors; the latest was %s late, and %s of the others",
		len(held), latest[true].Round(time.Millisecond), latest[false].Round(time.Millisecond))
	if len(held) == 0 {
		r.Error("the worker that died held nothing: it shows nothing")
	}
	if latest[true] > latest[false]+most {
		r.Errorf("a message came %s late, others %s; allowed: %s more", latest[true], latest[false], most)
	}
}

// TestKilledWorkersSendEveryMessageOnce kills real worker processes at random while 20,000 timers
// fall due, beside 10,000 chats with an answer: fewer on a busy machine, and in a small storm.
func TestKilledWorkersSendEveryMessageOnce(t *testing.T) {
	t.Parallel()
	chats, first := redistest.Storm(t, 30_000, 3_000), redistest.Storm(t, 45*time.Second, 15*time.Second)
	r := newRescues(t)
	r.define(first)
	workers := []*proc{r.worker(), r.worker(), r.worker()}
	begins := r.ask(chats, first)
	pause(time.Until(begins))
	kills := 0
	for time.Now().Before(begins.Add(rescueProperties * time.Second / 2)) {
		pause(time.Duration(50+rand.IntN(700)) * time.Millisecond)
		n := rand.IntN(len(workers))
		workers[n].kill()
		kills++
		workers[n] = r.worker()
	}
	late := r.check()
	for _, w := range workers {
		w.stop()
	}
	t.Logf("%d kills; the latest message was %s late", kills, slices.Max(slices.Collect(maps.Values(late))).Round(time.Millisecond))
}

// TestNoMessageWaitsLongForAWorkerThatDied kills one of two workers while it waits for the
// instants of its messages.
func TestNoMessageWaitsLongForAWorkerThatDied(t *testing.T) {
	t.Parallel()
	chats, first := redistest.Storm(t, 3_000, 600), redistest.Storm(t, 24*time.Second, 15*time.Second)
	r := newRescues(t)
	r.define(first)
	dies := r.worker()
	begins := r.ask(chats, first)
	pause(time.Until(begins.Add(4500 * time.Millisecond))) // it holds all that is due in the next two seconds
	lives := r.worker()
	pause(time.Until(begins.Add(5200 * time.Millisecond))) // between two due times
	dies.kill()
	held := r.held("deskbell-timer", time.Now())
	r.nobodyWaitsLong(held, r.check())
	lives.stop()
}

package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/erase"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// persons is a shop in which visitors leave traces everywhere.
const persons = `{
	"properties": {"acme": {
		"agents": ["lea"], "destinations": ["hook", "away", "stream"],
		"rescue": [{"after": "50m", "send_message": "Sorry, {{visitor.name}}"}],
		"triggers": [
			{"name": "Hello", "type": "site", "delay": "0s", "message": "Hello {{visitor.name}}"},
			{"name": "Later", "type": "site", "delay": "40m", "message": "Still there, {{visitor.name}}?"},
			{"name": "Tell", "type": "advanced", "on": "chat.requested", "actions": [{"notify": {"text": "{{visitor.name}} asks", "agents": ["lea"]}}]}
		]
	}},
	"agents": {"lea": {"name": "Léa", "online_when": "logged_in", "notify": {"via": ["ntfy://x"], "on": ["slow_chat"]}}},
	"destinations": {"hook": {"type": "log"}, "away": {"type": "log"}, "stream": {"type": "redis_stream"}}
}`

// traces are those that one visitor leaves, of whose texts each has their id in it.
func traces(visitor string) []event.Event {
	chat := "chat-of-" + visitor
	facts := event.Attributes{Name: "Name of " + visitor, Email: visitor + "@example.com", Custom: event.Values{"plan": "plan of " + visitor}}
	return []event.Event{
		event.New(event.VisitorArrived, event.Data{Property: "acme", Visitor: visitor, Visit: visitor + ".1", Attributes: facts}),
		event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: visitor, Chat: chat, Text: "Hello from " + visitor}),
		event.New(event.ChatAssigned, event.Data{Property: "acme", Chat: chat, Agent: "lea"}),
		event.New(event.ChatMessage, event.Data{Property: "acme", Chat: chat, From: event.FromVisitor, Text: "Once more from " + visitor}),
	}
}

// leaveTraces gives a shop where two visitors have left traces in every place that there is, and lets events of both wait.
func leaveTraces(t *testing.T) (b *bundle, goOn func()) {
	t.Helper()
	o := redistest.Start(t).Options()
	rdb := redis.NewUniversalClient(&o)
	t.Cleanup(func() { _ = rdb.Close() })
	b = newBundle(t, setup{redis: o, streams: redisstream.Open(rdb)})
	b.define(persons)
	b.out.fail("hook", &deliver.Error{Err: errors.New("422"), Refused: true})
	b.out.fail("away", errors.New("no answer"))
	b.out.fail("ntfy://x", errors.New("away"))
	b.worker()
	b.send(event.New(event.AgentLoggedIn, event.Data{Agent: "lea"}))
	b.becomes("acme", widget.Online)
	b.send(traces("secret")[0], traces("other")[0])
	b.has("secret", "deskbell:actions", "deskbell:aside", "deskbell:out")
	b.send(append(traces("secret")[1:], traces("other")[1:]...)...)
	b.has("secret", "deskbell:chatting")
	redistest.Wait(b, "all is taken in", redistest.Twice(func() bool { return len(b.notes()) == 0 && b.running() == 0 }))
	goOn = b.pauseEvents()
	b.send(append(traces("secret")[1:], traces("other")[1:]...)...)
	mixed := payload(b, traces("secret")[0], traces("other")[0])
	b.archive(enqueue.EventQueue, enqueue.EventsArgs{}.Kind(), mixed)
	b.archive(enqueue.EventQueue, enqueue.EventsArgs{}.Kind(), `{"events":"acme and secret, in a form of somebody's own"}`)
	b.archive("deskbell-delivery", jobs.ReplayArgs{}.Kind(), `{"destination":"hook","id":"1","body":"{\"data\":{\"property\":\"acme\",\"visitor\":\"secret\"}}"}`)
	return b, goOn
}

func payload(b *bundle, events ...event.Event) string {
	b.Helper()
	var bodies []string
	for _, e := range events {
		e, err := b.client.Intake().Complete(e)
		b.must(err)
		body, err := e.MarshalJSON()
		b.must(err)
		bodies = append(bodies, string(body))
	}
	return `{"events":[` + strings.Join(bodies, ",") + `]}`
}

func (b *bundle) archive(queue, kind, payload string) {
	b.Helper()
	info, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask(kind, []byte(payload)), asynq.Queue(queue), asynq.ProcessIn(time.Hour))
	b.must(err)
	b.must(asynq.NewInspectorFromRedisClient(b.rdb).ArchiveTask(queue, info.ID))
}

// dump is all that Redis has, a line for each value.
func (b *bundle) dump() string {
	b.Helper()
	var lines []string
	ctx := b.Context()
	for _, key := range b.rdb.Keys(ctx, "*").Val() {
		var value any
		switch b.rdb.Type(ctx, key).Val() {
		case "string":
			value = b.rdb.Get(ctx, key).Val()
		case "hash":
			value = b.rdb.HGetAll(ctx, key).Val()
		case "set":
			value = b.rdb.SMembers(ctx, key).Val()
		case "zset":
			value = b.rdb.ZRangeWithScores(ctx, key, 0, -1).Val()
		case "list":
			value = b.rdb.LRange(ctx, key, 0, -1).Val()
		case "stream":
			value = b.rdb.XRange(ctx, key, "-", "+").Val()
		}
		lines = append(lines, fmt.Sprintf("%s: %q", key, fmt.Sprint(value)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// with are the lines of a dump that have a word.
func with(word, dump string) (lines []string) {
	for _, line := range strings.Split(dump, "\n") {
		if strings.Contains(line, word) {
			lines = append(lines, line)
		}
	}
	return lines
}

// places are the kinds of keys that may have something of a visitor: all that jobs/redisstore/keys.go lists and is about visitors, the
// stream of a destination, and the tasks of queues.
func places() []string {
	return []string{
		"asynq:{deskbell-delivery}:t", "asynq:{deskbell-event}:t", "asynq:{deskbell-timer}:t",
		"deskbell:actions", "deskbell:aside", "deskbell:chatting", "deskbell:due", "deskbell:out", "deskbell:recent", "deskbell:state",
	}
}

// placesWith are the kinds of keys with a word in them, or in their values.
func placesWith(word, dump string) []string {
	found := make(map[string]bool)
	for _, line := range with(word, dump) {
		parts := strings.Split(strings.SplitN(line, ": ", 2)[0], ":")
		if parts[0] == "deskbell" && len(parts) > 2 {
			parts = []string{parts[0], parts[2]}
		}
		found[strings.Join(parts[:min(3, len(parts))], ":")] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// has waits until a word is in places of some kinds.
func (b *bundle) has(word string, kinds ...string) {
	b.Helper()
	redistest.Wait(b, fmt.Sprintf("%s is in %q", word, kinds), func() bool {
		found := placesWith(word, b.dump())
		return !slices.ContainsFunc(kinds, func(kind string) bool { return !slices.Contains(found, kind) })
	})
}

func (b *bundle) eraser() *erase.Eraser {
	b.Helper()
	return jobs.NewEraser(b.store, b.rdb, 1, b.clock.now)
}

func TestNothingIsLeftOfWhoWasErased(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]engine.Person{"one": {Property: "acme", Visitor: "secret"}, "all": {Property: "acme"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, goOn := leaveTraces(t)
			b.has("secret", places()...)
			others := strings.Count(b.dump(), "other")
			r, err := b.eraser().Erase(b.Context(), p, redistest.Patience)
			b.must(err)
			t.Logf("%+v", r)
			if !r.Complete || r.Visitors == 0 || r.Chats == 0 || r.Agents == 0 || r.Events == 0 || r.Tasks == 0 || r.Actions == 0 {
				t.Errorf("got %+v, want something of everything", r)
			}
			if left := with("secret", b.dump()); len(left) > 0 {
				t.Errorf("left:\n%s", strings.Join(left, "\n"))
			}
			if left := strings.Count(b.dump(), "other"); name == "all" && left > 0 || name == "one" && left < others/2 {
				t.Errorf("others are named %d times, before %d times", left, others)
			}
			again, err := b.eraser().Erase(b.Context(), p, redistest.Patience)
			b.must(err)
			if again != (erase.Report{Complete: true}) {
				t.Errorf("once more: %+v", again)
			}
			goOn()
			redistest.Wait(b, "what is left is taken in", func() bool { return b.count(func(q *asynq.QueueInfo) int { return q.Pending + q.Active }) == 0 })
			if left := with("secret", b.dump()); len(left) > 0 {
				t.Errorf("left in the end:\n%s", strings.Join(left, "\n"))
			}
		})
	}
}

func TestSingleFactsAreForgotten(t *testing.T) {
	t.Parallel()
	b, goOn := leaveTraces(t)
	r, err := b.eraser().Erase(b.Context(), engine.Person{Property: "acme", Visitor: "secret", Fields: []string{"email", "plan"}}, redistest.Patience)
	b.must(err)
	if want := (erase.Report{Visitors: 1, Events: 1, Complete: true}); r != want { // one archived event has facts
		t.Errorf("got %+v, want %+v", r, want)
	}
	goOn()
	redistest.Wait(b, "the rest is taken in", func() bool { return len(b.notes()) == 0 })
	for _, fact := range []string{"secret@example.com", "plan of secret"} {
		if left := with(fact, b.dump()); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, "\n"))
		}
	}
	for _, fact := range []string{"Name of secret", "other@example.com", "plan of other"} {
		if len(with(fact, b.dump())) == 0 {
			t.Errorf("%q is gone, too", fact)
		}
	}
}

// TestErasedTasksRun holds the messages that were written anew to what asynq makes of them.
func TestErasedTasksRun(t *testing.T) {
	t.Parallel()
	b, goOn := leaveTraces(t)
	inspect := asynq.NewInspectorFromRedisClient(b.rdb)
	before, err := inspect.ListPendingTasks(enqueue.EventQueue)
	b.must(err)
	_, err = b.eraser().Erase(b.Context(), engine.Person{Property: "acme", Visitor: "secret"}, redistest.Patience)
	b.must(err)
	after, err := inspect.ListPendingTasks(enqueue.EventQueue)
	b.must(err)
	for i := range before {
		var args enqueue.EventsArgs
		b.must(json.Unmarshal(after[i].Payload, &args))
		if len(args.Events) != 3 || len(after[i].Payload) >= len(before[i].Payload) {
			t.Errorf("%d events are left of the other visitor: %s", len(args.Events), after[i].Payload)
		}
		before[i].Payload, after[i].Payload, before[i].NextProcessAt = nil, nil, after[i].NextProcessAt // which is now
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("more than the payload changed (-before +after):\n%s", diff)
	}
	goOn()
	redistest.Wait(b, "the rest is taken in", func() bool { q := b.queueOfEvents(); return q.Pending+q.Active == 0 })
	if q := b.queueOfEvents(); q.Retry > 0 || q.Archived != 1 { // that of the other visitor
		t.Errorf("the queue is %+v", q)
	}
}

// TestAPersonIsForgottenWhileEventsComeIn erases one again and again while workers take in events, until no more are sent.
func TestAPersonIsForgottenWhileEventsComeIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(persons)
	b.worker()
	b.worker()
	for range 20 {
		b.send(append(traces("secret"), traces("other")...)...)
		if rand.IntN(2) == 0 {
			_, err := b.eraser().Erase(b.Context(), engine.Person{Property: "acme", Visitor: "secret"}, redistest.Patience)
			b.must(err)
		}
	}
	r, err := b.eraser().Erase(b.Context(), engine.Person{Property: "acme", Visitor: "secret"}, redistest.Patience)
	b.must(err)
	b.quiet()
	if left := with("secret", b.dump()); len(left) > 0 || !r.Complete {
		t.Errorf("%+v, left:\n%s", r, strings.Join(left, "\n"))
	}
}

// TestWhatAWorkerShowsIsForgotten erases someone whose events a worker has just been busy with: its sign of life shows them for some
// seconds more.
func TestWhatAWorkerShowsIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(persons)
	inspect := asynq.NewInspectorFromRedisClient(b.rdb)
	shows := func() bool {
		servers, err := inspect.Servers()
		b.must(err)
		return slices.ContainsFunc(servers, func(s *asynq.ServerInfo) bool { return len(s.ActiveWorkers) > 0 })
	}
	server := asynq.NewServerFromRedisClient(b.rdb, asynq.Config{Queues: map[string]int{enqueue.EventQueue: 1}, LogLevel: asynq.FatalLevel})
	goOn := make(chan struct{})
	b.must(server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		<-goOn
		return nil
	})))
	defer server.Shutdown()
	b.send(traces("secret")...)
	redistest.Wait(b, "a sign of life shows the task", shows)
	close(goOn)
	redistest.Wait(b, "the task is done", func() bool { q := b.queueOfEvents(); return q.Pending+q.Active == 0 })
	r, err := b.eraser().Erase(b.Context(), engine.Person{Property: "acme", Visitor: "secret"}, redistest.Patience)
	b.must(err)
	if left := with("secret", b.dump()); len(left) > 0 || !r.Complete {
		t.Errorf("%+v, left:\n%s", r, strings.Join(left, "\n"))
	}
}

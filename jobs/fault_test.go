package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// contended is a store in which another worker is always quicker.
type contended struct{ store.Store }

func (contended) Edit(context.Context, store.Edit) (bool, error) { return false, nil }

func (contended) Commit(_ context.Context, changes []store.Change) ([]store.Subject, error) {
	var lost []store.Subject
	for _, c := range changes {
		lost = append(lost, c.Subject)
	}
	return lost, nil
}

func TestBrokenRecords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, definition, state, says string }{
		{"a definition that is no JSON", `{`, "", "decoding the definition"},
		{"a definition of another shape", `{"agents":7}`, "", "decoding the definition"},
		{"a schedule that is not defined", `{"schedule":"gone"}`, "", `finding the schedule "gone"`},
		{"a zone that nobody knows", `{"time_zone":"Mars/Base","schedule":{"weekly":{"mon":"09:00-17:00"}}}`, "", "loading the time zone"},
		{"a state that is no JSON", `{}`, "{", "decoding the state"},
	} {
		t.Run(c.name+" is left, logged, and holds up nobody else", func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{shards: 1})
			b.define(`{"properties": {"good": {"schedule": "daily 9-17"}}}`)
			bad := store.PropertySubject("bad")
			ok, err := b.store.Edit(t.Context(), store.Edit{Subject: bad, NewRev: 7, Definition: []byte(c.definition), Due: b.clock.now().Add(-time.Hour)})
			if b.must(err); !ok {
				t.Fatal("the edit was lost")
			}
			if c.state != "" {
				b.must(b.rdb.HSet(t.Context(), b.key(bad, "state"), string(bad), "7! "+c.state).Err())
			}
			b.worker()
			b.becomes("good", widget.Offline)
			b.quiet()
			b.crosses(morning(9, 0))
			if got := b.status("good"); got != widget.Online {
				t.Errorf("its neighbour is %s", got)
			}
			if left := b.rdb.HGet(t.Context(), b.key(bad, "def"), string(bad)).Val(); left != c.definition {
				t.Errorf("it is %s now", left)
			}
			lines := b.lines("subject left as it is: define it anew")
			if len(lines) == 0 || !strings.Contains(text(t, lines[0]), string(bad)) || !strings.Contains(fmt.Sprint(lines[0].Data["error"]), c.says) {
				t.Errorf("no line says %q of it: %v", c.says, lines)
			}
			// By the first sweep, the reconciliation at start, and the wake for the version of the time zones. Each may lose its
			// commit to one of the others, and decide anew.
			if len(lines) > 6 {
				t.Errorf("%d lines say so", len(lines))
			}
			if c.state == "" {
				b.define(`{"properties": {"good": {"schedule": "daily 9-17"}, "bad": {}}}`)
				b.becomes("bad", widget.Online)
			}
		})
	}
}

func TestBrokenTasks(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{ // to queues
		"boundary:sweep": "deskbell-boundary", "schedule:spread": "deskbell-boundary", "boundary:reconcile": "deskbell-upkeep",
		"outbox:deliver": "deskbell-delivery", "delivery:replay": "deskbell-delivery", "agent:notify": "deskbell-delivery",
	}
	b := newBundle(t, setup{})
	tasks := asynq.NewClientFromRedisClient(b.rdb)
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	for kind, queue := range kinds {
		_, err := tasks.Enqueue(asynq.NewTask(kind, []byte(`{"shard":"one"`)), asynq.Queue(queue), asynq.TaskID(kind))
		b.must(err)
	}
	for kind, queue := range kinds {
		if kind != "schedule:spread" && kind != "agent:notify" && kind != "delivery:replay" {
			_, err := tasks.Enqueue(asynq.NewTask(kind, []byte(`{"shard":99}`)), asynq.Queue(queue), asynq.TaskID(kind+"-99"))
			b.must(err)
		}
	}
	b.worker()
	archived := func(t *testing.T, queue, id, reason string) {
		t.Helper()
		redistest.Wait(t, id+" is archived", func() bool {
			info, err := inspector.GetTaskInfo(queue, id)
			return err == nil && info.State == asynq.TaskStateArchived
		})
		info, err := inspector.GetTaskInfo(queue, id)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(info.LastErr, reason) || info.Retried > 0 {
			t.Errorf("%s was tried again %d times, and says %q", id, info.Retried, info.LastErr)
		}
	}
	t.Run("a payload that cannot be decoded is archived with its reason, and not tried again", func(t *testing.T) {
		t.Parallel()
		for kind, queue := range kinds {
			archived(t, queue, kind, "decoding the payload of "+kind)
		}
		if lines := b.lines("job archived: no retry will mend it"); len(lines) < len(kinds) {
			t.Errorf("%d lines", len(lines))
		}
	})
	t.Run("so is one for a shard that there is not", func(t *testing.T) {
		t.Parallel()
		archived(t, "deskbell-boundary", "boundary:sweep-99", "sweeping shard 99: there are 7")
		archived(t, "deskbell-upkeep", "boundary:reconcile-99", "reconciling shard 99: there are 7")
		archived(t, "deskbell-delivery", "outbox:deliver-99", "delivering from shard 99: there are 7")
	})
}

// unlucky is a store that fails for good at the first claim from an instant on.
type unlucky struct {
	store.Store
	from time.Time
	once *sync.Once
}

func (s unlucky) Claim(ctx context.Context, shard int, l store.Lease, at time.Time, limit int) (claim store.Claim, err error) {
	if !at.Before(s.from) {
		s.once.Do(func() { err = fmt.Errorf("no luck (%w)", asynq.SkipRetry) })
	}
	if err != nil {
		return claim, err
	}
	return s.Store.Claim(ctx, shard, l, at, limit)
}

func TestASweepThatStaysInTheArchiveIsInNobodysWay(t *testing.T) {
	t.Parallel()
	once := new(sync.Once)
	b := newBundle(t, setup{shards: 1, wrap: func(s store.Store) store.Store { return unlucky{s, morning(9, 0), once} }})
	b.define(`{"properties": {"acme": {"schedule": "daily 9-17"}}}`)
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	redistest.Wait(t, "the sweep of the boundary is archived", func() bool { return len(b.lines("job archived: no retry will mend it")) > 0 })
	b.becomes("acme", widget.Online)
	if at := b.clock.now(); !at.Before(morning(9, 1)) { // by then, another task would have another id
		t.Errorf("it was in the way of the next beats: it is %s", at.Format(time.TimeOnly))
	}
	b.quiet()
	b.expect(t, "default", morning(9, 0), "widget.state_changed:acme")
	archived, err := asynq.NewInspectorFromRedisClient(b.rdb).ListArchivedTasks("deskbell-boundary")
	b.must(err)
	if len(archived) != 1 {
		t.Errorf("%d tasks are in the archive", len(archived))
	}
}

func TestLateWork(t *testing.T) {
	t.Parallel()
	for name, live := range map[string]bool{"a worker that was down": false, "a worker whose clock stood still": true} {
		t.Run(name+" over several boundaries does what holds now, and sends no notice that is a quarter of an hour late", func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			notify := `"notify": {"on": ["hours_started", "hours_ended"]}`
			b.define(`{
				"properties": {"acme": {"schedule": "daily 9-17"}, "night": {"schedule": "daily 17-20"}},
				"agents": {"early": {"schedule": "daily 9-17", ` + notify + `}, "late": {"schedule": "daily 9-17:10", ` + notify + `},
					"via": {"schedule": "daily 9-17:10", "notify": {"on": ["hours_ended"], "via": ["ntfy://one/via"]}}}}`)
			stop := b.worker()
			b.quiet()
			if !live {
				stop()
			}
			b.clock.set(morning(17, 20))
			if !live {
				b.worker()
			}
			b.becomes("night", widget.Online)
			b.quiet()
			if got := b.status("acme"); got != widget.Offline {
				t.Errorf("acme is %s", got)
			}
			for _, a := range b.actions("default") {
				if a.Data.Property == "acme" && a.Data.Status == "online" {
					t.Errorf("it was told that a closed shop is open: %s", a.ID)
				}
			}
			b.expect(t, "default", morning(9, 0))
			want := []string{"agent.notify:late:hours_ended", "agent.status_changed:late", "agent.status_changed:via"}
			b.expect(t, "default", morning(17, 10), want...)
			if sent := b.out.notices(); len(sent) != 1 || !strings.HasPrefix(sent[0], "ntfy://one/via Your hours have ended") {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

func TestASweepWithTheTimeOfAWrongClockDecidesAsOfNow(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1, clock: morning(8, 0)})
	b.define(`{"properties": {"acme": {"schedule": "daily 9-17"}}}`)
	b.worker()
	b.quiet()
	payload := fmt.Appendf(nil, `{"shard":0,"nominal":%q}`, morning(10, 0).Format(time.RFC3339))
	_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("boundary:sweep", payload),
		asynq.Queue("deskbell-boundary"), asynq.TaskID("ahead"), asynq.Retention(time.Minute))
	b.must(err)
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	redistest.Wait(t, "the sweep is done", func() bool {
		info, err := inspector.GetTaskInfo("deskbell-boundary", "ahead")
		return err == nil && info.State == asynq.TaskStateCompleted
	})
	if got := b.status("acme"); got != widget.Offline {
		t.Errorf("acme is %s two hours early", got)
	}
}

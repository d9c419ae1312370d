package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// flips is a storm: so many flips fall due at one boundary. Every fourth property flips with its
// agent. That agent must start then, so the number of agents is a multiple of four, or two.
type flips struct {
	properties, agents int
	batch              string        // small, so that the storm is long enough to be hit
	pace               time.Duration // of the kills, at most
	enough             int           // kills that hit the storm
}

// stormBoundary is a Monday morning at which half of the properties open, the other
// half closes, and all agents start or end their hours.
const stormBoundary = "2026-11-23T08:00:00Z"

// TestKilledWorkersLoseNothing kills real worker processes at random points of a
// storm of flips, and compares the contents of Redis in the end with those that a
// calm worker leaves: the same states, and each action and notice exactly once.
func TestKilledWorkersLoseNothing(t *testing.T) {
	t.Parallel()
	boundary, err := time.Parse(time.RFC3339, stormBoundary)
	if err != nil {
		t.Fatal(err)
	}
	size := redistest.Storm(t, flips{17_000, 4_000, "20", 750 * time.Millisecond, 30}, flips{5_100, 1_200, "1", 250 * time.Millisecond, 8})
	calm := newStage(t, size.definitions(), boundary)
	storm := calm.copy()

	begin := time.Now().Truncate(5 * time.Second).Add(10 * time.Second) // a beat of the workers' cron
	offset := boundary.Sub(begin)
	// The calm worker goes second, so that the storm has the machine to itself.
	workers := []*proc{storm.worker(offset, size.batch), storm.worker(offset, size.batch), storm.worker(offset, size.batch)}
	kills, mid := 0, 0
	for mid < size.enough {
		pause(time.Until(begin.Add(-time.Second)))
		pause(50*time.Millisecond + rand.N(size.pace-50*time.Millisecond))
		if storm.due(boundary) == 0 {
			break
		}
		if time.Now().After(begin) {
			mid++
		}
		n := rand.IntN(len(workers))
		workers[n].kill()
		kills++
		workers[n] = storm.worker(offset, size.batch)
	}
	t.Logf("%d kills, %d of them while flips were due", kills, mid)
	if mid < 3 {
		t.Errorf("only %d kills hit the storm: it was over too soon to show anything", mid)
	}
	calmActions := storm.endsLike(calm, boundary, workers)
	if want := size.properties + 2*size.agents; len(calmActions) != want {
		t.Errorf("a calm run has %d different actions at the boundary; want %d", len(calmActions), want)
	}
}

// pause is part of the test, a random moment, and waits for nothing.
func pause(d time.Duration) {
	<-time.After(d)
}

func head(s string) string { return s[:min(len(s), 3000)] }

// definitions are properties with and without agents, and agents with notices.
func (f flips) definitions() *definition.Definitions {
	defs := &definition.Definitions{
		Properties: make(map[string]*definition.Property),
		Agents:     make(map[string]*definition.Agent),
		Destinations: map[string]*definition.Destination{"out": {
			Type: "redis_stream", MaxLen: 10_000_000, Actions: []string{string(action.WidgetStateChanged), action.AllOfAgents}, // of agents who serve none, too
		}},
	}
	weekly := func(hours string) definition.Schedule {
		return definition.Schedule{InPlace: fmt.Appendf(nil, `{"time_zone":"UTC","weekly":{"daily":%q}}`, hours)}
	}
	early, late := weekly("00:00-08:00"), weekly("08:00-16:00")
	for i := range f.agents {
		a := &definition.Agent{Schedule: late, Notify: definition.Notify{On: []string{"hours_started", "hours_ended"}}}
		if i%2 == 0 {
			a.Schedule = early
		}
		defs.Agents[fmt.Sprint("agent-", i)] = a
	}
	for i := range f.properties {
		p := &definition.Property{Schedule: late}
		switch i % 4 {
		case 0:
			p.Schedule = early
		case 1: // flips with its agent, and not with its hours
			p.Schedule = weekly("00:00-16:00")
			p.Agents = []string{fmt.Sprint("agent-", i%f.agents)}
		}
		defs.Properties[fmt.Sprint("property-", i)] = p
	}
	return defs
}

// stage is a Redis with everything decided, an hour before the boundary.
type stage struct {
	t     *testing.T
	redis *redistest.Server
	rdb   redis.UniversalClient
	store *redisstore.Store
}

func newStage(t *testing.T, defs *definition.Definitions, boundary time.Time) *stage {
	s := openStage(t, redistest.Start(t, "repl-diskless-sync-delay 0"))
	offset := time.Until(boundary.Add(-30 * time.Minute))
	client := jobs.NewClient(jobs.ClientConfig{
		Store: s.store, Redis: s.rdb, Partitions: 1, TimeZone: time.UTC,
		Now: func() time.Time { return time.Now().Add(offset) },
	})
	steps, err := client.Plan(t.Context(), defs)
	if err != nil {
		t.Fatal(err)
	}
	// Agents and properties in parallel. Some come before their references; the
	// wakes of those mend that.
	var wait sync.WaitGroup
	for part := range 8 {
		wait.Go(func() {
			var mine []edit.Step
			for i := part; i < len(steps); i += 8 {
				mine = append(mine, steps[i])
			}
			if err := client.Apply(t.Context(), mine, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	w := s.worker(offset, "500")
	s.awaitQuiet(func() time.Time { return boundary.Add(-time.Minute) })
	w.stop()
	return s
}

func openStage(t *testing.T, server *redistest.Server) *stage {
	s := &stage{t: t, redis: server, rdb: server.Client(t)}
	var err error
	if s.store, err = redisstore.Open(t.Context(), s.rdb, redisstore.Layout{Shards: 64, Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	return s
}

// endsLike ends a storm and its workers, and compares what it leaves with what one worker leaves on a calm stage, whose actions it gives.
func (s *stage) endsLike(calm *stage, boundary time.Time, workers []*proc) (calmActions map[string]int) {
	s.t.Helper()
	at := func() time.Time { return boundary }
	s.awaitQuiet(at)
	for _, w := range workers {
		w.stop()
	}
	one := calm.worker(boundary.Sub(time.Now().Truncate(5*time.Second).Add(10*time.Second)), "500")
	calm.awaitQuiet(at)
	one.stop()
	if diff := cmp.Diff(calm.states(), s.states()); diff != "" {
		s.t.Errorf("states differ from a calm run (-calm +storm):\n%s", head(diff))
	}
	calmActions = calm.actions()
	if diff := cmp.Diff(calmActions, s.actions()); diff != "" {
		s.t.Errorf("actions differ from a calm run (-calm +storm):\n%s", head(diff))
	}
	return calmActions
}

// copy gives another Redis that holds the same.
func (s *stage) copy() *stage {
	s.t.Helper()
	server := redistest.Start(s.t)
	rdb := server.Client(s.t)
	host, port, _ := strings.Cut(s.redis.Addr(), ":")
	if err := rdb.SlaveOf(s.t.Context(), host, port).Err(); err != nil {
		s.t.Fatal(err)
	}
	redistest.Wait(s.t, "all is copied", func() bool {
		return strings.Contains(rdb.Info(s.t.Context(), "replication").Val(), "master_link_status:up")
	})
	if err := rdb.SlaveOf(s.t.Context(), "NO", "ONE").Err(); err != nil {
		s.t.Fatal(err)
	}
	return openStage(s.t, server)
}

func (s *stage) worker(offset time.Duration, batch string) *proc {
	return start(s.t, offset, []string{
		"REDIS_URL=" + s.redis.URL(), "DESKBELL_SWEEP_BATCH=" + batch, "DESKBELL_CONCURRENCY=2", "DESKBELL_TIME_ZONE=UTC", "LOG_LEVEL=warn", "LOG_FORMAT=text",
	}, "worker")
}

// due is how many subjects wait to be decided on at an instant.
func (s *stage) due(at time.Time) int64 {
	var n int64
	for shard := range s.store.Shards() {
		n += s.dueIn(shard, at)
	}
	return n
}

func (s *stage) dueIn(shard int, at time.Time) int64 {
	n, err := s.rdb.ZCount(s.t.Context(), fmt.Sprintf("deskbell:{%d}:due", shard), "-inf", fmt.Sprint(at.Unix())).Result()
	if err != nil {
		s.t.Error(err)
	}
	return n
}

// awaitQuiet waits until nothing is due at an instant, no subject is to be woken,
// and every action is delivered. The instant is that of each look: whoever is woken is due at the present of the worker.
func (s *stage) awaitQuiet(at func() time.Time) {
	s.t.Helper()
	quiet := redistest.Twice(func() bool {
		pending, err := s.store.Pending(s.t.Context(), at())
		if err != nil {
			s.t.Fatal(err)
		}
		return !slices.ContainsFunc(pending, func(p store.Pending) bool { return p != store.Pending{} })
	})
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if quiet() {
			return
		}
		pause(100 * time.Millisecond)
	}
	s.t.Errorf("not quiet after three minutes: %d subjects are still due", s.due(at()))
}

// states are those of all subjects, without values that may differ between two
// runs: the instants and versions of edits.
func (s *stage) states() map[string]map[string]any {
	s.t.Helper()
	all := make(map[string]map[string]any)
	for shard := range s.store.Shards() {
		values, err := s.rdb.HGetAll(context.Background(), fmt.Sprintf("deskbell:{%d}:state", shard)).Result()
		if err != nil {
			s.t.Fatal(err)
		}
		for subject, value := range values {
			_, body, _ := strings.Cut(value, " ")
			var state map[string]any
			if err := json.Unmarshal([]byte(body), &state); err != nil {
				s.t.Fatalf("%s: %q: %v", subject, value, err)
			}
			if w, ok := state["widget"].(map[string]any); ok {
				state = w
			}
			delete(state, "version")
			all[subject] = state
		}
	}
	return all
}

// actions counts each id that the boundary caused in the destination's stream.
// The ids that edits caused differ in each run.
func (s *stage) actions() map[string]int {
	s.t.Helper()
	ids := make(map[string]int)
	entries, err := s.rdb.XRange(context.Background(), definition.DefaultStream, "-", "+").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		var a struct {
			ID   string
			Data struct{ Cause struct{ Boundary string } }
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(e.Values["action"])), &a); err != nil {
			s.t.Fatal(err)
		}
		if a.Data.Cause.Boundary != "" {
			ids[a.ID]++
		}
	}
	return ids
}

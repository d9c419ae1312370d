package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// comings are a storm of agents who come and go.
type comings struct {
	agents int
	pace   time.Duration // of the kills, at most
	enough int           // kills while events wait
}

// idleAfter is how long agents of the storm may do nothing. It is longer than the storm.
const idleAfter = 10 * time.Minute

// definitions are agents who have to log in and become idle, five to a property.
func (c *comings) definitions() *definition.Definitions {
	defs := &definition.Definitions{
		Properties: make(map[string]*definition.Property), Agents: make(map[string]*definition.Agent),
		Destinations: map[string]*definition.Destination{"out": {Type: "redis_stream", MaxLen: 10_000_000, Actions: []string{string(action.AgentNotify)}}},
	}
	for i := range c.agents {
		id := fmt.Sprint("agent-", i)
		defs.Agents[id] = &definition.Agent{
			OnlineWhen: "logged_in", Idle: definition.Idle{After: hours.Duration(idleAfter)}, Notify: definition.Notify{On: []string{"idle"}},
		}
		property := fmt.Sprint("property-", i/5)
		if defs.Properties[property] == nil {
			defs.Properties[property] = new(definition.Property)
		}
		defs.Properties[property].Agents = append(defs.Properties[property].Agents, id)
	}
	return defs
}

// events are those of all agents, in no order. Each agent ends otherwise than the next.
func (c *comings) events(base time.Time) (all []event.Event) {
	for i := range c.agents {
		for k, kind := range [][]event.Type{
			{event.AgentLoggedIn, event.AgentLoggedOut},
			{event.AgentLoggedIn, event.AgentLoggedOut, event.AgentLoggedIn},
			{event.AgentLoggedIn, event.AgentStatusSet},
			{event.AgentLoggedIn, event.AgentActive, event.AgentStatusSet, event.AgentActive},
		}[i%4] {
			e := event.New(kind, event.Data{Agent: fmt.Sprint("agent-", i)})
			e.ID, e.Time = fmt.Sprint(i, "-", k), base.Add(time.Duration(k)*time.Second)
			if kind == event.AgentStatusSet {
				e.Data.Status = []event.Status{event.Away, event.Invisible}[i%2]
			}
			all = append(all, e)
		}
	}
	rand.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return append(all, all[:len(all)/10]...) // some come twice
}

// TestKilledWorkersLoseNoAgent kills real worker processes while agents come and go, and again while those who do nothing become
// idle. In the end all states are those that a calm worker leaves, and each notice was given once.
func TestKilledWorkersLoseNoAgent(t *testing.T) {
	t.Parallel()
	size := redistest.Storm(t, comings{2000, 400 * time.Millisecond, 12}, comings{200, 150 * time.Millisecond, 3})
	base := time.Now().UTC().Add(-time.Minute).Truncate(time.Second)
	storm := newStage(t, size.definitions(), time.Now().Add(time.Hour))
	calm := storm.copy()

	workers := []*proc{storm.worker(0, "20"), storm.worker(0, "20"), storm.worker(0, "20")}
	mid := storm.agents(size.events(base), func() (hit bool) {
		waits := storm.rdb.LLen(t.Context(), "asynq:{deskbell-event}:pending").Val() + storm.rdb.LLen(t.Context(), "asynq:{deskbell-event}:active").Val()
		n := rand.IntN(len(workers))
		workers[n].kill()
		workers[n] = storm.worker(0, "20")
		return waits > 0
	}, &size)
	storm.settled(0)
	for _, w := range workers {
		w.stop()
	}
	after := idleAfter + 2*time.Minute // by then, all who are online have done nothing for too long
	dies, lives := storm.worker(after, "5"), storm.worker(after, "5")
	pause(rand.N(500 * time.Millisecond))
	dies.kill()
	storm.settled(after)
	lives.stop()

	one := calm.worker(0, "500")
	calm.agents(size.events(base), nil, &size)
	calm.settled(0)
	one.stop()
	one = calm.worker(after, "500")
	calm.settled(after)
	one.stop()

	t.Logf("%d kills while events waited", mid)
	if mid == 0 {
		t.Error("no kill hit the storm: it was over too soon to show anything")
	}
	if diff := cmp.Diff(calm.agentStates(), storm.agentStates()); diff != "" {
		t.Errorf("states differ from a calm run (-calm +storm):\n%s", head(diff))
	}
	if diff := cmp.Diff(calm.idle(), storm.idle()); diff != "" || len(storm.idle()) < size.agents/4 {
		t.Errorf("%d notices, other than in a calm run (-calm +storm):\n%s", len(storm.idle()), head(diff))
	}
}

// agents sends events of agents, some at a time, and calls kill at random moments until it has hit often enough. It says how
// often.
func (s *stage) agents(events []event.Event, kill func() bool, size *comings) (hits int) {
	s.t.Helper()
	client := jobs.NewClient(jobs.ClientConfig{Store: s.store, Redis: s.rdb, Partitions: 1, TimeZone: time.UTC, Now: time.Now})
	next := time.Now().Add(size.pace)
	for some := range slices.Chunk(events, 10) {
		if err := client.Send(s.t.Context(), some...); err != nil {
			s.t.Fatal(err)
		}
		if kill == nil || hits >= size.enough {
			continue
		}
		pause(5 * time.Millisecond)
		if time.Now().After(next) {
			if kill() {
				hits++
			}
			next = time.Now().Add(size.pace/2 + rand.N(size.pace/2))
		}
	}
	return hits
}

// settled waits until all events are taken in, and nothing is due by the clock of workers.
func (s *stage) settled(offset time.Duration) {
	s.t.Helper()
	redistest.Wait(s.t, "all events are taken in", func() bool { return len(s.rdb.Keys(s.t.Context(), "deskbell:{*}:accepted").Val()) == 0 })
	s.awaitQuiet(func() time.Time { return time.Now().Add(offset) })
}

// agentStates are the states without the dates of decisions that an event caused.
func (s *stage) agentStates() map[string]map[string]any {
	s.t.Helper()
	all := s.states()
	for subject, state := range all {
		if !strings.HasPrefix(subject, "agent/") {
			delete(state, "since")
		}
		delete(state, "passed") // of those who are offline anyway, it depends on when somebody looks
	}
	return all
}

// idle counts the notices to idle agents, by their ids.
func (s *stage) idle() map[string]int {
	s.t.Helper()
	ids := make(map[string]int)
	entries, err := s.rdb.XRange(s.t.Context(), definition.DefaultStream, "-", "+").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		var a struct {
			ID   string
			Data struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(e.Values["action"])), &a); err != nil {
			s.t.Fatal(err)
		}
		if a.Data.Kind == "idle" {
			ids[a.ID]++
		}
	}
	return ids
}

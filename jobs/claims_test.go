package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// evening is a property whose late shift takes over the chats of Léa, as far as one of them can.
const evening = `{
	"properties": {"acme": {"schedule": "daily 8-22", "agents": ["lea", "tom", "una", "eva"], "triggers": []}},
	"agents": {
		"lea": {"schedule": "daily 9-17", "at_shift_end": "reassign"},
		"tom": {"schedule": "daily 9-22"},
		"una": {"schedule": "daily 9-22"},
		"eva": {"schedule": "daily 9-22", "capacity": 5}
	},
	"destinations": {"all": {"type": "log", "actions": ["chat.reassign"]}}
}`

// leaHas gives Léa the chats of some visitors, one of each.
func (b *bundle) leaHas(visitors ...string) {
	b.Helper()
	at := b.clock.now()
	var events []event.Event
	for _, v := range visitors {
		d := event.Data{Property: "acme", Visitor: v, Chat: "of-" + v}
		assigned := d
		assigned.Agent = "lea"
		for n, e := range []event.Event{event.New(event.ChatRequested, d), event.New(event.ChatAssigned, assigned)} {
			e.Time = at.Add(time.Duration(n) * time.Millisecond).Add(-time.Second)
			e.ID = fmt.Sprint(d.Chat, "-", n)
			events = append(events, e)
		}
	}
	b.must(b.client.Send(b.Context(), events...))
	b.quiet()
}

func many(n int) (visitors []string) {
	for i := range n {
		visitors = append(visitors, fmt.Sprint("v", i))
	}
	return visitors
}

// handed is how many chats each agent was given, and how many each has by their record.
func (b *bundle) handed(agents ...string) (given, has map[string]int) {
	b.Helper()
	given, has = make(map[string]int), make(map[string]int)
	seen := make(map[string]bool)
	for _, a := range b.actions("all") {
		if a.Type != action.ChatReassign {
			continue
		}
		raw, _ := a.Action.Data.(json.RawMessage)
		var d struct{ Chat string }
		b.must(json.Unmarshal(raw, &d))
		if seen[d.Chat] {
			b.Errorf("%s was given twice", d.Chat)
		}
		seen[d.Chat] = true
		given[a.Data.Agent]++
	}
	for _, id := range agents {
		records, err := b.store.Load(b.Context(), []store.Subject{store.AgentSubject(id)})
		b.must(err)
		var s agent.State
		b.must(json.Unmarshal(records[0].State, &s))
		if n := s.Presence.Holding(); n > 0 {
			has[id] = n
		}
	}
	return given, has
}

// TestWorkersWhoHandOverTogetherCountTogether ends a shift with many chats, in many shards, for two workers.
func TestWorkersWhoHandOverTogetherCountTogether(t *testing.T) {
	t.Parallel()
	const chats = 60
	b := newBundle(t, setup{clock: morning(16, 30), shards: 16, batch: 3})
	b.define(evening)
	b.worker()
	b.worker()
	b.quiet()
	b.leaHas(many(chats)...)
	b.crosses(morning(17, 0))
	given, has := b.handed("lea", "tom", "una", "eva")
	if diff := cmp.Diff(given, has); diff != "" {
		t.Errorf("given (-), and by the records (+):\n%s", diff)
	}
	if n := given["tom"] + given["una"] + given["eva"]; n != chats {
		t.Errorf("%d chats were given", n)
	}
	if given["eva"] > 5 {
		t.Errorf("eva has %d chats, and can have 5", given["eva"])
	}
	if d := given["tom"] - given["una"]; d < -1 || d > 1 {
		t.Errorf("tom has %d chats, and una %d", given["tom"], given["una"])
	}
}

// meeting is a store in which the first two who claim a chat have both decided before either writes.
type meeting struct {
	store.Store
	came *atomic.Int64
	both chan struct{}
}

func (m meeting) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	claims := slices.ContainsFunc(changes, func(c store.Change) bool {
		_, ok := c.Subject.Agent()
		return ok && strings.Contains(string(c.State), `"rev":`)
	})
	if claims && m.came.Add(1) == 2 {
		close(m.both)
	}
	if claims {
		<-m.both
	}
	return m.Store.Commit(ctx, changes)
}

// TestAClaimIsRefusedWhereAnotherCameFirst has two chats handed over at once, in two shards.
func TestAClaimIsRefusedWhereAnotherCameFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late string // the agents of the late shift
		want map[string]int
	}{
		"nobody has more than they can": {`"eva": {"schedule": "daily 9-22", "capacity": 1}`, map[string]int{"eva": 1}},
		"the fewest chats count":        {`"tom": {"schedule": "daily 9-22"}, "una": {"schedule": "daily 9-22"}`, map[string]int{"tom": 1, "una": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := meeting{came: new(atomic.Int64), both: make(chan struct{})}
			b := newBundle(t, setup{clock: morning(16, 30), shards: 2, wrap: func(db store.Store) store.Store { m.Store = db; return m }})
			names := `"lea"`
			for _, id := range slices.Sorted(maps.Keys(c.want)) {
				names += `, "` + id + `"`
			}
			b.define(`{"properties": {"acme": {"schedule": "daily 8-22", "agents": [` + names + `], "triggers": []}},
				"agents": {"lea": {"schedule": "daily 9-17", "at_shift_end": "reassign"}, ` + c.late + `}, "destinations": {"all": {"type": "log"}}}`)
			b.worker()
			b.worker()
			b.quiet()
			var visitors []string
			for i := 0; len(visitors) < 2; i++ {
				if v := fmt.Sprint("v", i); b.store.Shard(store.VisitorSubject("acme", v)) == len(visitors) {
					visitors = append(visitors, v)
				}
			}
			b.leaHas(visitors...)
			b.crosses(morning(17, 0))
			given, has := b.handed(slices.Sorted(maps.Keys(c.want))...)
			if !maps.Equal(given, c.want) || !maps.Equal(has, c.want) {
				t.Errorf("given %v, by the records %v, want %v", given, has, c.want)
			}
		})
	}
}

// cutOff is a store in which those who give chats die before they write that they did.
type cutOff struct {
	store.Store
	dies *atomic.Int64 // so often
}

func (d cutOff) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	gives := slices.ContainsFunc(changes, func(c store.Change) bool {
		return slices.ContainsFunc(c.Actions, func(o store.Outgoing) bool { return strings.Contains(string(o.Body), "chat.reassign") })
	})
	if gives && d.dies.Add(-1) >= 0 {
		return nil, errors.New("killed")
	}
	return d.Store.Commit(ctx, changes)
}

// TestAChatOnItsWayIsGivenOnce has workers die between the claim and the commit. One of the chats ends before it is decided on again.
func TestAChatOnItsWayIsGivenOnce(t *testing.T) {
	t.Parallel()
	d := cutOff{dies: new(atomic.Int64)}
	b := newBundle(t, setup{clock: morning(16, 30), wrap: func(db store.Store) store.Store { d.Store = db; return d }})
	b.define(evening)
	b.worker()
	b.quiet()
	b.leaHas(many(9)...)
	d.dies.Store(1 << 40)
	b.clock.set(morning(17, 0).Add(-time.Second))
	redistest.Wait(t, "all are on their way", func() bool {
		_, has := b.handed("tom", "una", "eva")
		return has["tom"]+has["una"]+has["eva"] == 9
	})
	ended := event.New(event.ChatEnded, event.Data{Property: "acme", Chat: "of-v0"})
	ended.Time = morning(16, 59)
	b.must(b.client.Send(t.Context(), ended))
	redistest.Wait(t, "the end of a chat is taken in", func() bool { return b.queueOfEvents().Size == 0 })
	d.dies.Store(0)
	b.crosses(morning(17, 5))
	given, has := b.handed("lea", "tom", "una", "eva")
	if diff := cmp.Diff(given, has); diff != "" {
		t.Errorf("given (-), and by the records (+):\n%s", diff)
	}
	if n := given["tom"] + given["una"] + given["eva"]; n != 8 || max(given["tom"], given["una"], given["eva"]) > 3 {
		t.Errorf("given %v", given)
	}
}

// TestAgentsHaveNoChatsOfARemovedProperty removes one while a chat goes on in it.
func TestAgentsHaveNoChatsOfARemovedProperty(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(evening)
	b.worker()
	b.quiet()
	b.leaHas(many(3)...)
	if _, has := b.handed("lea"); has["lea"] != 3 {
		t.Fatalf("lea has %v", has)
	}
	rest := strings.Replace(evening, `"acme": {"schedule": "daily 8-22", "agents": ["lea", "tom", "una", "eva"], "triggers": []}`, "", 1)
	b.define(rest)
	for _, v := range many(3) { // they are due, and go
		s := store.VisitorSubject("acme", v)
		b.must(b.store.Wake(t.Context(), b.store.Shard(s), []store.Subject{s}, b.clock.now()))
	}
	b.crosses(morning(10, 5))
	if _, has := b.handed("lea"); has["lea"] != 0 {
		t.Errorf("lea has %v", has)
	}
}

package jobs_test

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
	logtest "github.com/sirupsen/logrus/hooks/test"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// talkative is a property that has a message for everything that happens in a story, also
// when it hears of it late.
const talkative = `{"properties": {"acme": {"schedule": "daily 0-24", "triggers": [
	{"name": "site", "type": "site", "message": "hi", "expiry": "1h"},
	{"name": "page", "type": "page", "url": {"contains": "/b"}, "delay": "10s", "message": "hi", "expiry": "1h"},
	{"name": "rescue", "type": "rescue", "delay": "30s", "message": "hi", "expiry": "1h"},
	{"name": "maximized", "type": "maximized", "message": "hi", "expiry": "1h"},
	{"name": "every message", "type": "advanced", "on": "chat.message", "message": "hi", "expiry": "1h", "frequency": "every_time"},
	{"name": "unanswered", "type": "advanced", "on": "chat.unanswered", "after": "20s", "message": "hi", "expiry": "1h", "frequency": "every_time"}],
	"rescue": [{"after": "5m", "send_message": "first"}, {"after": "6m", "repeat": true, "send_message": "each"}],
	"auto_replies": {"during": "One moment"}}}}`

// happening draws one event of a story: an act of a visitor, or an event in one of two chats of theirs. Some events of
// the chats do not name the visitor.
func happening(pick func(n int) int, visitor string, i int) event.Event {
	visits := []event.Type{event.VisitorArrived, event.PageViewed, event.PageViewed, event.VisitorLeft, event.VisitorUpdated, event.WidgetMaximized, event.WidgetMinimized}
	chats := []event.Type{
		event.ChatRequested, event.ChatMessage, event.ChatMessage, event.ChatMessage, event.ChatQueued, event.ChatAssigned,
		event.ChatAgentJoined, event.ChatAgentLeft, event.ChatHandoff, event.ChatTagged, event.ChatEnded,
	}
	d := event.Data{Property: "acme", Visitor: visitor}
	var kind event.Type
	if n := pick(len(visits) + len(chats)); n < len(visits) {
		kind, d.Visit = visits[n], fmt.Sprint(1+pick(2))
	} else if kind, d.Chat = chats[n-len(visits)], fmt.Sprint("c", 1+pick(2), "-", visitor); pick(2) == 0 && kind != event.ChatRequested {
		d.Visitor = ""
	}
	switch kind {
	case event.VisitorArrived, event.PageViewed:
		d.Page.URL = "https://example.com/" + []string{"a", "b", "c"}[pick(3)]
	case event.VisitorUpdated:
		d.Attributes.Country = []string{"FR", "GB"}[pick(2)]
	case event.ChatMessage:
		d.From, d.Text = []event.Author{event.FromVisitor, event.FromVisitor, event.FromAgent, event.FromBot}[pick(4)], fmt.Sprint("text ", i)
	case event.ChatTagged:
		d.Added = []string{fmt.Sprint("tag", pick(3))}
	}
	if d.From == event.FromAgent || strings.HasPrefix(string(kind), "chat.a") {
		d.Agent = []string{"lea", "tom"}[pick(2)]
	}
	return named(fmt.Sprint("e", i), event.New(kind, d))
}

// storyOf is a story of some minutes that begins at an instant, in order.
func storyOf(pick func(n int) int, visitor string, begin time.Time) []event.Event {
	events := make([]event.Event, 5+pick(36))
	at := begin
	for i := range events {
		events[i] = happening(pick, visitor, i)
		events[i].Time = at
		at = at.Add(time.Duration(pick(10)) * time.Second)
	}
	return events
}

// disorder is the events of a story in any order, some of them again, in several tasks.
func disorder(pick func(n int) int, events []event.Event) (tasks [][]event.Event) {
	all := slices.Clone(events)
	for range pick(10) {
		all = append(all, events[pick(len(events))])
	}
	for i := range all {
		j := i + pick(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	for len(all) > 0 {
		n := 1 + pick(min(len(all), 8))
		tasks, all = append(tasks, all[:n]), all[n:]
	}
	return tasks
}

// known is the part of a record that holds events, without the decisions on them: these depend on the events
// that were known at the time.
func known(ctx context.Context, t rapid.TB, db store.Store, visitor string) map[string]any {
	records, err := db.Load(ctx, []store.Subject{store.VisitorSubject("acme", visitor)})
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if body := strings.ReplaceAll(string(records[0].State), visitor, "VISITOR"); body != "" {
		if err := json.Unmarshal([]byte(body), &state); err != nil {
			t.Fatal(err)
		}
	}
	delete(state, "told")
	delete(state, "wakes")
	if v, ok := state["visit"].(map[string]any); ok {
		delete(v, "fired")
		delete(v, "proactive")
		delete(v, "timers")
	}
	if chats, ok := state["chats"].(map[string]any); ok {
		for _, c := range chats {
			if c, ok := c.(map[string]any); ok {
				delete(c, "told")
			}
		}
	}
	return state
}

// doubled are the messages that a visitor should not have had.
func doubled(actions []visitorAction) (faults []string) {
	had := make(map[string]int)
	for _, a := range actions {
		if a.Type != action.MessageSend {
			continue
		}
		once := a.ID
		switch {
		case a.data.Rule == "auto_reply.during":
			once = a.data.Rule + " in " + a.data.Chat
		case a.data.Trigger != "" && a.data.Trigger != "every message" && a.data.Trigger != "unanswered":
			once = a.data.Trigger + " to " + a.data.Visitor
		}
		if had[once]++; had[once] == 2 {
			faults = append(faults, once)
		}
	}
	return faults
}

// TestTheStoryIsTheSameInAnyOrder takes in a story in order, and in disorder, and compares the records.
func TestTheStoryIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	defs := parse(t, talkative)
	rapid.Check(t, func(r *rapid.T) {
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "pick") }
		begin, end := morning(9, 0), morning(9, 10)
		events := storyOf(pick, "visitor-1", begin)
		take := func(tasks [][]event.Event) (map[string]any, []visitorAction) {
			var db store.Store
			var actions []visitorAction
			log, _ := logtest.NewNullLogger()
			s := simulate.New(simulate.Config{
				Open: func(now func() time.Time) store.Store { db = memstore.New(3, now); return db },
				From: begin.Add(-time.Hour), TimeZone: time.UTC, Log: log,
				Action: func(body []byte) error { actions = append(actions, decodeVisitorAction(t, body)); return nil },
			})
			must := func(err error) {
				if err != nil {
					r.Fatal(err)
				}
			}
			must(s.Define(r.Context(), defs))
			for i, task := range tasks {
				must(s.Advance(r.Context(), end.Add(time.Duration(i)*time.Second)))
				must(s.Take(r.Context(), complete(r, task)...))
			}
			must(s.Advance(r.Context(), end.Add(time.Hour)))
			must(s.Settle(r.Context()))
			return known(r.Context(), r, db, "visitor-1"), actions
		}
		inOrder, _ := take([][]event.Event{events})
		otherwise, actions := take(disorder(pick, events))
		if diff := cmp.Diff(inOrder, otherwise); diff != "" {
			r.Errorf("known (-in order +otherwise):\n%s", diff)
		}
		for _, d := range doubled(actions) {
			r.Errorf("doubled: %s", d)
		}
	})
}

func complete(t rapid.TB, events []event.Event) []event.Event {
	all := make([]event.Event, len(events))
	for i, e := range events {
		var err error
		if all[i], err = (event.Intake{}).Complete(e); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestTheStoryIsTheSameInAnyOrderOnTwoWorkers sends one story of many visitors, of each in another disorder, and all
// tasks at once.
func TestTheStoryIsTheSameInAnyOrderOnTwoWorkers(t *testing.T) {
	t.Parallel()
	const visitors = 30
	b := newBundle(t, setup{})
	b.define(talkative)
	b.worker()
	b.worker()
	b.quiet()
	begin := b.clock.now()
	b.clock.set(begin.Add(10 * time.Minute)) // the story is over
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	told := func(visitor string) []event.Event {
		return storyOf(rand.New(rand.NewPCG(seed, 1)).IntN, visitor, begin)
	}
	b.send(told("visitor-w")...)
	var all sync.WaitGroup
	for i := range visitors {
		for _, task := range disorder(random.IntN, told(fmt.Sprint("visitor-", i))) {
			all.Go(func() { b.sendOrFail(task...) })
		}
	}
	all.Wait()
	b.quiet()
	want := known(t.Context(), t, b.store, "visitor-w")
	for i := range visitors {
		if diff := cmp.Diff(want, known(t.Context(), t, b.store, fmt.Sprint("visitor-", i))); diff != "" {
			t.Errorf("of visitor-%d is known (-in order +otherwise):\n%s", i, diff)
		}
	}
	actions := b.visitorActions()
	for _, d := range doubled(actions) {
		t.Errorf("doubled: %s", d)
	}
	if len(want) == 0 || len(actions) == 0 {
		t.Error("nothing has happened: it shows nothing")
	}
}

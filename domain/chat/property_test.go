package chat_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func start() time.Time { return time.Date(2026, 11, 23, 16, 50, 0, 0, time.UTC) } // the hours end at 17:00

func drawEvent(r *rapid.T) event.Event {
	names := []string{"a", "b", "c"}
	types := []event.Type{
		event.ChatRequested, event.ChatMessage, event.ChatMessage, event.ChatMessage, event.ChatQueued, event.ChatAssigned,
		event.ChatAgentJoined, event.ChatAgentLeft, event.ChatHandoff, event.ChatTagged, event.ChatEnded, event.DepartmentChosen,
	}
	e := event.Event{
		ID:   fmt.Sprint("e", rapid.IntRange(0, 99).Draw(r, "id")),
		Type: rapid.SampledFrom(types).Draw(r, "type"),
		Time: start().Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "at")) * 20 * time.Second), // many at one instant
		Data: event.Data{Property: "acme", Chat: "c1", Bot: rapid.IntRange(0, 9).Draw(r, "bot") == 0},
	}
	switch e.Type {
	case event.ChatMessage:
		e.Data.From = rapid.SampledFrom([]event.Author{event.FromVisitor, event.FromVisitor, event.FromAgent, event.FromBot}).Draw(r, "from")
		e.Data.Bot = e.Data.Bot && e.Data.From != event.FromAgent
	case event.ChatRequested:
		e.Data.Text = rapid.SampledFrom([]string{"", "Hello?"}).Draw(r, "text")
	case event.ChatQueued:
		e.Data.QueuePosition = rapid.SampledFrom([]*int{nil, new(0), new(7)}).Draw(r, "position")
	case event.ChatTagged:
		e.Data.Added = rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(r, "added")
		e.Data.Removed = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return slices.Contains(e.Data.Added, s) })
	}
	if e.Data.From == event.FromAgent || strings.HasPrefix(string(e.Type), "chat.a") {
		e.Data.Agent = fmt.Sprint("agent", rapid.IntRange(0, 14).Draw(r, "agent"))
	}
	e.Data.Visit = rapid.SampledFrom([]string{"", "x1", "x2"}).Draw(r, "visit")
	if rapid.IntRange(0, 3).Draw(r, "departed") == 0 || e.Type == event.DepartmentChosen {
		e.Data.Department = rapid.SampledFrom([]string{"sales", "support"}).Draw(r, "department")
	}
	return e
}

func drawEvents(r *rapid.T, most int) []event.Event {
	return rapid.SliceOfN(rapid.Custom(drawEvent), 1, most).Draw(r, "events")
}

func everything(t testing.TB) *chat.Policy {
	rules := replies()
	second := hours.Duration(time.Second)
	rules.Rescue = []trigger.Step{
		{After: 30 * second, Repeat: true, Actions: []trigger.Action{message("One"), {Wait: 45 * second}, message("Two")}},
		{After: 90 * second, Actions: []trigger.Action{{InviteAgents: true}}},
		{After: 90 * second, Repeat: true, Actions: []trigger.Action{{AddTag: "slow"}}},
	}
	rules.Rescue = append(rules.Rescue,
		trigger.Step{After: 120 * second, Repeat: true, Timing: trigger.Timing{WhenClosed: trigger.ClosedDefer}, Actions: []trigger.Action{message("Three"), {Wait: 60 * second}, message("Four")}},
		trigger.Step{After: 240 * second, Timing: trigger.Timing{Count: trigger.CountOpenHours}, Actions: []trigger.Action{{AddTag: "open"}, {Wait: 60 * second}, {Snooze: trigger.NextOpening}}},
		trigger.Step{After: 300 * second, Repeat: true, Actions: []trigger.Action{{Snooze: trigger.NextOpening}}},
	)
	rules.ReassignAfter = 50 * time.Second
	rules.FirstAnswer, rules.WarnBefore = 5*time.Minute, 2*time.Minute
	rules.ClosingBefore, rules.ClosingMessage, rules.WaitingAtClose = 5*time.Minute, "Until {{closes_at}}", "message"
	return compile(t, rules)
}

func everywhere(t testing.TB) place {
	team := working(t, map[string]string{
		"agent0": "mon-fri 9:00-16:54", "agent1": "mon-fri 9:00-16:57", "agent2": "mon-fri 9-17", "agent3": "mon-fri 16:52-18", "agent4": "mon-fri 17-22",
		"agent5": "mon-fri 9-17", "agent6": "mon-fri 9-22", "agent7": "mon-fri 9-22",
	}, map[string]time.Duration{"agent6": 70 * time.Second, "agent7": 100 * time.Second},
		map[string]string{"agent0": chat.AtEndReassign, "agent1": chat.AtEndReassign, "agent2": chat.AtEndNotify, "agent3": chat.AtEndReassign})
	return place{hours: weekly(t, "mon-fri 9-17"), sales: weekly(t, "mon-fri 9:00-16:55"), team: team}
}

func TestMergingKnowsNoOrder(t *testing.T) {
	t.Parallel()
	p, where := everything(t), everywhere(t)
	rapid.Check(t, func(r *rapid.T) {
		events := drawEvents(r, 80)
		others := append(slices.Clone(events), rapid.SliceOf(rapid.SampledFrom(events)).Draw(r, "repeated")...)
		others = rapid.Permutation(others).Draw(r, "permuted")
		var one, two chat.State
		for _, e := range events {
			one.Merge(e)
		}
		for _, e := range others {
			two.Merge(e)
			two = stored(r, two)
		}
		if diff := cmp.Diff(one, two); diff != "" {
			r.Fatalf("%s", diff)
		}
		at := start().Add(time.Duration(rapid.IntRange(0, 60*60).Draw(r, "at")) * time.Second)
		scene := where.scene(at, one.Department.ID)
		if diff := cmp.Diff(chat.Decide(p, one, scene, at), chat.Decide(p, two, scene, at)); diff != "" {
			r.Fatalf("%s", diff)
		}
		if diff := cmp.Diff(one, two); diff != "" {
			r.Fatalf("deciding wrote to what it was given: %s", diff)
		}
	})
}

// stored is a state that has been in the store.
func stored(r *rapid.T, s chat.State) (back chat.State) {
	body, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(body, &back)
	}
	if err != nil {
		r.Fatal(err)
	}
	return back
}

// arrival is an event that comes when it happens, or later.
type arrival struct {
	event.Event
	at time.Time
}

func drawArrivals(r *rapid.T) []arrival {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) arrival {
		e := drawEvent(r)
		delay := rapid.SampledFrom([]int{0, 0, 0, 1, 20, 45, 60, 61, 300}).Draw(r, "delay")
		return arrival{e, e.Time.Add(time.Duration(delay) * time.Second)}
	}), 1, 30).Draw(r, "arrivals")
}

// live decides at every arrival and at every due time, and now and then without need.
func live(r *rapid.T, p *chat.Policy, where place, events []arrival, idle []time.Time) (done []chat.Effect, skipped []chat.Skipped) {
	var s chat.State
	var due time.Time
	wakes := slices.Clone(idle)
	for _, e := range events {
		wakes = append(wakes, e.at)
	}
	slices.SortFunc(wakes, time.Time.Compare)
	end := start().Add(17 * time.Hour) // the next morning
	for at := start(); !at.After(end); {
		for _, e := range events {
			if e.at.Equal(at) {
				s.Merge(e.Event)
			}
		}
		scene := where.scene(at, s.Department.ID)
		d := chat.Decide(p, s, scene, at)
		s, due = stored(r, d.State), d.Due
		for _, e := range d.Effects {
			if e.At.After(at) {
				r.Fatalf("%v: early, due %v", at, e.At)
			}
			counts := e.Cause.Rule == chat.Rescue || e.Cause.Rule == chat.Helpers || e.Cause.Rule == chat.Reassign
			if counts && at.Sub(e.At) > trigger.DefaultExpiry {
				r.Fatalf("%v: too late, due %v", at, e.At)
			}
			if e.Warning != nil && (!e.Warning.Due.After(at) || scene.Door.Between(e.Cause.Base, e.At) < 3*time.Minute || scene.Door.Between(e.At, e.Warning.Due) != 2*time.Minute) {
				r.Fatalf("%v: a warning for %v that was due %v", at, e.Warning.Due, e.At)
			}
			if e.Cause.Step == "4m" && e.Cause.Action == 0 && scene.Door.Between(e.Cause.Base, e.At) < 4*time.Minute {
				r.Fatalf("%v: after %v of open time", e.At, scene.Door.Between(e.Cause.Base, e.At))
			}
			if e.Cause.Step == "2m" && !scene.Door.Open(e.At) {
				r.Fatalf("%v: a deferred step while it is closed", e.At)
			}
			if base := e.Cause.Base; counts && !(base.After(s.Answered) && base.After(s.Ended)) {
				r.Fatalf("%v: %v has been answered, or the chat has ended", at, base)
			}
		}
		for i, e := range d.Effects {
			before := append(slices.Clone(done), d.Effects[:i]...)
			if again := slices.IndexFunc(before, func(o chat.Effect) bool {
				return o.Agent != "" && (o.Agent == e.Agent || o.From == e.Agent) && o.At.After(s.Answered) && o.At.After(s.Ended)
			}); again >= 0 {
				r.Fatalf("%v: to %s, who was tried: %+v", at, e.Agent, before[again])
			}
		}
		if !due.IsZero() && !due.After(at) {
			r.Fatalf("%v: due %v", at, due)
		}
		done, skipped = append(done, d.Effects...), append(skipped, d.Skipped...)
		again := chat.Decide(p, s, where.scene(at, s.Department.ID), at)
		if len(again.Effects)+len(again.Skipped) > 0 || !cmp.Equal(again.State, s) || !again.Due.Equal(due) {
			r.Fatalf("%v: decided again it is otherwise: %+v", at, again)
		}
		next := slices.IndexFunc(wakes, func(w time.Time) bool { return w.After(at) })
		switch {
		case next >= 0 && (due.IsZero() || wakes[next].Before(due)):
			at = wakes[next]
		case due.IsZero():
			return done, skipped
		default:
			at = due
		}
	}
	return done, skipped
}

func TestNeedlessWakesChangeNothing(t *testing.T) {
	t.Parallel()
	p, where := everything(t), everywhere(t)
	rapid.Check(t, func(r *rapid.T) {
		events := drawArrivals(r)
		idle := rapid.SliceOf(rapid.Custom(func(r *rapid.T) time.Time {
			return start().Add(time.Duration(rapid.IntRange(0, 3600).Draw(r, "idle")) * time.Second)
		})).Draw(r, "idles")
		done, skipped := live(r, p, where, events, nil)
		again, skippedAgain := live(r, p, where, events, idle)
		if diff := cmp.Diff(done, again) + cmp.Diff(skipped, skippedAgain); diff != "" {
			r.Fatalf("%s", diff)
		}
		keys := map[string]bool{}
		for _, e := range done {
			key := fmt.Sprint(e.Cause.Key(), e.Ticket != nil, e.Notice != nil)
			if keys[key] {
				r.Fatalf("%s twice", key)
			}
			keys[key] = true
		}
	})
}

func TestPeriodsAreWhatEveryMinuteShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var gates []*hours.Schedule
		for range rapid.IntRange(0, 3).Draw(r, "gates") {
			gates = append(gates, drawHours(r))
		}
		at := start().Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(r, "at")) * time.Minute)
		got := chat.Periods(at, gates...)
		if got.Open != open(at, gates) {
			r.Fatalf("open: %v", got.Open)
		}
		const far = 8 * 24 * 60
		since, opened := walk(at, -time.Minute, far, gates), time.Time{}
		if !since.IsZero() {
			since = since.Add(time.Minute)
			if !got.Open {
				opened = walk(since.Add(-time.Minute), -time.Minute, far, gates)
			}
		}
		if !opened.IsZero() {
			opened = opened.Add(time.Minute)
		}
		want := chat.Period{Open: got.Open, Since: since, Until: walk(at, time.Minute, far, gates), Opened: opened}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("at %v: %s", at, diff)
		}
	})
}

func open(at time.Time, gates []*hours.Schedule) bool {
	return !slices.ContainsFunc(gates, func(s *hours.Schedule) bool { return !s.At(at).Open })
}

// walk is the first of so many instants at which the answer is another.
func walk(at time.Time, by time.Duration, most int, gates []*hours.Schedule) time.Time {
	before := open(at, gates)
	for range most {
		if at = at.Add(by); open(at, gates) != before {
			return at
		}
	}
	return time.Time{}
}

func drawHours(r *rapid.T) *hours.Schedule {
	if rapid.IntRange(0, 5).Draw(r, "always") == 0 {
		return nil
	}
	var spec hours.Spec
	for day := range spec.Weekly {
		edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 24), 2, 2, rapid.ID).Draw(r, "edges")
		slices.Sort(edges)
		spec.Weekly[day] = []hours.Window{{Opens: edges[0] * 60, Closes: edges[1] * 60}}
		if rapid.IntRange(0, 3).Draw(r, "shut") == 0 {
			spec.Weekly[day] = nil
		}
	}
	s, err := spec.Compile(time.UTC)
	if err != nil {
		r.Fatal(err)
	}
	return s
}

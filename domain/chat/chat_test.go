package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// clock reads "09:00:30" on Monday 23 November 2026, and "tue 09:00" in that week, in UTC.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	day := 23
	if name, rest, dated := strings.Cut(s, " "); dated {
		day += strings.Index("montuewedthufrisatsun", name) / 3
		s = rest
	}
	layout := time.TimeOnly
	if strings.Count(s, ":") == 1 {
		layout = "15:04"
	}
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(2026, 10, day-1)
}

// said is an event in short: "request", "request bot", "visitor", "agent", "bot", "join", "leave", "assign", "handoff",
// "ended", "queued", "sales" (is chosen). What agents do is done by lea, or by the agent who is named: "assign tom". Its id
// is its words and its time.
func said(t testing.TB, at, words string) event.Event {
	t.Helper()
	what, by := words, "lea"
	for _, id := range []string{"tom", "nina", "eva"} {
		if before, named := strings.CutSuffix(words, " "+id); named {
			what, by = before, id
		}
	}
	kinds := map[string]event.Event{
		"request":       {Type: event.ChatRequested, Data: event.Data{Text: "Hello?"}},
		"request sales": {Type: event.ChatRequested, Data: event.Data{Department: "sales"}},
		"request bot":   {Type: event.ChatRequested, Data: event.Data{Text: "Hello?", Bot: true}},
		"visitor":       {Type: event.ChatMessage, Data: event.Data{From: event.FromVisitor}},
		"agent":         {Type: event.ChatMessage, Data: event.Data{From: event.FromAgent, Agent: "lea"}},
		"bot":           {Type: event.ChatMessage, Data: event.Data{From: event.FromBot}},
		"assign":        {Type: event.ChatAssigned, Data: event.Data{Agent: "lea"}},
		"join":          {Type: event.ChatAgentJoined, Data: event.Data{Agent: "lea"}},
		"leave":         {Type: event.ChatAgentLeft, Data: event.Data{Agent: "lea"}},
		"queued":        {Type: event.ChatQueued, Data: event.Data{QueuePosition: new(3)}},
		"handoff":       {Type: event.ChatHandoff},
		"sales":         {Type: event.DepartmentChosen, Data: event.Data{Department: "sales"}},
		"support":       {Type: event.DepartmentChosen, Data: event.Data{Department: "support"}},
		"ended":         {Type: event.ChatEnded},
	}
	e, known := kinds[what]
	if !known {
		t.Fatalf("no event %q", what)
	}
	if e.Data.Agent != "" {
		e.Data.Agent = by
	}
	e.ID, e.Time, e.Data.Chat, e.Data.Property = words+" "+at, clock(t, at), "c1", "acme"
	return e
}

func compile(t testing.TB, r chat.Rules) *chat.Policy {
	t.Helper()
	p, err := chat.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// weekly reads hours such as "mon-fri 9-17"; the empty text is always open.
func weekly(t testing.TB, text string) *hours.Schedule {
	t.Helper()
	if text == "" {
		return nil
	}
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	spec, err := hours.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// place is a property with a department, sales.
type place struct {
	hours, sales *hours.Schedule
	team         func(at time.Time) []chat.Colleague // nil: no agents
}

func (p place) scene(at time.Time, department string) chat.Scene {
	gates, door := []*hours.Schedule{p.hours}, hours.Door{{Hours: p.hours}}
	if department == "sales" {
		gates, door = append(gates, p.sales), append(door, hours.Gate{Hours: p.sales})
	}
	s := chat.Scene{
		Department: department, Hours: chat.Periods(at, gates...), Door: door, PropertyOpen: p.hours.At(at).Open, Widget: "online",
		Offered: []string{"sales", "support"}, Values: func() map[string]string { return map[string]string{"next_open": "tomorrow", "closes_at": "17:00"} },
	}
	if !s.Hours.Open {
		s.Widget = "offline"
	}
	if p.team != nil {
		s.Team = func() []chat.Colleague { return p.team(at) }
	}
	return s
}

// step is one thing that happens: events that arrive, and a decision.
type step struct {
	at     string
	events string // "request", or "request@09:00:00, visitor" where they happened before
	scene  func(*chat.Scene)
	want   string
}

func message(s string) trigger.Action {
	return trigger.Action{SendMessage: &trigger.Message{Text: s}}
}

// play runs a story, and checks each step's effects. Each event comes twice, and each decision is made twice.
func play(t *testing.T, p *chat.Policy, at place, story []step) chat.State {
	t.Helper()
	var s chat.State
	for _, step := range story {
		now := clock(t, step.at)
		for what := range strings.SplitSeq(step.events, ", ") {
			if what == "" {
				continue
			}
			what, when, dated := strings.Cut(what, "@")
			if !dated {
				when = step.at
			}
			s.Merge(said(t, when, what))
			s.Merge(said(t, when, what))
		}
		scene := at.scene(now, s.Department.ID)
		if step.scene != nil {
			step.scene(&scene)
		}
		d := chat.Decide(p, s, scene, now)
		if got := told(d); got != step.want {
			t.Errorf("%s %s\n got %s\nwant %s", step.at, step.events, got, step.want)
		}
		s = d.State
		again := chat.Decide(p, s, scene, now)
		if len(again.Effects)+len(again.Skipped) > 0 || !again.Due.Equal(d.Due) {
			t.Errorf("%s: decided again: %s", step.at, told(again))
		}
	}
	return s
}

// told writes a decision in short: the effects, -the skipped ones, and when to decide again.
func told(d chat.Decision) string {
	var all []string
	for _, e := range d.Effects {
		text := string(e.Cause.Rule) + " "
		switch {
		case e.Ticket != nil:
			text += "ticket"
		case e.Warning != nil:
			text = strings.TrimSpace(fmt.Sprintf("sla %s %s", e.Warning.Due.Format("Mon 15:04"), e.Warning.Department))
		case e.Do.Snooze != "":
			text += "snooze until " + e.Until.Format("Mon 15:04")
		case e.Notice != nil:
			text += strings.TrimSpace(fmt.Sprintf("tells %v %s", e.Agents, e.Notice.Department))
		case e.Agents != nil:
			text += fmt.Sprint("invites ", e.Agents)
		case e.Agent != "":
			text += e.From + "→" + e.Agent
		case e.Do.SendMessage != nil:
			text += fmt.Sprintf("%q", e.Do.SendMessage.Text)
		default:
			text += e.Do.Kind()
		}
		for _, o := range e.Offered {
			text += " +" + o.Name
		}
		all = append(all, text)
	}
	for _, s := range d.Skipped {
		all = append(all, strings.TrimSpace(fmt.Sprintf("-%s %s", s.Rule, s.Step))+" "+string(s.Reason))
	}
	if !d.Due.IsZero() {
		layout := time.TimeOnly
		if d.Due.Day() != 23 {
			layout = "Mon 15:04:05"
		}
		all = append(all, "due "+d.Due.Format(layout))
	}
	return strings.Join(all, "; ")
}

package visit_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// story is a visitor with events.
type story struct {
	t           *testing.T
	triggers    []trigger.Trigger
	onePerVisit bool
	state       visit.State
	scene       visit.Scene
	last        event.Event
	events      int
	visits      []string // of the effects
	done        []string // "5 T hi": at five seconds T said hi; "5 T late": it did not
}

func newStory(t *testing.T, triggers string) *story {
	t.Helper()
	s := &story{t: t, scene: visit.Scene{
		Widget: visit.Widget{Status: "online", Since: second("-1000")}, Chats: map[string]visit.Chat{},
	}}
	s.define(triggers)
	return s
}

func (s *story) define(triggers string) {
	s.t.Helper()
	s.triggers = nil
	if err := json.Unmarshal([]byte(triggers), &s.triggers); err != nil {
		s.t.Fatal(err)
	}
}

// second is an instant, some seconds after a certain Monday at noon.
func second(text string) time.Time {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(time.Duration(f*1000) * time.Millisecond)
}

// tell handles one line: "20@5 view /a GB #2" is that the visitor saw the page /a at 5 seconds, being from Britain, in
// their visit 2, which we hear at 20 seconds. In "#2/a", it was in the tab a of that visit.
func (s *story) tell(line string) {
	s.t.Helper()
	words := strings.Fields(line)
	now, then, _ := strings.Cut(words[0], "@")
	if then == "" {
		then = now
	}
	var fresh []event.Event
	switch words[1] {
	case "wake":
	case "online", "offline":
		s.scene.Widget = visit.Widget{Status: words[1], Since: second(then)}
	default:
		e := s.last
		if words[1] != "again" {
			s.events++
			e = eventOf(s.t, words[1], words[2:])
			e.ID, e.Time = fmt.Sprint("e", s.events), second(then)
		}
		s.last = e
		s.chat(e)
		if s.state.Merge(e) {
			fresh = append(fresh, e)
		}
	}
	s.decide(now, fresh)
}

// eventOf is an event by its verb.
func eventOf(t *testing.T, verb string, words []string) event.Event {
	t.Helper()
	types := map[string]event.Type{
		"arrive": event.VisitorArrived, "view": event.PageViewed, "leave": event.VisitorLeft, "know": event.VisitorUpdated,
		"custom": event.VisitorCustom, "max": event.WidgetMaximized, "min": event.WidgetMinimized,
		"ask": event.ChatRequested, "say": event.ChatMessage, "answer": event.ChatMessage, "bot": event.ChatMessage, "handoff": event.ChatHandoff,
		"join": event.ChatAgentJoined, "end": event.ChatEnded,
	}
	d := event.Data{Property: "acme", Visitor: "v", Visit: "1"}
	e := event.Event{Type: types[verb], Source: event.DefaultSource}
	if e.Type == "" {
		t.Fatalf("%q is not a verb", verb)
	}
	if strings.HasPrefix(string(e.Type), "chat.") {
		d.Chat, d.Visit = "c1", ""
	}
	for _, word := range words {
		switch {
		case word[0] == '/':
			d.Page = event.Page{URL: "https://example.com" + word}
		case word[0] == '#':
			d.Visit, d.Tab, _ = strings.Cut(word[1:], "/")
		case verb == "ask" || verb == "end":
			d.Chat = word
		case verb == "custom":
			d.Name = word
		case verb == "say":
			d.Text = strings.TrimSpace(d.Text + " " + word)
		default:
			d.Attributes.Country = word
		}
	}
	switch verb {
	case "say":
		d.From = event.FromVisitor
	case "bot":
		d.From = event.FromBot
	case "answer":
		d.From, d.Agent = event.FromAgent, "lea"
	}
	e.Data = d
	return e
}

// chat keeps the state of a chat, as simply as these stories need it.
func (s *story) chat(e event.Event) {
	if e.Data.Chat == "" {
		return
	}
	c := s.scene.Chats[e.Data.Chat]
	switch {
	case e.Type == event.ChatRequested || e.Data.From == event.FromVisitor:
		if e.Time.After(c.Asked) {
			c.Asked, c.Spoke = e.Time, e.Time
		}
		if e.Data.Visit != "" && e.Type == event.ChatRequested {
			c.RequestedIn = e.Data.Visit
		} else if e.Data.Visit != "" {
			c.SpokenIn = e.Data.Visit
		}
		if c.Began.IsZero() || e.Time.Before(c.Began) {
			c.Began = e.Time
		}
		if c.Answered.Before(e.Time) && (c.Waiting.IsZero() || e.Time.Before(c.Waiting)) {
			c.Waiting = e.Time
		}
	case e.Data.From == event.FromAgent:
		c.Answered, c.Waiting = e.Time, time.Time{}
		if c.Spoke.After(c.Answered) { // an answer to all but the last message
			c.Waiting = c.Spoke
		}
	case e.Data.From == event.FromBot:
		c.Waiting = time.Time{}
	case e.Type == event.ChatHandoff:
		c.Waiting = e.Time
	case e.Type == event.ChatAgentJoined:
		c.Joined = e.Time
	case e.Type == event.ChatEnded:
		c.Ended = e.Time
	}
	s.scene.Chats[e.Data.Chat] = c
}

func (s *story) decide(now string, fresh []event.Event) {
	s.t.Helper()
	policy, err := visit.Compile(visit.Definition{Triggers: s.triggers, OnePerVisit: s.onePerVisit})
	if err != nil {
		s.t.Fatal(err)
	}
	at, before := second(now), s.stored()
	d := visit.Decide(policy, before, fresh, s.scene, at)
	if diff := cmp.Diff(s.state, before, cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("deciding has changed what was before:\n%s", diff)
	}
	s.check(policy, d, at)
	s.state = d.State
	s.done = append(s.done, told(now, d)...)
	for _, e := range d.Effects {
		s.visits = append(s.visits, e.Visit)
	}
}

// told is a decision in words. Both lists are in the order of their due times, which the effects show first.
func told(now string, d visit.Decision) (lines []string) {
	for _, e := range d.Effects {
		said := ""
		switch {
		case e.Do.SendMessage != nil:
			said = e.Do.SendMessage.Text
		case e.Do.AddTag != "":
			said = "tag " + e.Do.AddTag
		case e.Do.CloseChat:
			said = "close " + e.Chat
		case e.Do.Snooze != "":
			said = fmt.Sprint("snooze ", e.Chat, " until ", e.Until.Sub(second("0")).Seconds())
		}
		lines = append(lines, fmt.Sprint(now, " ", e.Cause.Trigger, " ", said))
	}
	for _, k := range d.Skipped {
		lines = append(lines, fmt.Sprint(now, " ", k.Trigger, " ", k.Reason))
	}
	return lines
}

// stored is the state as it comes back from JSON.
func (s *story) stored() (state visit.State) {
	s.t.Helper()
	body, err := json.Marshal(s.state)
	if err == nil {
		err = json.Unmarshal(body, &state)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(s.state, state, cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("stored otherwise (-before +after):\n%s", diff)
	}
	return state
}

// check holds a decision against the rules for each.
func (s *story) check(p *visit.Policy, d visit.Decision, at time.Time) {
	s.t.Helper()
	again := visit.Decide(p, d.State, nil, s.scene, at)
	if diff := cmp.Diff(visit.Decision{State: d.State, Due: d.Due}, again, cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("decided twice at %v (-once +twice):\n%s", at, diff)
	}
	if !d.Due.IsZero() && !d.Due.After(at) {
		s.t.Errorf("due at %v, which is %v", d.Due, at)
	}
	var causes []visit.Cause
	for _, e := range d.Effects {
		if slices.Contains(causes, e.Cause) || e.Do.Kind() == "" || e.Do.Wait > 0 || !e.At.Equal(at) {
			s.t.Errorf("not an effect, or twice: %+v", e)
		}
		causes = append(causes, e.Cause)
	}
}

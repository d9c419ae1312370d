package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// tableOfStarts are triggers by their keys: one of each type, and an advanced one of each start. Each acts ten seconds after its
// start. Those that wait for a state to last act thirty seconds after the event.
const tableOfStarts = `
site              "type":"site"
page              "type":"page","url":{"contains":"/a"}
rescue            "type":"rescue"
joined            "type":"rescue","until":"joined"
maximized         "type":"maximized"
visitor.arrived   "type":"advanced","on":"visitor.arrived"
page.viewed       "type":"advanced","on":"page.viewed"
page.unchanged    "type":"advanced","on":"page.unchanged","after":"20s"
widget.maximized  "type":"advanced","on":"widget.maximized"
chat.requested    "type":"advanced","on":"chat.requested"
chat.message      "type":"advanced","on":"chat.message"
chat.queued       "type":"advanced","on":"chat.queued"
chat.assigned     "type":"advanced","on":"chat.assigned"
chat.unanswered   "type":"advanced","on":"chat.unanswered","after":"20s"
chat.idle         "type":"advanced","on":"chat.idle","after":"20s"
chat.ended        "type":"advanced","on":"chat.ended"
department.chosen "type":"advanced","on":"department.chosen"
form.abandoned    "type":"advanced","on":"form.abandoned"
visitor.custom    "type":"advanced","on":"visitor.custom","event":"won"
recheck           "type":"advanced","on":"page.viewed","conditions":[{"field":"page.path","is":"/a"}]
unchecked         "type":"advanced","on":"page.viewed","conditions":[{"field":"page.path","is":"/a"}],"recheck":false
`

// tableOfReasons shows how each of these triggers answers to events between its start and its due time: "hi" is
// its message, once, and anything else is the reason why there is none.
//
//	late      we hear of the start 61 seconds after the message was due
//	twice     the start is heard twice, and again when the message has gone out
//	order     the events before the start are heard after it
//	answered  an agent writes · joined: joins · left: the visitor goes · away: to another page · closed: the widget is
//	ended     the chat ends · shut: the property's hours end
//	edited    the trigger has another text · changed: another start · off: it is disabled · gone: it is deleted
//
//nolint:dupword // it is a table
const tableOfReasons = `
                  late twice order answered joined left         away       closed    ended      shut           edited  changed off      gone
site              late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
page              late hi    hi    hi       hi     visitor_left other_page hi        hi         widget_offline edited! edited  disabled removed
rescue            late hi    hi    answered hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
joined            late hi    hi    answered joined hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
maximized         late hi    hi    hi       hi     visitor_left hi         minimized hi         widget_offline edited! edited  disabled removed
visitor.arrived   late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
page.viewed       late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
page.unchanged    late hi    hi    hi       hi     visitor_left other_page hi        hi         widget_offline edited! edited  disabled removed
widget.maximized  late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
chat.requested    late hi    hi    hi       hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.message      late hi    hi    hi       hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.queued       late hi    hi    hi       hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.assigned     late hi    hi    hi       hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.unanswered   late hi    hi    answered hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.idle         late hi    hi    hi       hi     hi           hi         hi        chat_ended widget_offline edited! edited  disabled removed
chat.ended        late hi    hi    hi       hi     hi           hi         hi        hi         widget_offline edited! edited  disabled removed
department.chosen late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
form.abandoned    late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
visitor.custom    late hi    hi    hi       hi     visitor_left hi         hi        hi         widget_offline edited! edited  disabled removed
recheck           late hi    hi    hi       hi     visitor_left conditions hi        hi         widget_offline edited! edited  disabled removed
unchecked         late hi    hi    hi       hi     hi           hi         hi        hi         widget_offline edited! edited  disabled removed
`

// TestTriggersOfEachType plays every cell of the table on the path that a worker takes, in a simulation.
func TestTriggersOfEachType(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSpace(tableOfReasons), "\n")
	columns := strings.Fields(rows[0])
	for i, line := range strings.Split(strings.TrimSpace(tableOfStarts), "\n") {
		name, keys, _ := strings.Cut(line, " ")
		cells := strings.Fields(rows[i+1])
		if cells[0] != name || len(cells) != len(columns)+1 {
			t.Fatalf("the row of %s is %q", name, rows[i+1])
		}
		for k, want := range cells[1:] {
			t.Run(name+"/"+columns[k], func(t *testing.T) {
				t.Parallel()
				p := newPlay(t, strings.TrimSpace(keys))
				p.happens(name, columns[k])
				if got := strings.Join(p.said, " "); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// play is a trigger of one property, and a visitor with events while the trigger waits.
type play struct {
	testing.TB
	sim   *simulate.Simulation
	keys  string // of the trigger, besides its name and text
	start time.Time
	due   time.Time
	n     int      // events so far
	said  []string // messages after the start, and reasons why there was none
}

func newPlay(t testing.TB, keys string) *play {
	p := &play{TB: t, keys: keys, start: morning(10, 0)}
	if p.due = p.start.Add(10 * time.Second); strings.Contains(keys, "after") {
		p.due = p.start.Add(30 * time.Second)
	}
	log, _ := logtest.NewNullLogger()
	p.sim = simulate.New(simulate.Config{
		Open: func(now func() time.Time) store.Store { return memstore.New(1, now) },
		From: p.start.Add(-time.Hour), TimeZone: time.UTC, Log: log, Explain: true, Action: p.hear,
	})
	p.define(p.trigger("hi"), "24/7")
	return p
}

func (p *play) hear(body []byte) error {
	a := decodeVisitorAction(p, body)
	switch {
	case a.data.Cause.Event != "start": // caused by another event
	case a.Type == action.MessageSend:
		p.said = append(p.said, a.data.Text)
	case a.Type == action.MessageSkipped:
		p.said = append(p.said, a.data.Reason)
	}
	return nil
}

func (p *play) trigger(text string) string {
	return fmt.Sprintf(`{"name": "T", "delay": "10s", "message": %q, %s}`, text, p.keys)
}

func (p *play) define(triggers, hours string) {
	p.Helper()
	p.must(p.sim.Define(p.Context(), parse(p, fmt.Sprintf(`{"properties": {"acme": {"schedule": %q, "departments": {"sales": {}}, "triggers": [%s]}}}`, hours, triggers))))
}

func (p *play) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// at lets time pass up to an instant.
func (p *play) at(t time.Time) {
	p.Helper()
	p.must(p.sim.Advance(p.Context(), t))
}

// tell sends an event of an instant now.
func (p *play) tell(e event.Event, at time.Time) {
	p.Helper()
	if e.ID == "" {
		p.n++
		e.ID = fmt.Sprint("e", p.n)
	}
	e.Time = at
	complete, err := event.Intake{}.Complete(e)
	p.must(err)
	p.must(p.sim.Take(p.Context(), complete))
	p.must(p.sim.Settle(p.Context()))
}

// happens plays one cell of the table.
func (p *play) happens(name, column string) {
	p.Helper()
	starts, before := startOf(p, name), p.start.Add(-10*time.Minute)
	p.at(before)
	p.must(p.sim.Settle(p.Context()))
	if column != "order" {
		p.before(name, before)
	}
	if column == "late" {
		p.at(p.due.Add(61 * time.Second))
		p.tell(starts, p.start)
		p.at(p.due.Add(time.Hour))
		return
	}
	p.at(p.start)
	p.tell(starts, p.start)
	between := p.start.Add(5 * time.Second)
	p.at(between)
	p.between(name, column, starts, between, before)
	p.must(p.sim.Settle(p.Context()))
	p.at(p.due)
	p.must(p.sim.Settle(p.Context()))
	if column == "twice" {
		p.tell(starts, p.start)
	}
	p.at(p.due.Add(10 * time.Minute))
}

// before are the events before the start: the visitor, and in a chat the request.
func (p *play) before(name string, at time.Time) {
	p.Helper()
	if name == "site" || name == "visitor.arrived" {
		p.tell(pageEvent(event.PageViewed, "/b"), at)
	} else {
		p.tell(visitEvent(event.VisitorArrived), at)
	}
	if strings.HasPrefix(name, "chat.") && name != "chat.requested" && name != "chat.unanswered" && name != "chat.idle" {
		p.tell(chatEvent(event.ChatRequested), at)
	}
}

func (p *play) between(name, column string, starts event.Event, at, before time.Time) {
	p.Helper()
	switch column {
	case "twice":
		p.tell(starts, p.start)
	case "order":
		p.before(name, before)
	case "answered":
		p.tell(fromAgent(event.ChatMessage), at)
	case "joined":
		p.tell(fromAgent(event.ChatAgentJoined), at)
	case "left":
		p.tell(visitEvent(event.VisitorLeft), at)
	case "away":
		p.tell(pageEvent(event.PageViewed, "/b"), at)
	case "closed":
		p.tell(visitEvent(event.WidgetMinimized), at)
	case "ended":
		p.tell(chatEvent(event.ChatEnded), at)
	case "shut":
		p.define(p.trigger("hi"), "closed")
	case "edited":
		p.define(p.trigger("edited!"), "24/7")
	case "changed":
		p.keys = map[bool]string{false: `"type":"site"`, true: `"type":"maximized"`}[name == "site"]
		p.define(p.trigger("hi"), "24/7")
	case "off":
		p.keys += `,"enabled":false`
		p.define(p.trigger("hi"), "24/7")
	case "gone":
		p.define("", "24/7")
	default:
		p.Fatalf("no column %q", column)
	}
}

// startOf is the event at which a trigger of the table starts.
func startOf(t testing.TB, name string) event.Event {
	e := map[string]event.Event{
		"site": pageEvent(event.VisitorArrived, "/a"), "visitor.arrived": pageEvent(event.VisitorArrived, "/a"),
		"page": pageEvent(event.PageViewed, "/a"), "page.viewed": pageEvent(event.PageViewed, "/a"), "page.unchanged": pageEvent(event.PageViewed, "/a"),
		"recheck": pageEvent(event.PageViewed, "/a"), "unchecked": pageEvent(event.PageViewed, "/a"),
		"rescue": chatEvent(event.ChatRequested), "joined": chatEvent(event.ChatRequested), "chat.requested": chatEvent(event.ChatRequested),
		"chat.unanswered": chatEvent(event.ChatRequested), "chat.idle": chatEvent(event.ChatRequested),
		"chat.message": chatEvent(event.ChatMessage), "chat.queued": chatEvent(event.ChatQueued), "chat.assigned": fromAgent(event.ChatAssigned),
		"chat.ended": chatEvent(event.ChatEnded), "maximized": visitEvent(event.WidgetMaximized), "widget.maximized": visitEvent(event.WidgetMaximized),
		"department.chosen": visitEvent(event.DepartmentChosen), "form.abandoned": visitEvent(event.FormAbandoned), "visitor.custom": visitEvent(event.VisitorCustom),
	}[name]
	if e.Type == "" {
		t.Fatalf("%s starts at nothing", name)
	}
	e.ID = "start"
	return e
}

func visitEvent(kind event.Type) event.Event {
	e := event.New(kind, event.Data{Property: "acme", Visitor: "v1", Visit: "1"})
	switch kind {
	case event.DepartmentChosen:
		e.Data.Department = "sales"
	case event.FormAbandoned:
		e.Data.Form.Kind = event.ContactForm
	case event.VisitorCustom:
		e.Data.Name = "won"
	}
	return e
}

func pageEvent(kind event.Type, path string) event.Event {
	e := visitEvent(kind)
	e.Data.Page.URL = "https://example.com" + path
	return e
}

func chatEvent(kind event.Type) event.Event {
	e := event.New(kind, event.Data{Property: "acme", Visitor: "v1", Chat: "c1"})
	if kind == event.ChatMessage {
		e.Data.From, e.Data.Text = event.FromVisitor, "And?"
	}
	return e
}

// fromAgent names no visitor: the chat does.
func fromAgent(kind event.Type) event.Event {
	e := event.New(kind, event.Data{Property: "acme", Chat: "c1", Agent: "lea"})
	if kind == event.ChatMessage {
		e.Data.From, e.Data.Text = event.FromAgent, "Yes?"
	}
	return e
}

package visit

import (
	"cmp"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Scene is the input of a decision besides the visitor, as it is at the instant of the decision.
type Scene struct {
	Zone         *time.Location // the property's; nil: UTC
	WithinHours  bool           // the property's schedule is open
	Widget       Widget
	Departments  map[string]Department // those that the property defines, by id
	AgentsOnline int
	Chats        map[string]Chat // the visitor's, by id
	Property     string          // its name, for texts
	Room         *int            // how many more messages may wait on the property; nil: any number
	Held         time.Duration   // how long what is due has waited for events that were accepted before: it is not late by that

	Door     func(department string) hours.Door       // of a department within its property, or of the property (""); nil: always open
	NextOpen func(department, language string) string // when the same opens next, in words, for a visitor of that language; nil: not in sight
}

// Department is one of a property.
type Department struct {
	Name   string
	Widget Widget
}

// Widget is the status of the widget of a property, or of a department.
type Widget struct {
	Status string    // online, away or offline
	Since  time.Time // when it began to
}

// online tells whether the widget is online, and has been since an instant.
func (w Widget) online(since time.Time) bool { return w.Status == "online" && !w.Since.After(since) }

// Chat is the part of a chat that triggers need. Instants are zero where something has not happened.
type Chat struct {
	Department    string    // the id of the one that its events name; see State.DepartmentOf
	Began         time.Time // the visitor's first request or message; zero: Asked
	Agent         string    // the name of the agent who has it
	Asked         time.Time // the visitor's last request or message, or the hand-over by a bot
	Spoke         time.Time // the visitor's last request or message
	Waiting       time.Time // since when the visitor waits for an answer by a person; zero: they do not
	Answered      time.Time // an agent's last message; a bot's is none
	Joined        time.Time // when an agent last joined
	Ended         time.Time
	QueuePosition *int   // nil: in no queue
	RequestedIn   string // the visit in which it was requested; empty: not known
	SpokenIn      string // the visit in which the visitor wrote last; empty: not known
	Tags          []string
	Notes         int // that Deskbell has added since it last replaced them
	Sent          int // messages of triggers and of the rescue ladder after an agent's last word
	Snoozed       Snoozed
}

// Snoozed is when a chat was last put aside, and until when. The zero value is of one that never was.
type Snoozed struct{ At, Until time.Time }

// over tells whether the chat has ended at an instant or after it. One that was ended before, and goes on, is not over.
func (c Chat) over(since time.Time) bool { return !c.Ended.IsZero() && !c.Ended.Before(since) }

// running tells whether the chat was going on at an instant: the visitor had asked for it, and it had not ended.
func (c Chat) running(at time.Time) bool {
	switch began := cmp.Or(c.Began, c.Asked); {
	case began.IsZero() || began.After(at):
		return false
	case c.Ended.IsZero() || c.Ended.After(at):
		return true
	default: // asked again since
		return c.Asked.After(c.Ended) && !c.Asked.After(at)
	}
}

// chatting tells whether the visitor was in a chat at an instant.
func (s *Scene) chatting(at time.Time) bool {
	for _, c := range s.Chats {
		if c.running(at) {
			return true
		}
	}
	return false
}

// chat is the one of that id, or without an id the visitor's last that goes on.
func (s *Scene) chat(id string) Chat {
	if id == "" {
		id = s.going()
	}
	return s.Chats[id]
}

// going is the id of the visitor's last chat that goes on; empty where there is none.
func (s *Scene) going() (id string) {
	for other, c := range s.Chats {
		if c.Asked.After(c.Ended) && (id == "" || cmp.Or(c.Asked.Compare(s.Chats[id].Asked), cmp.Compare(other, id)) > 0) {
			id = other
		}
	}
	return id
}

// facts are the input of conditions when a timer is checked.
func (r *run) facts(c *compiled, t Timer) trigger.Facts {
	s, scene := &r.State, r.scene
	v, _ := s.visit(t.Visit)
	chat := scene.chat(t.Chat)
	page := s.place(t.Visit, t.Tab)
	f := trigger.Facts{
		Budget: r.budget, At: r.local(), WithinHours: scene.WithinHours,
		Page:       trigger.PageView{URL: page.URL, Title: page.Title, Referrer: page.Referrer, Since: page.opened(c)},
		VisitSince: v.Arrived, PagesViewed: s.pages(v), Visitor: r.visitor(), Verified: r.reading().verified, Message: s.said(t.Chat),
		Chat:   trigger.Chat{Department: r.department(chat), WaitingSince: chat.Waiting, QueuePosition: chat.QueuePosition, Tags: chat.Tags},
		Widget: scene.Widget.Status, Departments: r.statuses(), AgentsOnline: scene.AgentsOnline,
		Fired:         make(map[string]bool, len(s.Fired)),
		VisitedBefore: slices.ContainsFunc(s.Visits, func(o Visit) bool { return o.Arrived.Before(v.Arrived) }),
	}
	for name := range s.Fired {
		f.Fired[name] = true
	}
	return f
}

func (r *run) local() time.Time {
	if r.scene.Zone == nil {
		return r.at.UTC()
	}
	return r.at.In(r.scene.Zone)
}

// values are the values of placeholders.
func (r *run) values(t Timer) map[string]string {
	chat := r.scene.chat(t.Chat)
	department := r.department(chat)
	values := map[string]string{
		"visitor.name":  r.visitor().Name,
		"agent.name":    chat.Agent,
		"property.name": r.scene.Property,
		"department":    r.scene.Departments[department].Name,
		"page.title":    r.State.place(t.Visit, t.Tab).Title,
	}
	if r.scene.NextOpen != nil {
		values["next_open"] = r.scene.NextOpen(department, r.visitor().Language)
	}
	return values
}

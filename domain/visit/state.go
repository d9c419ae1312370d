package visit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// End is how long after the last sign of life a visit is over, where no event says that the visitor has left.
const End = trigger.VisitEnd

// How long a State is kept; see Expires.
const (
	// KeptUnnamed is the default for visitors of whom neither a name nor a chat is known: they are by far the most.
	KeptUnnamed = 7 * 24 * time.Hour
	// KeptNamed is how long others are kept, and the most for those.
	KeptNamed     = 30 * 24 * time.Hour
	keptAfterChat = 7 * 24 * time.Hour
)

// The bounds of a State beside trigger.RecordLimits. Its texts are as long as an event.Intake lets them be, so that conditions see them whole: at worst a
// record has a megabyte, of a visitor about whom only control characters were sent; one of 8-bit letters at the limits has 160 KB, and
// most have some 2 KB.
const (
	mostTexts = 3  // chats of which the last message is known: those in which the visitor wrote last
	mostKnown = 64 // events
	mostFired = 40 // triggers, before those that are no longer defined are forgotten
)

// State holds the facts of one visitor on one property. The zero value is a visitor without any.
type State struct {
	Visits []Visit `json:"visits,omitempty"` // the latest first
	Tabs   []Tab   `json:"tabs,omitempty"`   // the latest first

	// Of events that name no visit. Earlier versions kept the pages of all visits here.
	Seen      time.Time `json:"seen,omitzero"` // the last sign of life
	Page      Page      `json:"page,omitzero"`
	Elsewhere time.Time `json:"elsewhere,omitzero"` // when they last came to a page other than Page
	Minimized time.Time `json:"minimized,omitzero"`

	Department Word                 `json:"department,omitzero"` // the id of the one that they chose
	Said       Word                 `json:"said,omitzero"`       // their last message
	Texts      map[string]Word      `json:"texts,omitempty"`     // their last message in each chat, by its id
	ChatEnded  time.Time            `json:"chat_ended,omitzero"`
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	Custom     map[string]Attribute `json:"custom,omitempty"` // attributes of the application's own
	Tagged     []Tagged             `json:"tagged,omitempty"` // by Deskbell, the last at the end
	Notes      int                  `json:"notes,omitempty"`  // that Deskbell has added to the visitor since it last replaced them
	Known      []Mark               `json:"known,omitempty"`  // the events that were merged last, the oldest first

	Fired     map[string]Fired `json:"fired,omitempty"`    // by the names of triggers
	Proactive trigger.Fired    `json:"proactive,omitzero"` // the last message of any trigger that is proactive
	Timers    []Timer          `json:"timers,omitempty"`   // the next first
}

// Visit is one session of the visitor.
type Visit struct {
	ID      string    `json:"id"`
	Arrived time.Time `json:"arrived"`         // the first sign of life
	Seen    time.Time `json:"seen,omitzero"`   // the last sign of life
	Left    time.Time `json:"left,omitzero"`   // when they last left it as a whole; they may have come back
	Views   []uint32  `json:"views,omitempty"` // hashes of the views that an earlier version has counted
	Pages   int       `json:"pages,omitempty"` // that were opened in tabs that are no longer kept
}

// Page is where the visitor is.
type Page struct {
	URL      string    `json:"url"`
	Title    string    `json:"title,omitempty"`
	Referrer string    `json:"referrer,omitempty"`
	Since    time.Time `json:"since"` // when they last opened it: a reload counts
}

// Word is a text of which the last counts.
type Word struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Fired is when a trigger last acted for the visitor, and how often.
type Fired struct {
	trigger.Fired
	Count int `json:"count"`
}

// Merge adds an event of this visitor or of a chat of theirs, and tells whether it is new: then it is for Decide, and
// for all else that is done once for each event. An event that is known by its id is ignored.
func (s *State) Merge(e event.Event) (fresh bool) {
	known, fresh := s.learn(e)
	if known {
		return false
	}
	s.merge(e)
	return fresh
}

func (s *State) merge(e event.Event) {
	at, d := e.Time.UTC(), e.Data
	switch alive := signOfLife(e); {
	case d.Visit != "" && (alive || e.Type == event.VisitorLeft):
		s.visited(e, alive)
	case alive:
		s.Seen = hours.Later(s.Seen, at)
	}
	if viewed(e) && d.Visit == "" {
		s.view(pageOf(e))
	}
	s.describe(d.Attributes, at, e.Unverified)
	switch e.Type {
	case event.WidgetMinimized:
		if d.Visit == "" {
			s.Minimized = hours.Later(s.Minimized, at)
		}
	case event.DepartmentChosen, event.ChatRequested:
		s.Department = s.Department.or(Word{d.Department, at})
	case event.ChatEnded:
		s.ChatEnded = hours.Later(s.ChatEnded, at)
	}
	if asks(e) {
		said := Word{d.Text, at}
		s.Said = s.Said.or(said)
		s.write(d.Chat, said)
	}
}

// write keeps the last message of a chat.
func (s *State) write(chat string, said Word) {
	if chat == "" || said.Text == "" {
		return
	}
	texts := maps.Clone(s.Texts)
	if texts == nil {
		texts = make(map[string]Word)
	}
	texts[chat] = texts[chat].or(said)
	if len(texts) > mostTexts {
		delete(texts, slices.MinFunc(slices.Collect(maps.Keys(texts)), func(a, b string) int {
			return cmp.Or(texts[a].At.Compare(texts[b].At), cmp.Compare(a, b))
		}))
	}
	s.Texts = texts
}

// said is the visitor's last message in a chat; without a chat, their last in any. A State of before texts were kept by chat
// has the last in any alone.
func (s *State) said(chat string) string {
	if chat == "" || len(s.Texts) == 0 {
		return s.Said.Text
	}
	return s.Texts[chat].Text
}

// signOfLife tells whether the visitor did it themselves. More knowledge of a visitor is none.
func signOfLife(e event.Event) bool {
	switch e.Type {
	case event.VisitorArrived, event.PageViewed, event.VisitorCustom, event.WidgetMaximized, event.WidgetMinimized,
		event.DepartmentChosen, event.FormAbandoned, event.FormSubmitted:
		return true
	default:
		return asks(e)
	}
}

// asks tells whether the visitor says something in a chat: the request included.
func asks(e event.Event) bool {
	return e.Type == event.ChatRequested || e.Type == event.ChatMessage && e.Data.From == event.FromVisitor
}

// viewed tells whether the visitor has come to a page. An arrival on one is a view.
func viewed(e event.Event) bool {
	return (e.Type == event.PageViewed || e.Type == event.VisitorArrived) && e.Data.Page.URL != ""
}

func pageOf(e event.Event) Page {
	p := e.Data.Page
	return Page{p.URL, p.Title, p.Referrer, e.Time.UTC()}
}

// visited merges into its visit that the visitor was alive, or else that they left. The visits with the latest events
// are kept.
func (s *State) visited(e event.Event, alive bool) {
	at := e.Time.UTC()
	s.Visits = slices.Clone(s.Visits)
	i := slices.IndexFunc(s.Visits, func(v Visit) bool { return v.ID == e.Data.Visit })
	if i < 0 {
		i = len(s.Visits)
		s.Visits = append(s.Visits, Visit{ID: e.Data.Visit, Arrived: at})
	}
	v := &s.Visits[i]
	if at.Before(v.Arrived) {
		v.Arrived = at
	}
	switch {
	case alive:
		v.Seen = hours.Later(v.Seen, at)
	case e.Data.Tab == "":
		v.Left = hours.Later(v.Left, at)
	}
	s.tabbed(e, alive)
	slices.SortFunc(s.Visits, func(a, b Visit) int {
		return cmp.Or(b.heard().Compare(a.heard()), cmp.Compare(a.ID, b.ID))
	})
	s.Visits = s.Visits[:min(len(s.Visits), trigger.MostVisits)]
	s.keepTabs()
}

func (v *Visit) heard() time.Time { return hours.Later(v.Arrived, hours.Later(v.Seen, v.Left)) }

// view keeps the page that was opened last, and when one of another URL was.
func (s *State) view(p Page) {
	switch {
	case p.compare(s.Page) > 0:
		if s.Page.URL != p.URL {
			s.Elsewhere = s.Page.Since
		}
		s.Page = p
	case s.Page.URL != p.URL:
		s.Elsewhere = hours.Later(s.Elsewhere, p.Since)
	}
}

func (p Page) compare(o Page) int {
	return cmp.Or(viewOf(p).compare(viewOf(o)), cmp.Compare(p.URL, o.URL), cmp.Compare(p.Title, o.Title), cmp.Compare(p.Referrer, o.Referrer))
}

// or is the later of two words; an empty one says nothing.
func (w Word) or(o Word) Word {
	if o.Text == "" || cmp.Or(w.At.Compare(o.At), cmp.Compare(w.Text, o.Text)) > 0 {
		return w
	}
	return o
}

// latest is the visit with the latest event; the zero Visit where none is known.
func (s *State) latest() Visit {
	if len(s.Visits) == 0 {
		return Visit{}
	}
	return s.Visits[0]
}

// visit finds one by its id. The one without an id is for events that name none.
func (s *State) visit(id string) (Visit, bool) {
	for _, v := range s.Visits {
		if v.ID == id {
			return v, true
		}
	}
	return Visit{}, id == ""
}

// gone tells whether a visit is over: the visitor has left, or has not stirred for too long.
func (s *State) gone(id string, at time.Time) bool {
	_, known := s.visit(id)
	return !known || s.left(id) || at.Sub(s.seen(id)) >= End
}

// left tells whether the visitor has left a visit, and has not been seen in it since.
func (s *State) left(id string) bool {
	v, _ := s.visit(id)
	last := v.Left
	for _, t := range s.Tabs {
		if t.Visit != id || t.ID == "" {
			continue
		}
		if !s.closed(t) {
			return false
		}
		last = hours.Later(last, t.Left)
	}
	return last.After(s.seen(id))
}

// seen is the last sign of life in a visit.
func (s *State) seen(id string) time.Time {
	v, _ := s.visit(id)
	if id == "" || id == s.latest().ID {
		return hours.Later(v.Seen, s.Seen)
	}
	return v.Seen
}

// Expires is when the State can go: with a name or a chat 30 days after the visitor's last sign of life, or 7 days after the
// end of their last chat, whichever is later; else after unnamed, which is KeptUnnamed where it is zero. chats tells whether a chat
// of theirs is known beside the State. It is zero for the zero State.
func (s *State) Expires(unnamed time.Duration, chats bool) time.Time {
	last := s.Seen
	for i := range s.Visits {
		last = hours.Later(last, s.Visits[i].heard())
	}
	if last.IsZero() && len(s.Known) > 0 { // only others mentioned them, and they have not been here
		last = s.Known[len(s.Known)-1].At
	}
	if last.IsZero() {
		return time.Time{}
	}
	kept := KeptNamed
	if !chats && s.ChatEnded.IsZero() && s.Said.At.IsZero() && !s.named() {
		kept = min(cmp.Or(unnamed, KeptUnnamed), KeptNamed)
	}
	return hours.Later(last.Add(kept), s.ChatEnded.Add(keptAfterChat))
}

// named tells whether the visitor's name is known.
func (s *State) named() bool {
	switch string(s.Attributes["name"].Value) {
	case "", `""`, "null":
		return false
	}
	return true
}

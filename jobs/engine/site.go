package engine

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/phrase"
	"github.com/deskbell/deskbell/jobs/store"
)

// propertyAt is a property as the decisions on its visitors see it at an instant. It is read with
// each batch, and so an edit holds for all that is decided after it, also for messages that
// were waiting already.
type propertyAt struct {
	*policies
	id     string
	zone   *time.Location // the property's own, or else its schedule's
	widget widget.State
	hours  *hours.Schedule // with the override
	parts  map[string]*hours.Schedule
	online int // agents
	agents map[string]*definition.Agent
	broken error // why it cannot be decided on
}

// policies are what is compiled of a definition, and does not depend on the time.
type policies struct {
	def    *definition.Property
	visits *visit.Policy
	chats  *chat.Policy
}

// sites gives the properties of visitors and digests, by id; nil for one that is not defined.
func (d *Decider) sites(ctx context.Context, records []store.Record, at time.Time) (map[string]*propertyAt, error) {
	sites := make(map[string]*propertyAt)
	var subjects []store.Subject
	for i := range records {
		property, ok := records[i].Subject.OnProperty()
		if _, known := sites[property]; ok && !known {
			sites[property] = nil
			subjects = append(subjects, store.PropertySubject(property))
		}
	}
	if len(subjects) == 0 {
		return sites, nil
	}
	loaded, err := d.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	b, err := d.Gather(ctx, loaded)
	if err != nil {
		return nil, err
	}
	for i := range loaded {
		r := &loaded[i]
		if r.Rev == 0 || r.Definition == nil {
			continue
		}
		id, _ := r.Subject.Property()
		s := &propertyAt{id: id, agents: b.Agents}
		s.broken = guard(func() error { return s.read(b, r, d.policies, at) })
		sites[id] = s
	}
	return sites, nil
}

func (s *propertyAt) read(b *Batch, r *store.Record, known *policyCache, at time.Time) error {
	p, state, err := b.Compiled(r)
	if err != nil {
		return err
	}
	if s.policies, err = known.compile(r.Definition, b.Properties[r.Subject]); err != nil {
		return err
	}
	s.widget = widget.Decide(p, widget.State(state.Widget), at).State
	if state.Widget.Version == 0 { // it is new: it was never otherwise, and an event of a moment ago is not one of before
		s.widget.Since = time.Time{}
	}
	s.hours, s.zone, s.parts = p.Hours, p.Hours.Location(), make(map[string]*hours.Schedule)
	if s.def.TimeZone != "" {
		always, err := b.compile(nil, s.def.TimeZone)
		if err != nil {
			return err
		}
		s.zone = always.Location()
	}
	for _, part := range p.Departments {
		s.parts[part.ID] = part.Hours
	}
	for _, a := range b.agentsOf(s.def.AllAgents()) {
		if a.Available(at) {
			s.online++
		}
	}
	return nil
}

// policiesLimit bounds the memory of policies: at some 20 KB each at worst, 100 MB.
const policiesLimit = 5000

// policyCache keeps what was compiled, by the definition.
type policyCache struct {
	mu    sync.Mutex
	known map[string]*policies
}

// definition gives the property that a body is of, where it was compiled.
func (c *policyCache) definition(body []byte) *definition.Property {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.known[string(body)]; p != nil {
		return p.def
	}
	return nil
}

func (c *policyCache) compile(body []byte, def *definition.Property) (*policies, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.known[string(body)]; p != nil {
		return p, nil
	}
	p := &policies{def: def}
	var err error
	if p.visits, err = visit.Compile(visit.Definition{Triggers: def.ActiveTriggers(), Shortcuts: def.Shortcuts, OnePerVisit: def.OnePerVisit}); err != nil {
		return nil, err
	}
	if p.chats, err = chat.Compile(rulesOf(def)); err != nil {
		return nil, err
	}
	if c.known == nil || len(c.known) >= policiesLimit {
		c.known = make(map[string]*policies)
	}
	c.known[string(body)] = p
	return p, nil
}

func rulesOf(def *definition.Property) chat.Rules {
	r := chat.Rules{
		Rescue: def.Rescue, Shortcuts: def.Shortcuts,
		During: def.AutoReplies.During, Outside: def.AutoReplies.Outside, Handoff: def.AutoReplies.Handoff, Form: def.AutoReplies.Confirmation(),
		ClosingBefore: time.Duration(def.ClosingSoon.Before), ClosingMessage: def.ClosingSoon.Message, WaitingAtClose: def.Widget.WaitingAtClose,
		HasSchedule: !def.Schedule.IsZero(), Departments: make(map[string]chat.Part, len(def.Departments)),
	}
	for id, d := range def.Departments {
		r.Departments[id] = chat.Part{Name: d.Name, HasSchedule: !d.Schedule.IsZero()}
	}
	return r
}

// visitScene is what the triggers of a visitor look at.
func (v *visitor) visitScene(at time.Time) visit.Scene {
	s := visit.Scene{
		Zone: v.zone, WithinHours: v.hours.At(at).Open,
		Widget:      visit.Widget{Status: string(v.widget.Status), Since: v.widget.Since},
		Departments: make(map[string]string, len(v.widget.Departments)), DepartmentNames: make(map[string]string, len(v.def.Departments)),
		AgentsOnline: v.online, Chats: make(map[string]visit.Chat, len(v.Chats)), Property: v.name(),
		NextOpen: func(language string) string { return v.nextOpen(language, at) },
	}
	for id, d := range v.widget.Departments {
		s.Departments[id] = string(d.Status)
	}
	for id := range v.def.Departments {
		s.DepartmentNames[id] = v.departmentName(id)
	}
	for id, c := range v.Chats {
		s.Chats[id] = visit.Chat{
			Department: c.Department.ID, Agent: v.agentName(c.Agent()), Asked: c.Asked, Spoke: Later(c.Request.At, c.Wrote.At), Waiting: c.WaitingSince(),
			Answered: c.Answered, Joined: c.Joined, Ended: c.Ended, QueuePosition: c.Queue.Position, Tags: c.TagNames(),
		}
	}
	return s
}

// choiceKept is how long a department that was chosen is taken for that of the next chat. Nobody
// says when a choice is over, and that of last week must not keep a visitor from those who are there.
const choiceKept = 24 * time.Hour

// department is that of a chat or form: the one that it names, or else the one that the visitor
// chose last, also after it began. One that the property does not define is none.
func (v *visitor) department(named string, began time.Time) string {
	if chosen := v.Visit.Department; named == "" && began.Sub(chosen.At) < choiceKept {
		named = chosen.Text
	}
	if _, defined := v.def.Departments[named]; !defined {
		return ""
	}
	return named
}

// chatScene is what the rules of a chat look at; c is zero where there is only a form.
func (v *visitor) chatScene(department string, c *chat.State, at time.Time) chat.Scene {
	s := chat.Scene{
		Department: department, Hours: chat.Periods(at, v.hours, v.parts[department]), PropertyOpen: v.hours.At(at).Open, Widget: string(v.widget.Status),
		Left: v.Visit.Left(), Silent: v.Visit.Silent(at) && at.Sub(c.Answered) >= visit.End,
	}
	if d, ok := v.widget.Departments[department]; ok {
		s.Widget = string(d.Status)
	}
	for id, d := range v.widget.Departments {
		if d.NewChats {
			s.Offered = append(s.Offered, id)
		}
	}
	s.Values = func() map[string]string { return v.values(department, c, s.Hours, at) }
	return s
}

// values are what placeholders in the texts of a chat stand for.
func (v *visitor) values(department string, c *chat.State, h chat.Period, at time.Time) map[string]string {
	values := map[string]string{
		"visitor.name": v.Visit.Name(), "agent.name": v.agentName(c.Agent()), "property.name": v.name(),
		"page.title": v.Visit.Page.Title, "next_open": v.nextOpen(v.Visit.Language(), at),
	}
	if department != "" {
		values["department"] = v.departmentName(department)
	}
	if h.Open {
		values["closes_at"] = v.clock(v.Visit.Language(), h.Until)
	}
	return values
}

func (s *propertyAt) name() string {
	if s.def.Name != "" {
		return s.def.Name
	}
	return s.id
}

func (s *propertyAt) departmentName(id string) string {
	if name := s.def.Departments[id].Name; name != "" {
		return name
	}
	return id
}

func (s *propertyAt) agentName(id string) string {
	if a := s.agents[id]; a != nil && a.Name != "" {
		return a.Name
	}
	return id
}

// nextOpen says when it opens next, in the words of a language; empty: it is not in sight.
func (s *propertyAt) nextOpen(language string, at time.Time) string {
	if s.widget.NextOpen.IsZero() {
		return ""
	}
	return phrase.Back(s.language(language), at, s.widget.NextOpen.In(s.zone))
}

// clock says when something is on the same day; empty: it is not in sight.
func (s *propertyAt) clock(language string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return phrase.Clock(s.language(language), at.In(s.zone))
}

// language is the visitor's, or else the property's.
func (s *propertyAt) language(visitors string) string { return cmp.Or(visitors, s.def.Language) }

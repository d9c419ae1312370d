package engine

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/phrase"
	"github.com/deskbell/deskbell/jobs/store"
)

// propertyAt is a property as the decisions on its visitors see it at an instant. It is read with
// each batch, and so an edit holds for all that is decided after it, also for messages that
// were waiting already.
type propertyAt struct {
	*policies
	id       string
	zone     *time.Location // the property's own, or else its schedule's
	widget   widget.State
	hours    *hours.Schedule              // with the overrides that were and are: it tells when the hours really began
	parts    map[string][]*hours.Schedule // of departments: all that have to be open
	state    PropertyState                // with its overrides
	doors    map[string]hours.Door        // that were asked for
	online   int                          // agents
	crew     map[string]widget.Agent      // the agents, ready to use
	teamed   bool                         // something in chats depends on them
	teams    map[string][]chat.Colleague  // as chats of departments see them, as far as these asked
	holding  map[string][]string          // see holders
	moves    moves                        // of chats, by what was decided before; all properties that are read together share it
	at       time.Time                    // the instant
	agents   map[string]*definition.Agent
	servants []string // ids of the agents who serve it
	broken   error    // why it cannot be decided on

	quotas     Quotas // nil: any number of messages may wait
	left, most int    // how many more may, and how many may at all

	keep time.Duration // visitors without a name and a chat; zero: visit.KeptUnnamed
}

// read decides on the property as of the instant, and keeps the results for its visitors.
func (p *propertyAt) read(b *Batch, r *store.Record, known *policyCache, at time.Time) error {
	compiled, state, err := b.Compiled(r, at)
	if err != nil {
		return err
	}
	if p.policies, err = known.compile(r, b.Properties[r.Subject]); err != nil {
		return err
	}
	p.widget = widget.Decide(compiled, widget.State(state.Widget), at).State
	if state.Widget.Version == 0 { // it is new: it never had another state, and an event of a moment ago counts
		p.widget.Since = time.Time{}
	}
	for id, d := range p.widget.Departments {
		if state.Widget.Departments[id].Version == 0 { // likewise
			d.Since = time.Time{}
			p.widget.Departments[id] = d
		}
	}
	p.state, p.servants = state, p.def.Serving(func(name string) []byte { return b.named[name] })
	if p.hours, err = b.ever(p.def, &state); err != nil {
		return err
	}
	p.zone, p.parts = compiled.Hours.Location(), make(map[string][]*hours.Schedule)
	if p.def.TimeZone != "" {
		if p.zone, err = b.location(p.def.TimeZone); err != nil {
			return err
		}
	}
	for i := range compiled.Departments {
		part := &compiled.Departments[i]
		p.parts[part.ID] = compiled.Gates(part)
	}
	ids := p.def.AllAgents()
	p.at, p.teamed, p.crew = at, p.def.ReassignAfter > 0, make(map[string]widget.Agent, len(ids))
	for i, a := range b.agentsOf(ids, at) {
		p.crew[ids[i]], p.teamed = a, p.teamed || teams(b.Agents[ids[i]])
		if a.Available(at) {
			p.online++
		}
	}
	return nil
}

func (p *propertyAt) name() string {
	if p.def.Name != "" {
		return p.def.Name
	}
	return p.id
}

func (p *propertyAt) departmentName(id string) string {
	if name := p.def.Departments[id].Name; name != "" {
		return name
	}
	return id
}

// agentName is the name of an agent whom the property or a department lists. Of others it says no more than the id: an event may name
// an agent of another property, whose definition is at hand for that one.
func (p *propertyAt) agentName(id string) string {
	_, ours := p.crew[id]
	if a := p.agents[id]; ours && a != nil && a.Name != "" {
		return a.Name
	}
	return id
}

// sender is the apparent sender of a message; of one who is an agent as they are defined now.
func (p *propertyAt) sender(s trigger.Sender) action.Sender {
	if s.Agent == "" {
		return action.Sender{Name: s.Name, Image: s.Image}
	}
	from := action.Sender{Name: p.agentName(s.Agent)}
	if a := p.agents[s.Agent]; a != nil {
		from.Image = a.Image
	}
	return from
}

// door is that of a department within its property, or of the property (""), as it was and is.
func (p *propertyAt) door(department string) hours.Door {
	door, known := p.doors[department]
	if known {
		return door
	}
	for i, gate := range p.gates(department) {
		g := hours.Gate{Hours: gate}
		if i == 0 {
			g.Overrides = p.state.ever("")
		}
		if department != "" {
			g.Overrides = append(g.Overrides, p.state.ever(department)...)
		}
		door = append(door, g)
	}
	if p.doors == nil {
		p.doors = make(map[string]hours.Door)
	}
	p.doors[department] = door
	return door
}

// gates are the schedules that all have to be open for a department, or the property (""), to be.
func (p *propertyAt) gates(department string) []*hours.Schedule {
	if gates, ok := p.parts[department]; ok {
		return gates
	}
	return []*hours.Schedule{p.hours}
}

// nextOpen says when a department opens next, or the property (""), in the words of a language; empty: it is not in sight.
func (p *propertyAt) nextOpen(department, language string, at time.Time) string {
	w := p.widget
	if d, defined := w.Departments[department]; defined {
		w = d
	}
	if w.NextOpen.IsZero() {
		return ""
	}
	return phrase.Back(p.language(language), at, w.NextOpen.In(p.zone))
}

// clock says when something is on the same day; empty: it is not in sight.
func (p *propertyAt) clock(language string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return phrase.Clock(p.language(language), at.In(p.zone))
}

// language is the visitor's, or else the property's, where there are texts in it; empty: English.
func (p *propertyAt) language(visitors string) string { return phrase.First(visitors, p.def.Language) }

// readRoom reads how many more messages may wait.
func (p *propertyAt) readRoom(ctx context.Context) (err error) {
	if p.quotas != nil {
		p.left, p.most, err = p.quotas.Room(ctx, p.id)
	}
	return err
}

// room is how many more messages of triggers may wait; nil: any number.
func (p *propertyAt) room() *int {
	if p.quotas == nil {
		return nil
	}
	n := p.left - p.most/reserve
	return &n
}

// isFull tells whether no chat may begin to wait.
func (p *propertyAt) isFull() bool { return p.quotas != nil && p.left <= 0 }

// noteWaits counts messages that wait more than before, or fewer, for the decisions that follow.
func (p *propertyAt) noteWaits(more int) {
	if p.quotas != nil && more != 0 {
		p.left -= more
		p.quotas.Waits(p.id, more)
	}
}

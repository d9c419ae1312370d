package chat

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/trigger"
)

// Rules are a property's automatic messages in chats. The zero value has none.
type Rules struct {
	Rescue    []trigger.Step              // in the order of After
	Shortcuts map[string]trigger.Shortcut // that the steps may send

	During  string // the reply in hours; empty: none
	Outside string // the reply outside hours; empty: none
	Handoff string // the text when a bot hands a chat over; empty: none
	Form    string // the text to a visitor who has sent a form; empty: none

	ClosingBefore  time.Duration // how long before the hours end ClosingMessage is sent
	ClosingMessage string        // empty: none
	WaitingAtClose string        // keep (default), reply or message

	FirstAnswer time.Duration // the open time in which a chat is to have its first answer; zero: no matter how long
	WarnBefore  time.Duration // how much of it is left when a warning is due

	ReassignAfter time.Duration // how long an agent has for a first answer before the chat goes to another; zero: no matter how long

	HasSchedule bool // whether the property has hours at all: without any there are no auto-replies
	Departments map[string]Part
}

// Part is a department of a property.
type Part struct {
	Name        string // empty: its id
	HasSchedule bool   // hours of its own
}

// The fates of a request that waits when the hours end, except that it is kept.
const (
	closeReply   = "reply"   // it gets the reply for outside hours
	closeMessage = "message" // and becomes a ticket
)

// Policy are rules that have been read. It never changes, so that any number of goroutines may share it.
type Policy struct {
	Rules
	steps []step
	texts map[string]trigger.Text // of the steps, by how they are written

	during, outside, handoff, form, closes trigger.Text
}

type step struct {
	trigger.Step
	key string
}

// Compile reads the texts of rules. The error is a table.Faults, behind its place.
func Compile(r Rules) (*Policy, error) {
	p := &Policy{Rules: r, texts: map[string]trigger.Text{}}
	for _, s := range r.Rescue {
		p.steps = append(p.steps, step{s, p.newKey(s)})
		for _, a := range s.Actions {
			if err := p.readAction(a); err != nil {
				return nil, err
			}
		}
	}
	for name, s := range r.Shortcuts {
		if err := p.read(s.Text); err != nil {
			return nil, fmt.Errorf("reading shortcut %q: %w", name, err)
		}
	}
	for _, t := range []struct {
		into *trigger.Text
		from string
		at   trigger.Place
	}{
		{&p.during, r.During, trigger.InMessage}, {&p.outside, r.Outside, trigger.InMessage},
		{&p.handoff, r.Handoff, trigger.InMessage}, {&p.form, r.Form, trigger.InMessage},
		{&p.closes, r.ClosingMessage, trigger.InClosingSoon},
	} {
		text, err := trigger.ParseText(t.from, t.at)
		if err != nil {
			return nil, fmt.Errorf("reading %.40q: %w", t.from, err)
		}
		*t.into = text
	}
	return p, nil
}

// newKey names a step by its time, so that an edit of the other steps, or of its actions, leaves it the same step.
func (p *Policy) newKey(s trigger.Step) string {
	key := s.After.String()
	for n := 2; ; n++ {
		if _, taken := p.step(key); !taken {
			return key
		}
		key = fmt.Sprintf("%s.%d", s.After, n)
	}
}

func (p *Policy) step(key string) (step, bool) {
	for _, s := range p.steps {
		if s.key == key {
			return s, true
		}
	}
	return step{}, false
}

func (p *Policy) readAction(a trigger.Action) error {
	text, _ := a.Template(nil) // shortcuts are read with their names
	if err := p.read(text); err != nil {
		return fmt.Errorf("reading %.40q: %w", text, err)
	}
	return nil
}

func (p *Policy) read(s string) error {
	text, err := trigger.ParseText(s, trigger.InMessage)
	p.texts[s] = text
	return err
}

// scheduled tells whether a department, or the property, has hours.
func (p *Policy) scheduled(department string) bool {
	return p.HasSchedule || p.Departments[department].HasSchedule
}

package visit

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deskbell/deskbell/domain/trigger"
)

// Definition is a property's definition of its triggers.
type Definition struct {
	Triggers    []trigger.Trigger
	Shortcuts   map[string]trigger.Shortcut
	OnePerVisit bool // a visit gets at most one message from triggers that are proactive
}

// Policy is a Definition that can be decided with. It never changes, so that any number of goroutines may share it.
type Policy struct {
	triggers    []*compiled
	onePerVisit bool
}

// Bytes is how much memory the regular expressions of all triggers take, about.
func (p *Policy) Bytes() (n int) {
	for _, c := range p.triggers {
		n += c.Compiled.Bytes()
	}
	return n
}

type compiled struct {
	*trigger.Compiled
	steps     []step
	proactive bool // it sends a message to a visitor who has not begun to chat
	attended  bool // it is for a visitor who is still there
	fragment  bool // to it, URLs that differ in their fragments are different pages
	yields    bool // a running chat holds its messages back

	// The parts that a timer depends on, as hashes: the trigger's start, and behind a wait its actions, too. Anything
	// else may be edited while the timer runs, and the edit acts: a corrected message is sent as it was corrected.
	begun, goneOn uint32
}

// step is one action with its text.
type step struct {
	trigger.Action
	text        trigger.Text
	attachments []trigger.Attachment
}

// Compile prepares a definition. Errors name the trigger; of one that was checked when it was saved there are none.
func Compile(d Definition) (*Policy, error) {
	p := &Policy{onePerVisit: d.OnePerVisit}
	for _, t := range d.Triggers {
		c, err := d.compile(t)
		if err != nil {
			return nil, fmt.Errorf("compiling the trigger %q: %w", t.Name, err)
		}
		p.triggers = append(p.triggers, c)
	}
	return p, nil
}

func (d Definition) compile(t trigger.Trigger) (*compiled, error) {
	conditions, err := trigger.Compile(t)
	if err != nil {
		return nil, err
	}
	c := &compiled{Compiled: conditions}
	start := trigger.Trigger{Type: t.Type, On: t.On, Event: t.Event, After: t.After, URL: t.URL}
	c.begun = hashOf(start)
	start.Actions = t.Actions
	c.goneOn = hashOf(start)
	for _, a := range t.Do() {
		s := step{Action: a}
		var text string
		text, s.attachments = a.Template(d.Shortcuts)
		if m := a.SendMessage; m != nil {
			if _, ok := d.Shortcuts[m.Shortcut]; !ok && m.Shortcut != "" {
				return nil, fmt.Errorf("looking up the shortcut %q: there is none of that name", m.Shortcut)
			}
			c.proactive = t.Proactive()
		}
		if s.text, err = trigger.ParseText(text, trigger.InMessage); err != nil {
			return nil, err
		}
		c.steps = append(c.steps, s)
	}
	c.yields = t.YieldsToChat() && !t.WhileChatting
	c.fragment = t.AsksFragment()
	c.attended = t.Proactive()
	if t.Type == trigger.Advanced { // agents may be told of a visitor who has left, and tags be set
		c.attended = c.proactive && !bool(t.Unchecked)
	}
	return c, nil
}

// render is the action with its text filled in. A shortcut becomes its text.
func (s step) render(values map[string]string) trigger.Action {
	a := s.WithText(s.text.Render(values))
	if a.SendMessage != nil {
		a.SendMessage.Shortcut = "" // of the copy
	}
	return a
}

// onPage tells whether the trigger is about the page that it starts on.
func (c *compiled) onPage() bool { return c.Type == trigger.Page || c.Start() == "page.unchanged" }

// page is a hash of a URL's page.
func (c *compiled) page(url string) uint32 {
	if c.fragment {
		return hash(url)
	}
	return hash(withoutFragment(url))
}

// speaks tells whether the trigger sends a message from a step on.
func (c *compiled) speaks(from int) bool {
	return slices.ContainsFunc(c.steps[from:], func(s step) bool { return s.SendMessage != nil })
}

// named finds a trigger and its place in the order; nil and the place behind all where there is none.
func (p *Policy) named(name string) (*compiled, int) {
	for i, t := range p.triggers {
		if t.Name == name {
			return t, i
		}
	}
	return nil, len(p.triggers)
}

// made is the hash of a timer that is at a step.
func (c *compiled) made(step int) uint32 {
	if step > 0 {
		return c.goneOn
	}
	return c.begun
}

func hashOf(t trigger.Trigger) uint32 {
	body, err := json.Marshal(t)
	if err != nil { // it came from JSON
		return 0
	}
	return hash(string(body))
}

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
)

// mostLate is how much earlier than its beginning a simulation counts at most. No message waits longer.
const mostLate = 7 * 24 * time.Hour

// counted is when a simulation begins to count: with the first of the events that come late. What was open when they
// happened is known then.
func counted(from time.Time, events []event.Event) time.Time {
	if len(events) == 0 || !events[0].Time.Before(from) {
		return from
	}
	if first := from.Add(-mostLate); events[0].Time.Before(first) {
		return first
	}
	return events[0].Time
}

// curtain hides what happens until it is opened, and shows then how everything is.
type curtain struct {
	shown
	open   bool
	states []held
}

// held is an action that tells how a property, a department or an agent is from then on.
type held struct {
	subject string
	body    []byte
}

func (c *curtain) Action(body []byte) error {
	if c.open {
		return c.shown.Action(body)
	}
	var a action.Action
	if err := json.Unmarshal(body, &a); err != nil {
		return fmt.Errorf("reading an action: %w", err)
	}
	if slices.Contains([]action.Type{action.WidgetStateChanged, action.DepartmentStateChanged, action.AgentStatusChanged}, a.Type) {
		c.states = append(c.states, held{a.ID[:strings.LastIndex(a.ID, ":")], body}) // without its cause
	}
	return nil
}

// begins shows the last state of each, and all that comes after it.
func (c *curtain) begins() error {
	last := make(map[string]int, len(c.states))
	for i, s := range c.states {
		last[s.subject] = i
	}
	for i, s := range c.states {
		if last[s.subject] != i {
			continue
		}
		if err := c.shown.Action(s.body); err != nil {
			return err
		}
	}
	c.open, c.states = true, nil
	return nil
}

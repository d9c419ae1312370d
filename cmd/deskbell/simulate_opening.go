package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/hours"
)

// mostLate is how much earlier than its beginning a simulation counts at most. No message waits longer.
const mostLate = 7 * 24 * time.Hour

// counted is when a simulation begins to count: with the first event that comes late, or the first override, so that it knows
// which hours were open when that happened.
func counted(from time.Time, times []time.Time) time.Time {
	if len(times) == 0 || !times[0].Before(from) {
		return from
	}
	return hours.Later(times[0], from.Add(-mostLate))
}

// opening holds back the actions of the beginning. Once it is open, it shows the last state of each subject, and then every
// action.
type opening struct {
	shown
	open   bool
	states []held
}

// held is an action with the new state of a property, a department or an agent.
type held struct {
	subject string
	body    []byte
}

func (o *opening) Action(body []byte) error {
	if o.open {
		return o.shown.Action(body)
	}
	var a action.Action
	if err := json.Unmarshal(body, &a); err != nil {
		return fmt.Errorf("reading an action: %w", err)
	}
	if slices.Contains([]action.Type{action.WidgetStateChanged, action.DepartmentStateChanged, action.AgentStatusChanged}, a.Type) {
		o.states = append(o.states, held{a.ID[:strings.LastIndex(a.ID, ":")], body}) // without its cause
	}
	return nil
}

// begins shows the last state of each subject, and lets later actions through.
func (o *opening) begins() error {
	last := make(map[string]int, len(o.states))
	for i, s := range o.states {
		last[s.subject] = i
	}
	for i, s := range o.states {
		if last[s.subject] != i {
			continue
		}
		if err := o.shown.Action(s.body); err != nil {
			return err
		}
	}
	o.open, o.states = true, nil
	return nil
}

package engine

import (
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// Trial is the course of a first visit: the visitor arrives, and stays on the page.
type Trial struct {
	Property string         `json:"property"`
	TimeZone string         `json:"time_zone"`
	At       time.Time      `json:"at"`
	Page     string         `json:"page,omitempty"` // its URL
	Widget   widget.State   `json:"widget"`
	Triggers []TrialTrigger `json:"triggers"` // in the property's order
}

// TrialTrigger is the part of one trigger in a Trial.
type TrialTrigger struct {
	Trigger string          `json:"trigger"` // its name
	Start   string          `json:"start"`   // the event at which it starts
	Actions []action.Action `json:"actions,omitempty"`

	// Why it does nothing, or nothing more. Empty: it did all that it does.
	Reason  visit.Reason `json:"reason,omitempty"`
	Verdict string       `json:"verdict,omitempty"` // where the reason is visit.Conditions or visit.Budget: the one that decided, and the values it saw
	At      time.Time    `json:"at,omitzero"`       // when it was decided against, where the reason is not NotStarted or visit.Disabled
}

// NotStarted is the reason of a trigger that starts at another event than an arrival.
const NotStarted visit.Reason = "not_started"

// try makes a Trial of an arrival. The record is the visitor's, without a state; property gives the property as it is, or
// will be, at an instant.
func try(arrival event.Event, record *store.Record, property func(at time.Time) (*propertyAt, error)) (Trial, error) {
	t := trial{index: make(map[string]int)}
	t.Property, t.At, t.Page = arrival.Data.Property, arrival.Time, arrival.Data.Page.URL
	p, err := property(t.At)
	if err != nil {
		return Trial{}, err
	}
	p.widget.Since = hours.Earliest(p.widget.Since, t.At) // before its last change, too, it was as it is shown
	t.begin(p)
	state := visit.State{}
	state.Merge(arrival)
	for at, fresh := t.At, []event.Event{arrival}; !at.IsZero(); fresh = nil {
		if fresh == nil {
			if p, err = property(at); err != nil {
				return Trial{}, err
			}
		}
		v := &visitor{propertyAt: p, record: record, id: arrival.Data.Visitor}
		decision := visit.Decide(p.visits, state, fresh, v.visitScene(at), at)
		t.note(v, decision)
		state, at = decision.State, decision.Due
	}
	return t.Trial, nil
}

// trial is one Trial while it is made.
type trial struct {
	Trial
	index map[string]int // of a trigger's name
}

// begin lists the triggers, before anything has happened.
func (t *trial) begin(p *propertyAt) {
	t.Triggers = []TrialTrigger{}
	t.TimeZone, t.Widget = p.hours.Location().String(), p.widget
	for i, d := range p.def.ActiveTriggers() {
		one := TrialTrigger{Trigger: d.Name, Start: d.Start(), Reason: NotStarted}
		if d.Disabled {
			one.Reason = visit.Disabled
		}
		t.Triggers, t.index[d.Name] = append(t.Triggers, one), i
	}
}

// note records a decision.
func (t *trial) note(v *visitor, d visit.Decision) {
	for _, waiting := range d.State.Timers {
		t.Triggers[t.index[waiting.Trigger]].Reason = ""
	}
	for _, e := range d.Effects {
		one := &t.Triggers[t.index[e.Cause.Trigger]]
		one.Reason = ""
		done := triggered(e)
		one.Actions = append(one.Actions, v.action(&done))
	}
	for _, s := range d.Skipped {
		one := &t.Triggers[t.index[s.Trigger]]
		if one.Reason, one.At = s.Reason, s.At; s.Reason == visit.Conditions || s.Reason == visit.Budget {
			one.Verdict = s.Verdict.String()
		}
	}
}

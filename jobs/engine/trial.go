package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// Trial is what comes of a visitor's arrival who has never been there before, and stays where
// they are.
type Trial struct {
	Property string         `json:"property"`
	TimeZone string         `json:"time_zone"`
	At       time.Time      `json:"at"`
	Page     string         `json:"page,omitempty"` // its URL
	Widget   widget.State   `json:"widget"`
	Triggers []TrialTrigger `json:"triggers"` // in the property's order
}

// TrialTrigger is what one trigger does in a Trial.
type TrialTrigger struct {
	Trigger string          `json:"trigger"` // its name
	Start   string          `json:"start"`   // the event at which it starts
	Actions []action.Action `json:"actions,omitempty"`

	// Why it does nothing, or nothing more. Empty: it did all that it does.
	Reason  visit.Reason `json:"reason,omitempty"`
	Verdict string       `json:"verdict,omitempty"` // where the reason is visit.Conditions: the one that decided, and what was there
	At      time.Time    `json:"at,omitzero"`       // when it was decided against, where the reason is not NotStarted or visit.Disabled
}

// NotStarted is why a trigger does nothing that waits for something else than an arrival.
const NotStarted visit.Reason = "not_started"

// Try says what would come of an arrival: a checked event of the type event.VisitorArrived, at
// its own time. It decides as a worker does, and keeps nothing. Errors are store.ErrNotFound, and what
// keeps a property from being decided on.
func (d *Decider) Try(ctx context.Context, arrival event.Event) (Trial, error) {
	t := trial{decider: d, index: make(map[string]int)}
	t.Property, t.At, t.Page = arrival.Data.Property, arrival.Time, arrival.Data.Page.URL
	t.visitor.Subject = store.VisitorSubject(t.Property, arrival.Data.Visitor)
	s, err := t.site(ctx, t.At)
	if err != nil {
		return Trial{}, err
	}
	s.widget.Since = hours.Earliest(s.widget.Since, t.At) // before its last change, too, it was as it is shown
	t.begin(s)
	state := visit.State{}
	state.Merge(arrival)
	for at, fresh := t.At, []event.Event{arrival}; !at.IsZero(); fresh = nil {
		if fresh == nil {
			if s, err = t.site(ctx, at); err != nil {
				return Trial{}, err
			}
		}
		v := &visitor{propertyAt: s, record: &t.visitor, id: arrival.Data.Visitor}
		decision := visit.Decide(s.visits, state, fresh, v.visitScene(at), at)
		t.tell(v, decision)
		state, at = decision.State, decision.Due
	}
	return t.Trial, nil
}

// trial is one Trial while it is made.
type trial struct {
	Trial
	decider *Decider
	visitor store.Record
	index   map[string]int // of a trigger's name
}

// site is the property as it is, or will be, at an instant.
func (t *trial) site(ctx context.Context, at time.Time) (*propertyAt, error) {
	sites, err := t.decider.sites(ctx, []store.Record{t.visitor}, at)
	if err != nil {
		return nil, err
	}
	s := sites[t.Property]
	if s == nil {
		return nil, fmt.Errorf("finding property %q: %w", t.Property, store.ErrNotFound)
	}
	return s, s.broken
}

// begin lists the triggers, before anything has happened.
func (t *trial) begin(s *propertyAt) {
	t.Triggers = []TrialTrigger{}
	t.TimeZone, t.Widget = s.hours.Location().String(), s.widget
	for i, d := range s.def.ActiveTriggers() {
		one := TrialTrigger{Trigger: d.Name, Start: d.Start(), Reason: NotStarted}
		if d.Disabled {
			one.Reason = visit.Disabled
		}
		t.Triggers, t.index[d.Name] = append(t.Triggers, one), i
	}
}

// tell notes what was decided.
func (t *trial) tell(v *visitor, d visit.Decision) {
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
		if one.Reason, one.At = s.Reason, s.At; s.Reason == visit.Conditions {
			one.Verdict = s.Verdict.String()
		}
	}
}

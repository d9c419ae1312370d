package view

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// LiveState is the state of a widget. It is shared: do not change it.
type LiveState struct {
	State widget.State
	JSON  []byte    // State in its wire form
	ID    string    // the version and a hash of JSON: letters, digits and '-'
	Due   time.Time // the state holds until then, unless something is edited; zero: for ever
}

// liveProperty is a property that is kept compiled. The lock of its Live guards it.
type liveProperty struct {
	id string
	liveRecord
	stale   bool                // something of it was written since it was loaded
	watches map[*Watch]struct{} // nil: none

	second time.Time  // the one that shown was decided for
	shown  *LiveState // nil: not decided on since it was kept
	told   *LiveState // the last state that was sent to the watches
}

// liveRecord is a property as it is loaded.
type liveRecord struct {
	compiled widget.Property
	stored   widget.State
	uses     []store.Subject // agents and named schedules that it was compiled from
	broken   error           // why it could not be compiled
	loaded   time.Time
	missed   int // Live.missed, when loading it began
}

// see gives the state of the widget at an instant. Decisions know whole seconds only.
func (p *liveProperty) see(now time.Time) (*LiveState, error) {
	second := now.Truncate(time.Second)
	if p.shown != nil && p.second.Equal(second) {
		return p.shown, nil
	}
	d, err := p.decide(second)
	if err != nil {
		return nil, err
	}
	if p.shown != nil && len(d.Changes) > 0 && !isNews(p.shown.State, d.State) {
		d.State = withDates(d.State, p.shown.State) // an edit has the date at which it was first seen, until a worker has dated it
	}
	body, err := json.Marshal(d.State)
	if err != nil {
		return nil, fmt.Errorf("encoding the state of property %q: %w", p.id, err)
	}
	p.second = second
	if p.shown == nil || string(p.shown.JSON) != string(body) || !p.shown.Due.Equal(d.Due) {
		hash := sha256.Sum256(body)
		p.shown = &LiveState{State: d.State, JSON: body, ID: fmt.Sprintf("%d-%x", d.State.Version, hash[:8]), Due: d.Due}
	}
	return p.shown, nil
}

// decide leaves a property that cannot be decided on as it is, as a worker does.
func (p *liveProperty) decide(at time.Time) (widget.Decision, error) {
	switch {
	case p.broken == nil:
		return widget.Decide(p.compiled, p.stored, at), nil
	case p.stored.Version > 0:
		return widget.Decision{State: p.stored}, nil
	}
	return widget.Decision{}, fmt.Errorf("deciding on property %q: %w", p.id, p.broken)
}

// renew replaces the kept property by the loaded one.
func (p *liveProperty) renew(r liveRecord, stale bool) {
	p.liveRecord, p.stale = r, stale
	p.second = time.Time{}
}

// withDates is a state as of when another was seen, from which it differs in nothing that is news.
func withDates(s, seen widget.State) widget.State {
	s.Since = seen.Since
	for id, department := range s.Departments { // the map is that of a decision, and nobody else has it
		department.Since = seen.Departments[id].Since
		s.Departments[id] = department
	}
	return s
}

// isNews tells whether watches that have a are to get b. A new reason alone is no news,
// and neither is the worker's date of a state that they have already, nor its version: the
// record may have been woken for a change that Live has seen already.
func isNews(a, b widget.State) bool {
	if a.Status != b.Status || a.Mode != b.Mode || a.NewChats != b.NewChats || a.Message != b.Message ||
		a.Next != b.Next || a.NextMode != b.NextMode || !a.Until.Equal(b.Until) || !a.NextOpen.Equal(b.NextOpen) || len(a.Departments) != len(b.Departments) {
		return true
	}
	for id, department := range a.Departments {
		if other, ok := b.Departments[id]; !ok || isNews(department, other) {
			return true
		}
	}
	return false
}

package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/store"
)

// PropertyState is the state of a property in a store.
type PropertyState struct {
	Overrides
	Past    map[string][]hours.Override `json:"past,omitempty"` // those of before, by department or "", the newest last: see ever
	Widget  storedWidget                `json:"widget"`
	Closing widget.Announced            `json:"closing,omitempty"` // that agents were told of
}

// Overrides are those of a property and of its departments, each until it has run out.
type Overrides struct {
	Override    *hours.Override            `json:"override,omitempty"`
	Departments map[string]*hours.Override `json:"departments,omitempty"` // by id; they beat that of the property
}

// Set puts an override in place of the one that a department, or the property (""), may have had; nil: none.
func (o *Overrides) Set(department string, override *hours.Override) {
	if department == "" {
		o.Override = override
		return
	}
	departments := maps.Clone(o.Departments)
	if delete(departments, department); override != nil {
		if departments == nil {
			departments = make(map[string]*hours.Override)
		}
		departments[department] = override
	}
	o.Departments = departments
}

// InForce gives the override of a department, or of the property (""), that is in force at an instant, or to come; nil: none.
func (o *Overrides) InForce(department string, at time.Time) *hours.Override {
	if one := o.of(department); one != nil && !one.IsOver(at) {
		return one
	}
	return nil
}

// At are those that are in force at an instant, or to come, of departments that there are.
func (o *Overrides) At(def *definition.Property, at time.Time) Overrides {
	var kept Overrides
	over := func(x *hours.Override) bool { return x == nil || x.IsOver(at) }
	if !over(o.Override) {
		kept.Override = o.Override
	}
	for id, x := range o.Departments {
		if _, defined := def.Departments[id]; defined && !over(x) {
			kept.Set(id, x)
		}
	}
	return kept
}

// count is how many they are.
func (o *Overrides) count() int {
	if o.Override != nil {
		return 1 + len(o.Departments)
	}
	return len(o.Departments)
}

// All are all of them, in no order.
func (o *Overrides) All() []*hours.Override {
	all := slices.Collect(maps.Values(o.Departments))
	if o.Override != nil {
		all = append(all, o.Override)
	}
	return all
}

// storedWidget is a widget.State without its wire form, which would be checked and
// copied once more: a tenth of the time of a flip.
type storedWidget widget.State

// DecodeState reads a state into a zero value; of a subject that was never decided on there is none, and it stays zero.
func DecodeState(body []byte, into any) error {
	if body == nil {
		return nil
	}
	if err := unmarshal(body, into); err != nil {
		return fmt.Errorf("decoding the state: %w", err)
	}
	return nil
}

// unmarshal reads by their forms the states of which there are most.
func unmarshal(body []byte, into any) error {
	switch s := into.(type) {
	case *PropertyState:
		return wire.Unmarshal(body, s, (*PropertyState).form)
	case *visitorState:
		return wire.Unmarshal(body, s, (*visitorState).form)
	case *chatOwner:
		return wire.Unmarshal(body, s, (*chatOwner).form)
	}
	return json.Unmarshal(body, into)
}

// unchanged is the state to commit where a decision changed nothing: none, except for a
// record that was woken, since a commit strikes that out.
func unchanged(r *store.Record) []byte {
	if r.Woken {
		return r.State
	}
	return nil
}

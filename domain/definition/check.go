package definition

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
)

// Check looks up every name that the definitions use: schedules, agents, destinations. Parse has done so; Check is for
// definitions that were put together from single ones. The error is of type Faults.
func (d *Definitions) Check() error {
	r := newReader()
	d.check(r.root())
	return r.result()
}

func (d *Definitions) check(at place) {
	for id := range sorted(d.Schedules) {
		if isPreset(id) {
			at.key("schedules").key(id).fault(id, "reads as hours already", "another name")
		}
	}
	for id, p := range sorted(d.Properties) {
		d.checkProperty(at.key("properties").key(id), p)
	}
	for id, a := range sorted(d.Agents) {
		d.checkSchedule(at.key("agents").key(id), a.Schedule)
	}
}

func (d *Definitions) checkProperty(at place, p *Property) {
	d.checkSchedule(at, p.Schedule)
	lookUp(at.key("agents"), "an agent", p.Agents, d.Agents)
	lookUp(at.key("destinations"), "a destination", p.Destinations, d.Destinations)
	p.check(at)
	d.checkNotices(at, p)
	for id, department := range sorted(p.Departments) {
		at := at.key("departments").key(id)
		d.checkSchedule(at, department.Schedule)
		lookUp(at.key("agents"), "an agent", department.Agents, d.Agents)
	}
}

// checkNotices looks up the destinations that are told by triggers. Where the property lists its destinations, they are
// among those.
func (d *Definitions) checkNotices(at place, p *Property) {
	if p.Destinations != nil {
		return
	}
	for path, actions := range p.allActions() {
		for i, a := range actions {
			if a.Notify != nil && a.Notify.Destination != "" {
				at := place{at.reader, at.path + path}
				lookUpOne(at.item(i).key("notify").key("destination"), "a destination", a.Notify.Destination, d.Destinations)
			}
		}
	}
}

func (d *Definitions) checkSchedule(at place, s Schedule) {
	if at = at.key("schedule"); s.Name != "" {
		lookUpOne(at, "a schedule", s.Name, d.Schedules)
	}
}

func lookUp[V any](at place, noun string, ids []string, there map[string]V) {
	for i, id := range ids {
		if id != "" { // empty where the id itself was at fault
			lookUpOne(at.item(i), noun, id, there)
		}
	}
}

// lookUpOne faults an id that is not there, and says what is: the first few, and the one that was probably meant.
func lookUpOne[V any](at place, noun, id string, there map[string]V) {
	if _, ok := there[id]; ok || at.full() {
		return
	}
	const most = 20
	ids := slices.Sorted(maps.Keys(there))
	allowed := strings.Join(ids[:min(len(ids), most)], ", ") + hours.Suggest(id, ids)
	switch {
	case len(ids) == 0:
		allowed = "none: the file defines no such thing"
	case len(ids) > most:
		allowed = fmt.Sprintf("one of %d, such as %s", len(ids), allowed)
	}
	at.fault(id, "is not the name of "+noun, allowed)
}

// sorted visits a map in the order of its keys, so that faults come in a fixed order.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

package definition

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// Check looks up every name that the definitions use: schedules, agents, destinations. Parse has done so; Check is for
// definitions that were put together from single ones. The error is of type Faults.
func (d *Definitions) Check() error {
	r := newReader()
	d.check(r.Root())
	return r.Faults.Err()
}

func (d *Definitions) check(at table.Place) {
	d.checkCovers(at, d.Cover)
	for id, a := range sorted(d.Agents) {
		if len(a.Cover) > 0 {
			d.checkOwnCovers(at.Key("agents").Key(id), id, a)
		}
	}
	d.shareCovers()
	for id, spec := range sorted(d.Schedules) {
		if isPreset(id) {
			at.Key("schedules").Key(id).Fault(id, "reads as hours already", "another name")
		}
		d.checkRotation(at.Key("schedules").Key(id), spec)
	}
	for id, p := range sorted(d.Properties) {
		d.checkProperty(at.Key("properties").Key(id), p)
	}
	for id, to := range sorted(d.Destinations) {
		d.checkJoined(at.Key("destinations").Key(id), to)
	}
	for id, a := range sorted(d.Agents) {
		at := at.Key("agents").Key(id)
		d.checkSchedule(at, a.Schedule)
		d.checkTurn(at, id, a)
	}
}

func (d *Definitions) checkProperty(at table.Place, p *Property) {
	d.checkSchedule(at, p.Schedule)
	d.checkRotation(at.Key("schedule"), p.Schedule.rotating())
	lookUp(at.Key("agents"), "an agent", p.Agents, d.Agents)
	lookUp(at.Key("destinations"), "a destination", p.Destinations, d.Destinations)
	p.check(at)
	d.checkNotices(at, p)
	for id, department := range sorted(p.Departments) {
		at := at.Key("departments").Key(id)
		d.checkSchedule(at, department.Schedule)
		d.checkRotation(at.Key("schedule"), department.Schedule.rotating())
		lookUp(at.Key("agents"), "an agent", department.Agents, d.Agents)
	}
}

// checkNotices looks up the destinations that triggers notify. Where the property lists its destinations, they are
// among those.
func (d *Definitions) checkNotices(at table.Place, p *Property) {
	if p.Destinations != nil {
		return
	}
	for path, actions := range p.allActions() {
		for i, a := range actions {
			if a.Notify != nil && a.Notify.Destination != "" {
				lookUpOne(at.Down(path).Item(i).Key("notify").Key("destination"), "a destination", a.Notify.Destination, d.Destinations)
			}
		}
	}
}

func (d *Definitions) checkSchedule(at table.Place, s Schedule) {
	if at = at.Key("schedule"); s.Name != "" {
		noun := "a schedule"
		if strings.HasSuffix(s.Name, ".ics") {
			noun += "; a calendar closes one, in its exceptions: [{ical: " + s.Name + "}]"
		}
		lookUpOne(at, noun, s.Name, d.Schedules)
	}
}

func lookUp[V any](at table.Place, noun string, ids []string, there map[string]V) {
	for i, id := range ids {
		if id != "" { // empty where the id itself was at fault
			lookUpOne(at.Item(i), noun, id, there)
		}
	}
}

// mostCompared bounds the names that are sorted and compared for the faults of one value, about.
const mostCompared = 200_000

// lookUpOne faults an id that is not there, and names ids that are: the first few, and the one that was probably meant. Where many faults
// meet many ids, it says how many there are.
func lookUpOne[V any](at table.Place, noun, id string, there map[string]V) {
	if _, ok := there[id]; ok || at.Full() {
		return
	}
	if (1+len(at.Faults))*len(there) > mostCompared {
		at.Fault(id, "is not the name of "+noun, fmt.Sprintf("one of %d", len(there)))
		return
	}
	const most = 20
	ids := slices.Sorted(maps.Keys(there))
	allowed := strings.Join(ids[:min(len(ids), most)], ", ") + table.Suggest(id, ids)
	switch {
	case len(ids) == 0:
		allowed = "none: the file defines no such thing"
	case len(ids) > most:
		allowed = fmt.Sprintf("one of %d, such as %s", len(ids), allowed)
	}
	at.Fault(id, "is not the name of "+noun, allowed)
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

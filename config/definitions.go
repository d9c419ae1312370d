package config

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/foreign"
)

// ReadDefinitions reads a whole deskbell.yaml. name is the file's name in faults. The error is a *FileError with every
// fault, except for those of the syntax: there the reader stops at the first.
func ReadDefinitions(name string, src []byte) (*definition.Definitions, error) {
	d, _, err := InspectDefinitions(name, src)
	return d, err
}

// InspectDefinitions is ReadDefinitions, with warnings: values that are taken, and are probably mistakes. They are
// nil where there are none.
func InspectDefinitions(name string, src []byte) (*definition.Definitions, *Warnings, error) {
	return read(name, src, definition.Inspect)
}

// inspectWith inspects definitions, and makes more checks of those that have no fault otherwise.
func inspectWith(checks []Check) inspection[*definition.Definitions] {
	return func(tree any) (*definition.Definitions, definition.Faults, error) {
		d, warnings, err := definition.Inspect(tree)
		for _, check := range checks {
			if err != nil {
				return nil, nil, err
			}
			var further definition.Faults
			further, err = check(d)
			warnings = append(warnings, further...)
		}
		return d, warnings, err
	}
}

// Check looks for warnings about definitions, and for faults, as an error of type definition.Faults. Paths begin at the root.
type Check func(*definition.Definitions) (warnings definition.Faults, err error)

// ReadSchedule reads a file that holds one schedule, which it answers under the empty name, or a whole deskbell.yaml.
// Of that it answers the named schedules, and those that are written in place under the names "property acme",
// "department acme/sales" and "agent lea", in the zone of their holder; also that of an agent with leave who uses a
// named one. The error and the warnings are as with InspectDefinitions.
func ReadSchedule(name string, src []byte) (map[string]Timetable, *Warnings, error) {
	return read(name, src, timetables)
}

func timetables(tree any) (map[string]Timetable, definition.Faults, error) {
	if isFile(tree) {
		return schedulesOf(tree)
	}
	spec, warnings, err := definition.InspectSchedule(tree)
	return map[string]Timetable{"": {Spec: spec}}, warnings, err
}

// Convert reads a file with one schedule, in the form of Deskbell or of another product, and gives the YAML of Deskbell.
// Parts that cannot be converted are named in comments. The error is as with ReadDefinitions.
func Convert(name string, src []byte) (string, error) {
	yaml, _, err := read(name, src, func(tree any) (string, definition.Faults, error) {
		spec, warnings, err := definition.InspectSchedule(tree)
		if err == nil {
			return spec.String() + "\n", warnings, nil
		}
		if r, found := foreign.Read(tree); found && r.Spec != nil {
			return r.YAML(), nil, nil
		}
		return "", nil, err
	})
	return yaml, err
}

// Timetable is a schedule and, of an agent, the leave.
type Timetable struct {
	*hours.Spec
	Leave []hours.Absence
	Zone  *time.Location // in which its dates are read; nil: the schedule's
	Agent string         // whose turns they are, where the schedule has a rotation; empty: all
	Cover []Covered      // for whom the agent stands in
}

// Covered are the hours of a colleague on some dates.
type Covered struct {
	Timetable
	Dates hours.DateRange
}

// Compile makes it ready; fallback is the zone where none is named, and
// feeds what calendars said when they were fetched last.
func (t Timetable) Compile(fallback *time.Location, feeds hours.Feeds) (*hours.Schedule, error) {
	s, err := t.shift(fallback, feeds)
	if err != nil {
		return nil, err
	}
	for _, c := range t.Cover {
		theirs, err := c.shift(fallback, feeds)
		if err != nil {
			return nil, err
		}
		s = s.Covering(theirs, c.Zone, c.Dates)
	}
	if len(t.Leave) == 0 {
		return s, nil
	}
	return s.WithAbsences(t.Zone, t.Leave, feeds), nil
}

// shift is the schedule, on the agent's own turns.
func (t Timetable) shift(fallback *time.Location, feeds hours.Feeds) (*hours.Schedule, error) {
	s, err := t.CompileWith(fallback, feeds)
	if err != nil || t.Agent == "" {
		return s, err
	}
	return s.Turn(t.Agent), nil
}

// Calendars are the URLs of the calendars that it names.
func (t Timetable) Calendars() []string {
	urls := t.Spec.Calendars()
	for _, absence := range t.Leave {
		if absence.URL != "" {
			urls = append(urls, absence.URL)
		}
	}
	for _, c := range t.Cover {
		urls = append(urls, c.Spec.Calendars()...)
	}
	return urls
}

// isFile tells a deskbell.yaml from a single schedule.
func isFile(tree any) bool {
	m, _ := tree.(map[string]any)
	for _, key := range []string{"schedules", "properties", "agents", "destinations"} {
		if _, ok := m[key]; ok {
			return true
		}
	}
	return false
}

func schedulesOf(tree any) (map[string]Timetable, definition.Faults, error) {
	d, warnings, err := definition.Inspect(tree)
	if err != nil {
		return nil, nil, err
	}
	all := make(map[string]Timetable)
	for name, spec := range d.Schedules {
		all[name] = Timetable{Spec: spec}
	}
	for _, h := range holders(d) {
		t, err := h.timetable(d.Schedules)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range h.cover {
			if other := d.Agents[c.For]; c.By == h.agent {
				theirs, err := agentHeld(c.For, other).timetable(d.Schedules)
				if err != nil {
					return nil, nil, err
				}
				t.Cover = append(t.Cover, Covered{theirs, c.Dates()})
			}
		}
		all[h.name] = t
	}
	return all, warnings, nil
}

// held is a schedule, and its holder.
type held struct {
	name, zone string // the zone is that of a schedule that names none
	schedule   definition.Schedule
	leave      []hours.Absence
	agent      string // empty: no agent
	cover      []definition.Cover
	turning    bool // a named schedule has a rotation
}

// timetable is the schedule of a holder, without the colleagues they stand in for.
func (h held) timetable(named map[string]*hours.Spec) (t Timetable, err error) {
	spec, err := h.spec(named)
	if err != nil {
		return t, err
	}
	if spec.TimeZone == "" {
		spec.TimeZone = h.zone
	}
	t = Timetable{Spec: &spec, Leave: slices.Clone(h.leave), Agent: h.agent}
	for _, c := range h.cover {
		if c.For == h.agent {
			t.Leave = append(t.Leave, hours.Absence{DateRange: c.Dates()})
		}
	}
	t.Zone, err = h.own()
	return t, err
}

func agentHeld(id string, a *definition.Agent) held {
	return held{name: "agent " + id, zone: a.TimeZone, schedule: a.Schedule, leave: a.Leave, agent: id, cover: a.Cover}
}

// own is the zone in which the holder's leave is read; nil: the schedule's.
func (h held) own() (*time.Location, error) {
	if h.zone == "" {
		return nil, nil
	}
	s, err := (&hours.Spec{TimeZone: h.zone}).Compile(nil)
	return s.Location(), err
}

func (h held) spec(named map[string]*hours.Spec) (hours.Spec, error) {
	if h.schedule.Name != "" {
		return *named[h.schedule.Name], nil
	}
	var tree any = "24/7" // where there is none
	if !h.schedule.IsZero() {
		if err := json.Unmarshal(h.schedule.InPlace, &tree); err != nil {
			return hours.Spec{}, err
		}
	}
	spec, err := hours.Parse(tree)
	if err != nil {
		return hours.Spec{}, err
	}
	return *spec, nil
}

// holders are those whose schedule is not simply a named one.
func holders(d *definition.Definitions) []held {
	var all []held
	for id, p := range d.Properties {
		all = append(all, held{name: "property " + id, zone: p.TimeZone, schedule: p.Schedule})
		zone := cmp.Or(p.TimeZone, zoneOf(p.Schedule, d.Schedules))
		for department, v := range p.Departments {
			all = append(all, held{name: "department " + id + "/" + department, zone: zone, schedule: v.Schedule})
		}
	}
	for id, a := range d.Agents {
		h := agentHeld(id, a)
		if spec := d.Schedules[a.Schedule.Name]; spec != nil {
			h.turning = spec.Rotation != nil
		}
		all = append(all, h)
	}
	return slices.DeleteFunc(all, func(h held) bool {
		return h.schedule.IsZero() || len(h.schedule.InPlace)+len(h.leave)+len(h.cover) == 0 && !h.turning
	})
}

// zoneOf is the zone that a schedule names; empty: none.
func zoneOf(s definition.Schedule, named map[string]*hours.Spec) string {
	if s.IsZero() {
		return ""
	}
	spec, err := held{schedule: s}.spec(named)
	if err != nil { // which its own holder reports
		return ""
	}
	return spec.TimeZone
}

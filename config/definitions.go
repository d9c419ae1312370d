package config

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

// ReadDefinitions reads a whole deskbell.yaml. name is what faults call the file. The error is a *FileError with every
// fault, except for those of the syntax: there the reader stops at the first.
func ReadDefinitions(name string, src []byte) (*definition.Definitions, error) {
	return read(name, src, definition.Parse)
}

// ReadSchedule reads a file that holds one schedule, which is answered under the empty name, or a whole deskbell.yaml.
// Of that it answers the named schedules, and those that are written in place under the names "property acme",
// "department acme/sales" and "agent lea", in the zone of whoever holds them. Leave is no part of an agent's schedule
// and is not applied. The error is as with ReadDefinitions.
func ReadSchedule(name string, src []byte) (map[string]*hours.Spec, error) {
	return read(name, src, func(tree any) (map[string]*hours.Spec, error) {
		if isFile(tree) {
			return schedulesOf(tree)
		}
		spec, err := definition.ParseSchedule(tree)
		return map[string]*hours.Spec{"": spec}, err
	})
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

func schedulesOf(tree any) (map[string]*hours.Spec, error) {
	d, err := definition.Parse(tree)
	if err != nil {
		return nil, err
	}
	specs := maps.Clone(d.Schedules)
	if specs == nil {
		specs = map[string]*hours.Spec{}
	}
	for _, h := range inPlace(d) {
		var tree any
		if err := json.Unmarshal(h.schedule.InPlace, &tree); err != nil {
			return nil, err
		}
		spec, err := hours.Parse(tree)
		if err != nil {
			return nil, err
		}
		if spec.TimeZone == "" {
			spec.TimeZone = h.zone
		}
		specs[h.name] = spec
	}
	return specs, nil
}

// held is a schedule in place, and who holds it.
type held struct {
	name, zone string
	schedule   definition.Schedule
}

func inPlace(d *definition.Definitions) []held {
	var all []held
	for id, p := range d.Properties {
		all = append(all, held{"property " + id, p.TimeZone, p.Schedule})
		for department, v := range p.Departments {
			all = append(all, held{"department " + id + "/" + department, p.TimeZone, v.Schedule})
		}
	}
	for id, a := range d.Agents {
		all = append(all, held{"agent " + id, a.TimeZone, a.Schedule})
	}
	return slices.DeleteFunc(all, func(h held) bool { return len(h.schedule.InPlace) == 0 })
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/holidays"
)

// checkHolidays warns of schedules with public holidays once the next year lies beyond those that this build knows.
func (a *app) checkHolidays(defs *definition.Definitions) (warnings definition.Faults, err error) {
	if a.now().Year()+1 <= holidays.Last {
		return nil, nil
	}
	warn := func(path string) {
		warnings = append(warnings, definition.Fault{Path: path + "/holidays", Problem: fmt.Sprintf("are known until %d; a newer version of Deskbell knows more", holidays.Last)})
	}
	inPlace := func(path string, s definition.Schedule) {
		if bytes.Contains(s.InPlace, []byte(`"holidays":`)) { // it is canonical JSON, in which a text would be escaped
			warn(path + "/schedule")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(defs.Schedules)) {
		if defs.Schedules[id].Holidays != nil {
			warn("/schedules/" + id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(defs.Properties)) {
		p := defs.Properties[id]
		inPlace("/properties/"+id, p.Schedule)
		for _, department := range slices.Sorted(maps.Keys(p.Departments)) {
			inPlace("/properties/"+id+"/departments/"+department, p.Departments[department].Schedule)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(defs.Agents)) {
		inPlace("/agents/"+id, defs.Agents[id].Schedule)
	}
	return warnings, nil
}

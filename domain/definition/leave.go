package definition

import (
	"slices"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// leave is the kind of one absence: {from, to}, both days included, {on}, or a calendar.
func leave() table.Kind[hours.Absence] {
	dates := leaveDates()
	keys := append(slices.Clone(dates.Keys), calendarKeys("Where the agent is away.")...)
	shape := table.Shape{Name: dates.Name, Keys: keys, Schema: map[string]any{"type": "object", "oneOf": []any{dates.Schema, calendarSchema()}}}
	return table.Kind[hours.Absence]{Shape: shape, Read: func(at table.Place, tree any) hours.Absence {
		if fields, _ := tree.(map[string]any); !hours.IsCalendar(fields) {
			return hours.Absence{DateRange: dates.Read(at, tree)}
		}
		c, err := hours.ParseCalendar(tree)
		if err != nil {
			at.Nested(err)
		}
		return hours.Absence{Calendar: c}
	}}
}

// leaveDates is the kind of one absence of whole days.
func leaveDates() table.Kind[hours.DateRange] {
	type absence struct{ from, to, on hours.Date }
	fields := []table.Field[absence]{
		table.Key("from", date(), func(a *absence) *hours.Date { return &a.from }, "First day away."),
		table.Key("to", date(), func(a *absence) *hours.Date { return &a.to }, "Last day away."),
		table.Key("on", date(), func(a *absence) *hours.Date { return &a.on }, "The day away, instead of `from` and `to`."),
	}
	const allowed = "{from: 2026-12-21, to: 2027-01-03} or {on: 2026-12-24}"
	var none hours.Date
	k := object("a leave", fields, func(at table.Place, a *absence) {
		one, two := a.on != none, a.from != none && a.to != none
		partly := a.from != none || a.to != none
		switch {
		case !one && !two, one && partly:
			at.Fault("leave", "needs either `on` or both `from` and `to`", allowed)
		case two && a.to.Compare(a.from) < 0:
			at.Key("to").Fault(a.to.String(), "is before "+a.from.String(), "a day at or after `from`")
		}
	})
	k.Schema["type"] = "object"
	k.Schema["oneOf"] = []any{
		map[string]any{"required": []any{"on"}, "maxProperties": 1},
		map[string]any{"required": []any{"from", "to"}, "maxProperties": 2},
	}
	return table.Then(k, func(_ table.Place, a absence) hours.DateRange {
		if a.on != none {
			return hours.DateRange{From: a.on, To: a.on}
		}
		return hours.DateRange{From: a.from, To: a.to}
	})
}

package view

import (
	"cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// OpeningHours are the hours of a property or a department for people to read.
type OpeningHours struct {
	Name     string // its id where it has none
	Language string // of a property; empty: it names none
	hours.OpenHours
	Departments []OpeningHours // of a property, in the order of their ids
}

// openingOf gives the hours of a property under its overrides.
func openingOf(id string, def *definition.Property, p *widget.Property, days func(...*hours.Schedule) hours.OpenHours) OpeningHours {
	o := OpeningHours{Name: cmp.Or(def.Name, id), Language: def.Language, OpenHours: days(p.Hours)}
	for i := range p.Departments {
		d := &p.Departments[i]
		o.Departments = append(o.Departments, OpeningHours{Name: cmp.Or(def.Departments[d.ID].Name, d.ID), OpenHours: days(p.Gates(d)...)})
	}
	return o
}

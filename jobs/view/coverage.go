package view

import (
	"time"

	"github.com/deskbell/deskbell/domain/widget"
)

// Coverage is the open time of a property and of its departments, and the part of it in which nobody is on shift. All
// instants are in UTC.
type Coverage struct {
	Property string    `json:"property"`
	Name     string    `json:"name,omitempty"`
	TimeZone string    `json:"time_zone"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Covered
	Departments map[string]Covered `json:"departments,omitempty"` // by id
	Next        *time.Time         `json:"next"`                  // where to go on from when there is too much for one answer; else null
}

// Covered is the coverage of a property or a department. Where no agents are listed, nobody knows better, and there are no
// gaps.
type Covered struct {
	OpenSeconds      int64 `json:"open_seconds"`
	UncoveredSeconds int64 `json:"uncovered_seconds"`
	Gaps             []Gap `json:"gaps"`

	Stretches []widget.Stretch `json:"-"`
}

// Gap is a stretch of open time in which nobody is on shift.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func coverageOf(property string, p widget.Property, from, to time.Time) Coverage {
	from, to = from.Truncate(time.Second).UTC(), to.Truncate(time.Second).UTC()
	c := Coverage{Property: property, TimeZone: p.Hours.Location().String(), From: from, To: to}
	for _, unit := range widget.Cover(p, from, to) {
		if unit.Until.Before(c.To) {
			c.To, c.Next = unit.Until, &unit.Until
		}
	}
	for _, unit := range widget.Cover(p, from, c.To) { // all up to the same instant
		if unit.Department == "" {
			c.Covered = covered(unit)
			continue
		}
		if c.Departments == nil {
			c.Departments = make(map[string]Covered)
		}
		c.Departments[unit.Department] = covered(unit)
	}
	return c
}

func covered(c widget.Coverage) Covered {
	open, uncovered := c.Open()
	out := Covered{OpenSeconds: int64(open / time.Second), UncoveredSeconds: int64(uncovered / time.Second), Gaps: []Gap{}, Stretches: c.Stretches}
	for _, s := range c.Gaps() {
		out.Gaps = append(out.Gaps, Gap{s.From, s.To})
	}
	return out
}

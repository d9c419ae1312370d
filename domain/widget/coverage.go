package widget

import (
	"slices"
	"time"
)

// Stretch is a stretch of open time.
type Stretch struct {
	From, To time.Time
	Covered  bool // an agent is on shift, or none is listed, and so nobody knows better
}

// Coverage is the open time of a property or a department, and the part of it with somebody on shift.
type Coverage struct {
	Department string    // empty: the property itself
	Stretches  []Stretch // in order; neighbours that touch differ
	Until      time.Time // how far it was looked at: the end asked for, or before it where the bound was reached
}

// Open is the open time, and how much of it nobody is on shift.
func (c *Coverage) Open() (open, uncovered time.Duration) {
	for _, s := range c.Stretches {
		open += s.To.Sub(s.From)
		if !s.Covered {
			uncovered += s.To.Sub(s.From)
		}
	}
	return open, uncovered
}

// Gaps are the stretches in which nobody is on shift.
func (c *Coverage) Gaps() []Stretch {
	gaps := []Stretch{}
	for _, s := range c.Stretches {
		if !s.Covered {
			gaps = append(gaps, s)
		}
	}
	return gaps
}

// Bounds of one Coverage. They are out of reach of a year of any shop, and keep a hostile one from costing more than a
// tenth of a second.
const (
	mostStretches = 5000
	mostAsked     = 200_000
)

// Cover tells of the open time from an instant up to another in which somebody is on shift: of a property first, and then
// of its departments in their order. All instants are whole seconds, in UTC.
func Cover(p Property, from, to time.Time) []Coverage {
	from, to = from.Truncate(time.Second).UTC(), to.Truncate(time.Second).UTC()
	own := p.unit()
	all := []Coverage{own.cover(from, to)}
	for i := range p.Departments {
		d := &p.Departments[i]
		its := p.department(d)
		c := its.cover(from, to)
		c.Department = d.ID
		all = append(all, c)
	}
	return all
}

// cover asks the agents who are listed, also where a team that lists none keeps the unit online.
func (p *unit) cover(from, to time.Time) Coverage {
	staffed := *p
	if p.lists {
		staffed.teams = slices.DeleteFunc(slices.Clone(p.teams), func(t team) bool { return len(t.agents) == 0 })
	}
	c := Coverage{Until: to}
	w := staffed.walkFrom(from)
	for w.at.Before(to) {
		m := w.moment(true)
		end := m.until
		if end.IsZero() || end.After(to) {
			end = to
		}
		if m.open || m.available {
			c.add(Stretch{w.at, end, m.available})
		}
		if w.at = end; len(c.Stretches) >= mostStretches || w.asked >= mostAsked {
			c.Until = end
			break
		}
	}
	return c
}

// add appends a stretch, or makes the last one longer.
func (c *Coverage) add(s Stretch) {
	if n := len(c.Stretches); n > 0 && c.Stretches[n-1].Covered == s.Covered && c.Stretches[n-1].To.Equal(s.From) {
		c.Stretches[n-1].To = s.To
		return
	}
	c.Stretches = append(c.Stretches, s)
}

// Uncovered is the open time of a property from an instant up to another in which nobody was on shift.
func Uncovered(p Property, from, to time.Time) time.Duration {
	u := p.unit()
	if !u.lists {
		return 0
	}
	c := u.cover(from, to)
	_, uncovered := c.Open()
	return uncovered
}

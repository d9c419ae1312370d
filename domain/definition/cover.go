package definition

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

// Cover says that one agent stands in for another: By has the hours of For on these dates in addition to their own, and For
// is away as on leave.
//
// A file lists covers beside its agents. Stored, each stands with both of its agents, so that a decision on either knows it.
type Cover struct {
	For  string     `json:"for"`
	By   string     `json:"by"`
	From hours.Date `json:"from"`
	To   hours.Date `json:"to"` // included
}

// Dates are the dates of the cover.
func (c Cover) Dates() hours.DateRange { return hours.DateRange{From: c.From, To: c.To} }

const mostCovered = 400 // days of one cover, as in package hours

func coverKind() table.Kind[Cover] {
	type entry struct {
		Cover
		on hours.Date
	}
	k := object("a cover", []table.Field[entry]{
		table.Key("for", id("agent"), func(e *entry) *string { return &e.For }, "Who is away.").Mandatory(),
		table.Key("by", id("agent"), func(e *entry) *string { return &e.By }, "Who has their hours, in addition to their own.").Mandatory(),
		table.Key("from", date(), func(e *entry) *hours.Date { return &e.From }, "First day."),
		table.Key("to", date(), func(e *entry) *hours.Date { return &e.To }, "Last day, at most 400 days on."),
		table.Key("on", date(), func(e *entry) *hours.Date { return &e.on }, "The day, instead of `from` and `to`."),
	}, func(at table.Place, e *entry) {
		var none hours.Date
		one, two := e.on != none, e.From != none && e.To != none
		switch {
		case one == two, one && (e.From != none || e.To != none):
			at.Fault("cover", "needs either `on` or both `from` and `to`", "{for: lea, by: tom, from: 2026-12-21, to: 2027-01-03}")
		case two && e.To.Compare(e.From) < 0:
			at.Key("to").Fault(e.To.String(), "is before "+e.From.String(), "a day at or after `from`")
		case two && e.To.Time().Sub(e.From.Time()) >= mostCovered*24*time.Hour:
			at.Key("to").Fault(e.To.String(), "is too far after "+e.From.String(), "at most 400 days")
		case e.For == e.By:
			at.Key("by").Fault(e.By, "is who is away", "another agent")
		}
	})
	k.Schema["type"] = "object"
	k.Schema["oneOf"] = []any{
		map[string]any{"required": []any{"on"}, "properties": map[string]any{"from": false, "to": false}},
		map[string]any{"required": []any{"from", "to"}, "properties": map[string]any{"on": false}},
	}
	return table.Then(k, func(_ table.Place, e entry) Cover {
		if e.on != (hours.Date{}) {
			e.From, e.To = e.on, e.on
		}
		return e.Cover
	})
}

// shareCovers puts each cover with both of its agents.
func (d *Definitions) shareCovers() {
	all := slices.Clone(d.Cover)
	for _, a := range sorted(d.Agents) {
		if a != nil {
			all = append(all, a.Cover...)
		}
	}
	for _, c := range all {
		for _, id := range []string{c.For, c.By} {
			if a := d.Agents[id]; a != nil && !slices.Contains(a.Cover, c) {
				a.Cover = append(a.Cover, c)
			}
		}
	}
}

// checkCovers looks up the agents of covers.
func (d *Definitions) checkCovers(at table.Place, covers []Cover) {
	for i, c := range covers {
		d.checkCover(at.Key("cover").Item(i), c)
	}
}

func (d *Definitions) checkCover(at table.Place, c Cover) {
	if c.For != "" {
		lookUpOne(at.Key("for"), "an agent", c.For, d.Agents)
	}
	if c.By != "" {
		lookUpOne(at.Key("by"), "an agent", c.By, d.Agents)
	}
}

// checkOwnCovers looks up the agents of the covers that were written with an agent, and faults those of which they are no part.
// Covers that are in the list of the file, too, are checked there.
func (d *Definitions) checkOwnCovers(at table.Place, id string, a *Agent) {
	for i, c := range a.Cover {
		at := at.Key("cover").Item(i)
		switch {
		case c.For == "" || c.By == "": // at fault already
		case c.For != id && c.By != id:
			at.Fault(c.For+", "+c.By, "are other agents", "covers of "+id+", who is in `for` or in `by`")
		case !slices.Contains(d.Cover, c):
			d.checkCover(at, c)
		}
	}
}

// checkRotation looks up the agents who take turns.
func (d *Definitions) checkRotation(at table.Place, s *hours.Spec) {
	if s != nil && s.Rotation != nil {
		lookUp(at.Key("rotation").Key("of"), "an agent", s.Rotation.Of, d.Agents)
	}
}

// checkTurn faults an agent who works by a schedule in which others take turns.
func (d *Definitions) checkTurn(at table.Place, id string, a *Agent) {
	spec := d.Schedules[a.Schedule.Name]
	if a.Schedule.Name == "" {
		if spec = a.Schedule.rotating(); spec != nil {
			d.checkRotation(at.Key("schedule"), spec)
		}
	}
	if spec != nil && spec.Rotation != nil && !slices.Contains(spec.Rotation.Of, id) {
		at.Key("schedule").Fault(id, "takes no turn in the rotation of the schedule", "an agent of its `of`, or another schedule")
	}
}

// Partners are the other agents of an agent's covers, each once.
func (a *Agent) Partners(id string) []string {
	var ids []string
	for _, c := range a.Cover {
		for _, other := range []string{c.For, c.By} {
			if other != id {
				ids = append(ids, other)
			}
		}
	}
	return once(ids)
}

// StandsInFor are the agents whose hours an agent has on some dates, each once. A nil agent has none.
func (a *Agent) StandsInFor(id string) []string {
	if a == nil {
		return nil
	}
	var ids []string
	for _, c := range a.Cover {
		if c.By == id {
			ids = append(ids, c.For)
		}
	}
	return once(ids)
}

// Serves tells whether the cover lets By serve the properties of For at an instant: on its dates, and on the day after them, since a
// shift may run into that. The zone is that of For, in which dates of leave are read.
func (c Cover) Serves(at time.Time, zone *time.Location) bool {
	local := at.In(zone)
	return c.From.Compare(hours.DateOf(local)) <= 0 && hours.DateOf(local.AddDate(0, 0, -1)).Compare(c.To) <= 0
}

package view

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// BoardWeek is seven dates of a property in a row, by its own clocks.
type BoardWeek struct {
	Property string         `json:"property"`
	Gone     bool           `json:"gone,omitempty"`  // it is not defined; nothing else is set
	Fault    string         `json:"fault,omitempty"` // why it cannot be decided on; the fields below are empty then
	TimeZone string         `json:"time_zone,omitempty"`
	Today    string         `json:"today,omitempty"` // the date that its clocks show
	Days     []BoardWeekDay `json:"days,omitempty"`
}

// BoardWeekDay is one of these dates.
type BoardWeekDay struct {
	BoardDay
	Windows   []string `json:"windows"`             // that open on it, without an override, as definitions have them: 22:00-02:00 runs into the next date
	Name      string   `json:"name,omitempty"`      // of the exception or holiday by which it is so
	Differs   bool     `json:"differs,omitempty"`   // from the same day of an ordinary week
	Uncovered [][2]int `json:"uncovered,omitempty"` // open time in which nobody is on shift, as Open; with overrides
}

const weekDays = 7

func boardWeek(b *engine.Batch, r *store.Record, from hours.Date, at time.Time) BoardWeek {
	if r.Rev == 0 || r.Definition == nil {
		return BoardWeek{Gone: true}
	}
	plain, shifts, err := weekParts(b, r, at)
	if err != nil {
		return BoardWeek{Fault: err.Error()}
	}
	zone := plain.Hours.Location()
	today := boardDate(zone, at)
	if from == (hours.Date{}) {
		from = today
	}
	week := BoardWeek{TimeZone: zone.String(), Today: today.String(), Days: weekFrom(from, plain.Hours)}
	for i := range week.Days {
		week.Days[i].Uncovered = uncoveredToday(shifts, &week.Days[i].BoardDay)
	}
	return week
}

// weekFrom are seven dates of a schedule from one on.
func weekFrom(from hours.Date, s *hours.Schedule) (days []BoardWeekDay) {
	usual := hours.OpenHoursFrom(from, 0, s).Week
	for _, open := range hours.OpenDays(from, weekDays, s) {
		day := BoardWeekDay{
			BoardDay: boardDay(s, s.Location(), open.Date), Windows: []string{}, Name: open.Name,
			Differs: !slices.Equal(open.Windows, usual[open.Date.Time().Weekday()]),
		}
		for _, w := range open.Windows {
			day.Windows = append(day.Windows, w.String())
		}
		days = append(days, day)
	}
	return days
}

// AgentWeek is the shifts of an agent on seven dates in a row, by the clocks of their hours: with leave, and with those whom they stand in for.
type AgentWeek struct {
	Agent    string         `json:"agent"`
	TimeZone string         `json:"time_zone"`
	Today    string         `json:"today"` // the date that these clocks show
	Days     []BoardWeekDay `json:"days"`
	Notices  []string       `json:"notices"`  // kinds of those that they asked for
	Services int            `json:"services"` // by which they get them, beside browsers and phones
}

// agentWeek is that of an agent whose definition has been gathered.
func agentWeek(b *engine.Batch, id string, at time.Time) (AgentWeek, error) {
	a, err := b.Agent(id)
	if err != nil {
		return AgentWeek{}, err
	}
	def, today := b.Agents[id], boardDate(a.Hours.Location(), at)
	return AgentWeek{
		Agent: id, TimeZone: a.Hours.Location().String(), Today: today.String(), Days: weekFrom(today, a.Hours),
		Notices: append([]string{}, def.Notify.On...), Services: len(def.Notify.Via),
	}, nil
}

// weekParts is a property without overrides, and the same with those in force or to come.
func weekParts(b *engine.Batch, r *store.Record, at time.Time) (plain, shifts widget.Property, err error) {
	if err := b.Broken[r.Subject]; err != nil {
		return plain, shifts, err
	}
	var state engine.PropertyState
	if err := engine.DecodeState(r.State, &state); err != nil {
		return plain, shifts, err
	}
	def := b.Properties[r.Subject]
	if plain, err = b.Property(def, engine.Overrides{}, time.Time{}); err != nil {
		return plain, shifts, err
	}
	shifts, err = b.Property(def, state.Overrides.At(def, at), time.Time{})
	return plain, shifts, err
}

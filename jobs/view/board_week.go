package view

import (
	"context"
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

// BoardWeeks gives seven dates from one on, of each property in the order of their ids as given. The zero date is the one that the clocks
// of each show.
func (r *Reader) BoardWeeks(ctx context.Context, ids []string, from hours.Date) ([]BoardWeek, error) {
	subjects := make([]store.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = store.PropertySubject(id)
	}
	at := r.now()
	records, err := r.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	b, err := r.decider.Gather(ctx, records)
	if err != nil {
		return nil, err
	}
	weeks := make([]BoardWeek, len(ids))
	for i := range records {
		weeks[i] = boardWeek(b, &records[i], from, at)
		weeks[i].Property = ids[i]
	}
	return weeks, nil
}

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
	week := BoardWeek{TimeZone: zone.String(), Today: today.String()}
	usual := hours.OpenHoursFrom(from, 0, plain.Hours).Week
	for _, open := range hours.OpenDays(from, weekDays, plain.Hours) {
		day := BoardWeekDay{
			BoardDay: boardDay(plain.Hours, zone, open.Date), Windows: []string{}, Name: open.Name,
			Differs: !slices.Equal(open.Windows, usual[open.Date.Time().Weekday()]),
		}
		for _, w := range open.Windows {
			day.Windows = append(day.Windows, w.String())
		}
		day.Uncovered = uncoveredToday(shifts, &day.BoardDay)
		week.Days = append(week.Days, day)
	}
	return week
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

package view

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// BoardDay is one local date of a schedule, without an override. It has 23 or 25 hours
// on the two days on which the clocks of its zone change.
type BoardDay struct {
	Date  string    `json:"date"`  // 2026-11-23
	From  time.Time `json:"from"`  // the first instant of the date
	To    time.Time `json:"to"`    // the first of the next
	Ticks []int     `json:"ticks"` // seconds after From at which the clocks first show 0, 3, 6 … 24 hours, or more
	Open  [][2]int  `json:"open"`  // opens, closes, in seconds after From, within the day
}

const (
	tick        = 3  // hours
	boardSpells = 50 // shown of one day
)

// boardDate is the date that clocks of a zone show at an instant. Where they had shown it before they went back to the one before, it is
// the later one.
func boardDate(zone *time.Location, at time.Time) hours.Date {
	y, m, d := at.In(zone).Date()
	reading := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if from := hours.FirstInstant(reading.AddDate(0, 0, 1), zone); !at.Before(from) {
		reading = reading.AddDate(0, 0, 1)
	}
	return hours.DateOf(reading)
}

// boardDay is a date by the clocks of a zone, with the hours of a schedule. One that the zone has skipped is empty.
func boardDay(s *hours.Schedule, zone *time.Location, date hours.Date) BoardDay {
	reading := date.Time()
	day := BoardDay{
		Date: reading.Format(time.DateOnly),
		From: hours.FirstInstant(reading, zone).UTC(),
		To:   hours.FirstInstant(reading.AddDate(0, 0, 1), zone).UTC(),
		Open: [][2]int{},
	}
	for h := 0; h <= 24; h += tick {
		shown := hours.FirstInstant(reading.Add(time.Duration(h)*time.Hour), zone)
		day.Ticks = append(day.Ticks, day.seconds(shown))
	}
	for t := day.From; t.Before(day.To) && len(day.Open) < boardSpells; {
		state := s.At(t)
		until := state.Until
		if until.IsZero() || until.After(day.To) {
			until = day.To
		}
		if state.Open {
			day.Open = append(day.Open, [2]int{day.seconds(t), day.seconds(until)})
		}
		t = until
	}
	return day
}

func (d *BoardDay) seconds(t time.Time) int { return int(t.Sub(d.From) / time.Second) }

// uncoveredToday are the open stretches of a day in which nobody is on shift, as BoardDay.Open.
func uncoveredToday(p widget.Property, day *BoardDay) (list [][2]int) {
	c := widget.Cover(p, day.From, day.To)[0]
	for _, gap := range c.Gaps() {
		if len(list) == boardSpells {
			break
		}
		list = append(list, [2]int{day.seconds(gap.From), day.seconds(gap.To)})
	}
	return list
}

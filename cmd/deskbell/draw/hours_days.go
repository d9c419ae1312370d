package draw

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// day is one row of the drawing: a date of the schedule's clock, from its first instant to that of the next date.
type day struct {
	date       time.Time // the reading 00:00
	start, end time.Time
	slots      []slot // the clock's 24 hours in equal parts
	times      string // "09:00–12:00 13:00–18:00", "closed", "all day"
	notes      []string
}

// slot is a schedule's answer in the middle of a part of the day. Where clocks went forward there is no answer;
// where they went back the first pass counts, as in domain/hours.
type slot int

const (
	slotSkipped slot = iota
	slotClosed
	slotOpen
)

func newDay(s *hours.Schedule, date time.Time, slots int) day {
	tomorrow := date.AddDate(0, 0, 1)
	d := day{
		date:  date,
		start: hours.FirstInstant(date, s.Location()),
		end:   hours.FirstInstant(tomorrow, s.Location()),
		slots: make([]slot, slots),
	}
	if !d.start.Before(d.end) { // Apia had no 30 December 2011
		d.times = "no such day"
		return d
	}
	rule := d.fill(s)
	d.times = d.windows(s)
	if rule != "weekly" && rule != "always" {
		d.notes = append(d.notes, rule)
	}
	d.notes = append(d.notes, d.jumps()...)
	return d
}

// at is the slot of an instant. It may lie outside of the day.
func (d *day) at(t time.Time) int {
	return int(Reading(t).Sub(d.date) * time.Duration(len(d.slots)) / (24 * time.Hour))
}

// fill sets the slots and returns the rule that governs the date. It is the rule of the closed hours: open ones may be the
// end of a night that began under the rule of the day before.
func (d *day) fill(s *hours.Schedule) (rule string) {
	step := 24 * time.Hour / time.Duration(len(d.slots))
	sawClosed := false
	for t := d.start.Add(step / 2); t.Before(d.end); t = t.Add(step) {
		state := s.At(t)
		if !state.Open || !sawClosed {
			rule = state.Reason
		}
		sawClosed = sawClosed || !state.Open
		i := d.at(t)
		if i < 0 || i >= len(d.slots) || d.slots[i] != slotSkipped {
			continue
		}
		d.slots[i] = slotClosed
		if state.Open {
			d.slots[i] = slotOpen
		}
	}
	return rule
}

// windows lists the open stretches of the date. An arrow says that one goes on beyond it.
func (d *day) windows(s *hours.Schedule) string {
	var found []string
	for t := d.start; t.Before(d.end); {
		state := s.At(t)
		fromBefore := t.Equal(d.start) && state.Since.Before(d.start)
		goesOn := state.Until.IsZero() || state.Until.After(d.end)
		wholeDay := t.Equal(d.start) && (goesOn || state.Until.Equal(d.end))
		if state.Open {
			switch until := d.clockBefore(state.Until); {
			case wholeDay:
				found = append(found, "all day")
			case fromBefore:
				found = append(found, "→"+until)
			case goesOn:
				found = append(found, d.clock(t)+"→")
			default:
				found = append(found, d.clock(t)+"–"+until)
			}
		}
		if goesOn {
			break
		}
		t = state.Until
	}
	if found == nil {
		return "closed"
	}
	return strings.Join(found, " ")
}

// clock is the time that the clock shows at t.
func (d *day) clock(t time.Time) string { return Reading(t).Format("15:04") }

// clockBefore is the time that the clock was about to show at t: 02:00 where it went forward to 03:00 instead, and
// 24:00 at the end of the date.
func (d *day) clockBefore(t time.Time) string {
	r := Reading(t.Add(-time.Second)).Add(time.Second)
	if r.After(d.date) && r.Equal(Midnight(r)) {
		return "24:00"
	}
	return r.Format("15:04")
}

// jumps are the changes of the clock on the date, such as "clocks forward 02:00→03:00, 23 h".
func (d *day) jumps() (notes []string) {
	_, before := d.start.Add(-time.Second).Zone()
	for t := d.start; t.Before(d.end); {
		_, after := t.Zone()
		if jump := after - before; jump != 0 && jump < 24*60*60 { // a whole day is a row of its own: no such day
			way := "forward"
			if jump < 0 {
				way = "back"
			}
			notes = append(notes, fmt.Sprintf("clocks %s %s→%s, %s", way, d.clockBefore(t), d.clock(t), length(d.end.Sub(d.start))))
		}
		before = after
		if _, t = t.ZoneBounds(); t.IsZero() {
			break
		}
	}
	return notes
}

// length is "23 h" or "23 h 30 min".
func length(d time.Duration) string {
	hours, minutes := d/time.Hour, d%time.Hour/time.Minute
	if minutes == 0 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d h %d min", hours, minutes)
}

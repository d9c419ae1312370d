package draw

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// Shifts are the open time of a property or a department, to draw.
type Shifts struct {
	Name      string
	Zone      *time.Location
	From, To  time.Time
	Stretches []widget.Stretch
}

const shiftColumns = 48 // of a day: half an hour each

// Coverage draws the days on which it is open, one below the other, with the time in which nobody is on shift:
//
//	acme  Europe/Paris  nobody on shift for 2 h of 18 h
//
//	 Mon 23 · · · · · · · · · ███████▒▒█████· · · · ·  12:30–13:30
func Coverage(how Style, what Shifts) string {
	var lines strings.Builder
	open, uncovered := (&widget.Coverage{Stretches: what.Stretches}).Open()
	fmt.Fprintf(&lines, "%s  %s  ", how.Paint(bold, what.Name), what.Zone.String())
	switch {
	case open == 0:
		lines.WriteString("not open in this time\n")
	case uncovered == 0:
		fmt.Fprintf(&lines, "no gap in %s\n", length(open))
	default:
		fmt.Fprintf(&lines, "%s of %s\n", how.Paint(Red, "nobody on shift for "+length(uncovered)), length(open))
	}
	if uncovered > 0 {
		lines.WriteString("\n")
	}
	for date := Midnight(Reading(what.From.In(what.Zone))); uncovered > 0; date = date.AddDate(0, 0, 1) {
		start, end := hours.FirstInstant(date, what.Zone), hours.FirstInstant(date.AddDate(0, 0, 1), what.Zone)
		if !start.Before(what.To) {
			break
		}
		if bar, gaps := shiftsOn(how, what.Stretches, start, end, what.Zone); gaps != "" {
			fmt.Fprintf(&lines, " %s %s %s\n", date.Format("Mon 2 Jan 2006"), bar, gaps)
		}
	}
	return how.text(lines.String())
}

// shiftsOn draws a day, and lists the stretches in which nobody is on shift.
func shiftsOn(how Style, stretches []widget.Stretch, start, end time.Time, zone *time.Location) (bar, gaps string) {
	signs := slices.Repeat([]string{how.Paint(dim, "·")}, shiftColumns)
	var words []string
	for _, s := range stretches {
		from, to := hours.Later(s.From, start), hours.Earlier(s.To, end)
		if !from.Before(to) {
			continue
		}
		sign := how.Paint(Green, "█")
		if !s.Covered {
			sign = how.Paint(Red, "▒")
			words = append(words, clockFrom(from, zone)+"–"+clockTo(to, zone))
		}
		for i := range signs {
			middle := start.Add(time.Duration(2*i+1) * (24 * time.Hour) / (2 * shiftColumns))
			if !middle.Before(from) && middle.Before(to) || !s.Covered && columnOf(from, start) == i {
				signs[i] = sign
			}
		}
	}
	return strings.Join(signs, ""), strings.Join(words, " ")
}

// columnOf is the column of an instant, so that a gap that is shorter than a column shows.
func columnOf(t, start time.Time) int { return int(t.Sub(start) * shiftColumns / (24 * time.Hour)) }

func clockFrom(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") }

// clockTo is the end of a stretch: midnight is 24:00.
func clockTo(t time.Time, zone *time.Location) string {
	if text := clockFrom(t, zone); text != "00:00" {
		return text
	}
	return "24:00"
}

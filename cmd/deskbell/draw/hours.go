package draw

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
)

// drawing is a schedule's days as bars:
//
//	office  Europe/Paris  Mon 23 Mar – Sun 29 Mar 2026
//
//	   Mar  0     3     6     9     12    15    18    21    24
//	 Mon 23 · · · · · · · · · ██████· ██████████· · · · · ·  09:00–12:00 13:00–18:00
type drawing struct {
	Style
	bar   int       // columns of a day's 24 hours: 24, 48 or 96; a column has two slots
	now   time.Time // on the schedule's clock
	lines strings.Builder
}

const margin = 8 // columns before the bar: "▸Mon 23 "

// Days are the days of a schedule to draw.
type Days struct {
	Name     string
	Schedule *hours.Schedule
	First    time.Time // the reading 00:00 of the first one
	Count    int       // at least 1
}

// Hours draws days one below the other, and says whether the schedule is open now.
func Hours(how Style, what Days, now time.Time) string {
	d := drawing{Style: how, now: now.In(what.Schedule.Location())}
	d.days(what)
	return d.text(d.lines.String())
}

// days draws a title, the days and the state of now.
func (d *drawing) days(what Days) {
	s, first, count := what.Schedule, what.First, what.Count
	days := d.layOut(s, first, count)
	dates := days[count-1].date.Format("Mon 2 Jan 2006")
	if count > 1 {
		dates = first.Format("Mon 2 Jan") + " – " + dates
	}
	fmt.Fprintf(&d.lines, "%s  %s  %s\n\n", d.Paint(bold, what.Name), s.Location().String(), dates)
	for i, day := range days {
		if i > 0 && day.date.Day() == 1 {
			d.lines.WriteString("\n")
		}
		if i == 0 || day.date.Day() == 1 {
			d.ruler(day.date)
		}
		d.row(&day)
	}
	mark := " "
	if !d.now.Before(days[0].start) && d.now.Before(days[count-1].end) {
		mark = d.Paint(Red, "┃")
	}
	fmt.Fprintf(&d.lines, "\n%s %s\n", mark, standing(s, d.now))
}

// layOut takes the widest bar that leaves room for the times of every day.
func (d *drawing) layOut(s *hours.Schedule, first time.Time, count int) []day {
	for d.bar = 96; ; d.bar /= 2 {
		days := make([]day, count)
		fits := true
		for i := range days {
			days[i] = newDay(s, first.AddDate(0, 0, i), 2*d.bar)
			fits = fits && margin+d.bar+1+utf8.RuneCountInString(days[i].times) <= d.columns
		}
		if fits || d.bar == 24 {
			return days
		}
	}
}

// room is the columns to the right of the bar: one window at least.
func (d *drawing) room() int { return max(11, d.columns-margin-d.bar-1) }

// ruler names the month and the hours.
func (d *drawing) ruler(date time.Time) {
	var hours strings.Builder
	for h := 0; h <= 24; h += 3 {
		fmt.Fprintf(&hours, "%-*d", d.bar/8, h)
	}
	d.lines.WriteString(d.Paint(dim, fmt.Sprintf("%6s  %s", date.Format("Jan"), strings.TrimRight(hours.String(), " "))) + "\n")
}

// row draws a day. Notes and times that do not fit to the right of its bar go below it.
func (d *drawing) row(day *day) {
	label, today := " "+day.date.Format("Mon _2"), -1
	if !d.now.Before(day.start) && d.now.Before(day.end) {
		label, today = d.Paint(bold, "▸"+label[1:]), day.at(d.now)/2
	}
	times := wrap(day.times, d.room())
	first := times[0]
	if first == "closed" {
		first = d.Paint(dim, first)
	}
	d.lines.WriteString(label + " " + d.barOf(day, today) + " " + first)
	below := d.beside(times, day.notes)
	d.lines.WriteString("\n")
	for _, line := range times[1:] {
		d.lines.WriteString(strings.Repeat(" ", margin+d.bar+1) + line + "\n")
	}
	for _, note := range below {
		d.lines.WriteString(strings.Repeat(" ", margin) + d.Paint(Yellow, "╰ "+note) + "\n")
	}
}

// beside writes the notes that fit next to a single line of times and returns those that go below.
func (d *drawing) beside(times, notes []string) (below []string) {
	used := utf8.RuneCountInString(times[0])
	for i, note := range notes {
		used += utf8.RuneCountInString(note) + len(" ()")
		if len(times) > 1 || used > d.room() {
			return notes[i:]
		}
		d.lines.WriteString(" " + d.Paint(Yellow, "("+note+")"))
	}
	return nil
}

// wrap breaks text into lines of so many columns.
func wrap(text string, columns int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > columns {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

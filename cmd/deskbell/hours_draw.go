package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	ink
	columns int       // of the terminal
	bar     int       // of a day's 24 hours: 24, 48 or 96; a column has two slots
	now     time.Time // on the schedule's clock
	lines   strings.Builder
}

const margin = 8 // columns before the bar: "▸Mon 23 "

// drawAll draws the schedules one below the other.
func (c *hoursCmd) drawAll(a *app, file string, schedules map[string]*hours.Schedule) error {
	now := a.now()
	for i, name := range slices.Sorted(maps.Keys(schedules)) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		s := schedules[name]
		first, count, err := c.dates(now, s.Location())
		if err != nil {
			return err
		}
		d := drawing{ink: ink(a.colour(a.stdout)), columns: a.width(), now: now.In(s.Location())}
		d.days(cmp.Or(name, file), s, first, count)
		text := d.lines.String()
		if !a.utf8() {
			text = plain(text)
		}
		fmt.Fprint(a.stdout, text)
	}
	return nil
}

// dates are the whole days that the span touches: a week unless the command line says otherwise.
func (c *hoursCmd) dates(now time.Time, loc *time.Location) (first time.Time, count int, err error) {
	from, to, err := between(c.From, c.To, now, loc)
	if err != nil {
		return first, 0, err
	}
	first = midnight(reading(from.In(loc)))
	count = 7
	if c.To != "" {
		last := midnight(reading(to.In(loc)).Add(-time.Second)) // an end at 00:00 touches the day before
		count = max(1, int(last.Sub(first)/(24*time.Hour))+1)
	}
	if count > 62 {
		err = usagef("%d days are more than can be drawn; ask for 62 days at most, or add --json for a list", count)
	}
	return first, count, err
}

func midnight(r time.Time) time.Time { return r.Truncate(24 * time.Hour) }

// days draws a title, the days and the state of now.
func (d *drawing) days(name string, s *hours.Schedule, first time.Time, count int) {
	days := d.layOut(s, first, count)
	dates := days[count-1].date.Format("Mon 2 Jan 2006")
	if count > 1 {
		dates = first.Format("Mon 2 Jan") + " – " + dates
	}
	fmt.Fprintf(&d.lines, "%s  %s  %s\n\n", d.paint(bold, name), zoneName(s.Location()), dates)
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
		mark = d.paint(red, "┃")
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
	d.lines.WriteString(d.paint(dim, fmt.Sprintf("%6s  %s", date.Format("Jan"), strings.TrimRight(hours.String(), " "))) + "\n")
}

// row draws a day. What does not fit to the right of its bar goes below it.
func (d *drawing) row(day *day) {
	label, today := " "+day.date.Format("Mon _2"), -1
	if !d.now.Before(day.start) && d.now.Before(day.end) {
		label, today = d.paint(bold, "▸"+label[1:]), day.at(d.now)/2
	}
	times := wrap(day.times, d.room())
	first := times[0]
	if first == "closed" {
		first = d.paint(dim, first)
	}
	d.lines.WriteString(label + " " + d.barOf(day, today) + " " + first)
	below := d.beside(times, day.notes)
	d.lines.WriteString("\n")
	for _, line := range times[1:] {
		d.lines.WriteString(strings.Repeat(" ", margin+d.bar+1) + line + "\n")
	}
	for _, note := range below {
		d.lines.WriteString(strings.Repeat(" ", margin) + d.paint(yellow, "╰ "+note) + "\n")
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
		d.lines.WriteString(" " + d.paint(yellow, "("+note+")"))
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

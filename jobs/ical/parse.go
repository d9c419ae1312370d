package ical

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

const (
	// MostBytes bounds a calendar.
	MostBytes = 1 << 20
	// MostOccurrences bounds how often a calendar closes within the window.
	MostOccurrences = 10_000
)

// Window is the time for which a calendar that is read now is expanded: events that are over before it, or that begin after
// it, are left out.
//
// It moves at midnight: a calendar that is read twice on one day is the same.
func Window(now time.Time) (from, to time.Time) {
	today := now.UTC().Truncate(24 * time.Hour)
	return today.AddDate(-1, 0, 0), today.AddDate(5, 0, 0)
}

// Calendar is a calendar that was read.
type Calendar struct {
	Closures []hours.Closure // in the order of time; never nil
	Events   int             // that close something, now or at another time
	Free     int             // that close nothing, since they are marked as free time
}

// Parse reads a calendar as of an instant. The error is of type Faults, or that of the context.
func Parse(ctx context.Context, src []byte, now time.Time) (Calendar, error) {
	var p parser
	if len(src) > MostBytes {
		p.fault(0, "", fmt.Sprintf("has more than %d bytes", MostBytes), "a smaller calendar, such as one of closures alone")
		return Calendar{}, p.faults
	}
	events := p.events(p.lines(src))
	x := expander{parser: &p, ctx: ctx}
	x.from, x.to = Window(now)
	c := x.expand(events)
	switch {
	case ctx.Err() != nil:
		return Calendar{}, fmt.Errorf("expanding the events: %w", context.Cause(ctx))
	case len(p.faults) > 0:
		return Calendar{}, p.faults
	}
	return c, nil
}

// parser reads the events of a calendar.
type parser struct{ report }

// component is an event as it is written.
type component struct {
	line  int // of its BEGIN
	lines []line
	title string // its name in faults: found once, since all of its lines may be at fault
}

func (c component) name() string { return c.title }

// titled looks for the title.
func (c component) titled() string {
	for _, key := range []string{"SUMMARY", "UID"} {
		if l, ok := c.first(key); ok && l.value != "" {
			return quote(hours.ReasonOf(plain(l.value)))
		}
	}
	return ""
}

func (c component) first(name string) (line, bool) {
	i := slices.IndexFunc(c.lines, func(l line) bool { return l.name == name })
	if i < 0 {
		return line{}, false
	}
	return c.lines[i], true
}

func (c component) all(name string) (list []line) {
	for _, l := range c.lines {
		if l.name == name {
			list = append(list, l)
		}
	}
	return list
}

func (c component) value(name string) string {
	l, _ := c.first(name)
	return strings.ToUpper(strings.TrimSpace(l.value))
}

// events reads the events of the calendars of a file.
func (p *parser) events(lines []line) (events []event) {
	if len(lines) == 0 || lines[0].name != "BEGIN" || !strings.EqualFold(strings.TrimSpace(lines[0].value), "VCALENDAR") {
		p.fault(1, "", "is not an iCalendar", "a file, or an address, whose text begins with BEGIN:VCALENDAR")
		return nil
	}
	var open []string
	var current component
	for _, l := range lines {
		kind := strings.ToUpper(strings.TrimSpace(l.value))
		switch {
		case l.name == "BEGIN":
			if open = append(open, kind); len(open) == 2 {
				current = component{line: l.number}
			}
		case l.name == "END" && (len(open) == 0 || open[len(open)-1] != kind):
			p.fault(l.number, "", "ends "+quote(kind)+", which has not begun", "")
			return events
		case l.name == "END":
			if open = open[:len(open)-1]; len(open) == 1 && kind == "VEVENT" {
				current.title = current.titled()
				if e, ok := p.event(current); ok {
					events = append(events, e)
				}
			}
		case len(open) == 0:
			p.fault(l.number, "", "stands outside of a calendar", "BEGIN:VCALENDAR before it")
			return events
		case len(open) == 2:
			current.lines = append(current.lines, l)
		}
	}
	if len(open) > 0 {
		p.fault(lines[len(lines)-1].number, "", "is cut off: END:"+open[len(open)-1]+" is missing", "the whole file")
	}
	return events
}

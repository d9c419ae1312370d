package hours

import (
	"fmt"
	"time"
)

// Exception replaces the windows that open on its dates. A window that opened on the evening before
// runs on. Of exceptions on one date the shortest holds, so that a day may be open in a range of closed days.
type Exception struct {
	Name   string   // the reason that is given; empty: "exception"
	From   Date     // the first date
	To     Date     // the last date, included; the zero Date: From
	Yearly bool     // every year: the years of From and To do not count, and 12-24 to 01-02 runs over New Year; 02-29 is met in leap years only
	Hours  []Window // empty: closed

	// Calendar has exceptions of its own, in the place of all this; nil: none.
	Calendar *Calendar
}

func (p *parser) exceptions(path string, tree any) []Exception {
	items, ok := tree.([]any)
	if !ok {
		allowed := `a list such as [{on: 2026-12-24, closed: true}]`
		if text, isText := tree.(string); isText && isCalendar(text) {
			tree, allowed = calendarShown(text), `a list such as [{ical_url: https://…}]`
		}
		p.fault(path, 0, show(tree), "is not a list of exceptions", allowed)
		return nil
	}
	if len(items) > maxExceptions {
		p.fault(path, 0, fmt.Sprintf("%d exceptions", len(items)), "are too many", fmt.Sprintf("at most %d", maxExceptions))
		return nil
	}
	var exceptions []Exception
	sound := len(p.faults)
	for i, item := range items {
		entry := fmt.Sprintf("%s/%d", path, i)
		if text, isText := item.(string); isText && isCalendar(text) {
			p.fault(entry, 0, calendarShown(text), "is a calendar, and no exception", "{ical_url: https://…}; in a file also {ical: closures.ics}")
			continue
		}
		exceptions = append(exceptions, p.exception(entry, item))
	}
	if len(p.faults) == sound {
		p.checkClashes(exceptions)
	}
	return exceptions
}

func (p *parser) exception(path string, tree any) (e Exception) {
	if fields, _ := tree.(map[string]any); IsCalendar(fields) {
		c := p.calendar(path, tree)
		return Exception{Calendar: &c}
	}
	fields, ok := p.object(path, tree, "on", "from", "to", "yearly", "closed", "hours", "name", "ical", "ical_url")
	if !ok {
		return e
	}
	e.Yearly = p.flag(path+"/yearly", fields["yearly"])
	e.From, e.To = p.dates(path, fields, e.Yearly)
	if value, ok := fields["name"]; ok {
		e.Name, _ = p.text(path+"/name", value, "text")
	}
	closed := p.flag(path+"/closed", fields["closed"])
	hours, given := fields["hours"]
	switch {
	case closed && given:
		p.fault(path+"/hours", 0, show(hours), "is given for a day that is closed", "either closed: true or hours")
	case given:
		e.Hours = p.windows(path+"/hours", hours)
	case !closed && !p.misspelt(path):
		p.fault(path, 0, show(tree), "says neither closed nor hours", `closed: true or hours: "09:00-12:00"`)
	}
	return e
}

// dates reads on, or from and to.
func (p *parser) dates(path string, fields map[string]any, yearly bool) (from, to Date) {
	on, single := fields["on"]
	first, begins := fields["from"]
	last, ends := fields["to"]
	sound := len(p.faults)
	switch {
	case single && !begins && !ends:
		from = p.date(path+"/on", on, yearly)
		to = from
	case begins && ends && !single:
		from, to = p.date(path+"/from", first, yearly), p.date(path+"/to", last, yearly)
	case p.misspelt(path):
		return from, to
	default:
		p.fault(path, 0, show(fields), "is not a date or a range of dates", `either on: 2026-12-24, or from: 2026-12-24 and to: 2027-01-02`)
	}
	if len(p.faults) > sound {
		return from, to
	}
	p.checkDates(path, Exception{From: from, To: to, Yearly: yearly})
	if yearly {
		from.Year, to.Year = 0, 0
	}
	return from, to
}

func (p *parser) date(path string, tree any, yearly bool) Date {
	text, ok := tree.(string)
	if !ok {
		p.fault(path, 0, show(tree), "is not a date", `a date such as "2026-12-24"`)
		return Date{}
	}
	return p.dateText(path, text, yearly)
}

func (p *parser) checkDates(path string, e Exception) {
	for _, d := range [2]Date{e.From, e.last()} {
		if !d.exists() || d.Year == 0 && !e.Yearly {
			p.fault(path, 0, d.String(), "is not in the calendar", "")
			return
		}
	}
	if e.Yearly && (e.From.Year == 0 || e.last().Year == 0) {
		return // without years, any two dates make a range
	}
	if e.last().Compare(e.From) < 0 {
		p.fault(path+"/to", 0, e.last().String(), "is before "+e.From.String(), "the same date or a later one")
	}
	if e.Yearly && e.last().Compare(Date{e.From.Year + 1, e.From.Month, e.From.Day}) >= 0 {
		p.fault(path+"/to", 0, e.last().String(), "is a year or more after "+e.From.String(), "a yearly range of less than a year")
	}
}

// last is the last date of the exception.
func (e Exception) last() Date {
	if e.To == (Date{}) {
		return e.From
	}
	return e.To
}

func (e Exception) reason() string {
	if e.Name == "" {
		return reasonException
	}
	return e.Name
}

// spans returns the exception's days in its layer: one span, or two when a yearly range runs over
// New Year.
func (e Exception) spans(r *rule) []span {
	if e.Calendar != nil {
		return nil
	}
	if !e.Yearly {
		return []span{{e.From.number(), e.last().number() + 1, r}}
	}
	from, to := e.From.ordinal(), e.last().ordinal()+1
	leapDay := Date{Month: time.February, Day: 29}
	if to == leapDay.ordinal()+1 {
		to = Date{Month: time.March, Day: 1}.ordinal() // 02-30 would be 2 March in a common year
	}
	if from < to {
		return []span{{from, to, r}}
	}
	newYear, yearEnd := Date{Month: time.January, Day: 1}, Date{Month: time.December, Day: 31}
	return []span{{from, yearEnd.ordinal() + 1, r}, {newYear.ordinal(), to, r}}
}

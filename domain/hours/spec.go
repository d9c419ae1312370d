package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Spec is a schedule as people define it. [Parse] makes one from text; Go code may fill it in, and
// Compile checks it either way. The zero Spec has no windows at all: it is never open. A schedule
// that is not there is always open, see [Always].
type Spec struct {
	TimeZone   string      // IANA name; empty: the fallback given to Compile
	Weekly     [7][]Window // by time.Weekday, Sunday first; a day without windows is closed
	Holidays   *Holidays   // nil: holidays are days like others
	Exceptions []Exception // at most 1000; no two on one date, save that a dated one beats a yearly one
}

// Exception replaces the windows that open on its dates. A window that opened on the evening before
// runs on.
type Exception struct {
	Name   string   // the reason that is given; empty: "exception"
	From   Date     // the first date
	To     Date     // the last date, included; the zero Date: From
	Yearly bool     // every year: the years of From and To do not count, and 12-24 to 01-02 runs over New Year; 02-29 is met in leap years only
	Hours  []Window // empty: closed
}

// Bounds of one definition. They are far above what anybody runs a shop by, and keep a hostile one
// from costing more than a friendly one.
const (
	maxExceptions = 1000
	maxWindows    = 48   // a day
	maxNames      = 200  // holidays named in one definition
	maxName       = 200  // bytes
	maxText       = 2000 // bytes of one string of hours, days or the like
)

// Compile checks the whole definition and makes the schedule that answers for it. A definition
// without a zone of its own takes the fallback; a nil fallback is UTC. A nil Spec compiles to
// [Always], for a schedule that is not there. The error is of type [Faults].
func (s *Spec) Compile(fallback *time.Location) (*Schedule, error) {
	if s == nil {
		return Always(fallback), nil
	}
	var p parser
	location := p.location("/time_zone", s.TimeZone, fallback)
	p.check(s)
	if err := p.err(); err != nil {
		return nil, err
	}
	return &Schedule{layers: layers{rules: s.rules()}, location: location}, nil
}

// location finds a zone. "Local" would be another zone on every machine.
func (p *parser) location(path, name string, fallback *time.Location) *time.Location {
	if name == "" && fallback == nil {
		return time.UTC
	}
	if name == "" {
		return fallback
	}
	location, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		p.fault(path, 0, name, "is not a time zone", `an IANA name such as "Europe/Paris" or "UTC"`)
		return nil
	}
	return location
}

// check faults what is wrong between well-formed parts, and what only Go code can build.
func (p *parser) check(s *Spec) {
	for _, day := range week() {
		p.checkWindows("/weekly/"+shortName(day), s.Weekly[day])
	}
	if s.Holidays != nil {
		p.checkHolidays("/holidays", s.Holidays)
	}
	if len(s.Exceptions) > maxExceptions {
		p.fault("/exceptions", 0, fmt.Sprintf("%d exceptions", len(s.Exceptions)), "are too many", fmt.Sprintf("at most %d", maxExceptions))
		return
	}
	sound := len(p.faults)
	for i, e := range s.Exceptions {
		path := fmt.Sprintf("/exceptions/%d", i)
		p.checkWindows(path+"/hours", e.Hours)
		p.checkDates(path, e)
	}
	if len(p.faults) == sound {
		p.checkClashes(s.Exceptions)
	}
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

// checkClashes faults two exceptions on one date. It compares the compiled spans, one layer at a time:
// between the layers the dated one wins.
func (p *parser) checkClashes(exceptions []Exception) {
	type claim struct {
		span
		index int
	}
	var layers [2][]claim
	for i, e := range exceptions {
		layer := &layers[0]
		if e.Yearly {
			layer = &layers[1]
		}
		for _, s := range e.spans(nil) {
			*layer = append(*layer, claim{s, i})
		}
	}
	for kind, layer := range layers {
		slices.SortStableFunc(layer, func(a, b claim) int { return a.from - b.from })
		for i := 1; i < len(layer); i++ {
			a, b := layer[i-1], layer[i]
			if b.from >= a.to {
				continue
			}
			date := dateOf(b.from)
			if kind == 1 {
				date = monthDay(0, b.from)
			}
			first, second := min(a.index, b.index), max(a.index, b.index)
			p.fault(fmt.Sprintf("/exceptions/%d", second), 0, date.String(), fmt.Sprintf("has an exception already, /exceptions/%d", first), "one exception a date; a dated one beats a yearly one")
			if a.to > b.to {
				layer[i] = a // it may cover the next one too
			}
		}
	}
}

// rules compiles a definition that has been checked.
func (s *Spec) rules() *rules {
	r := &rules{}
	for day, windows := range s.Weekly {
		r.weekly[day] = rule{normal(windows), reasonWeekly}
	}
	for _, e := range s.Exceptions {
		spans := e.spans(&rule{normal(e.Hours), e.reason()})
		if e.Yearly {
			r.yearly = append(r.yearly, spans...)
		} else {
			r.dated = append(r.dated, spans...)
		}
	}
	for _, layer := range [2][]span{r.dated, r.yearly} {
		slices.SortFunc(layer, func(a, b span) int { return a.from - b.from })
	}
	if s.Holidays != nil {
		r.holidays = newAlmanac(s.Holidays)
	}
	r.steady = r.isSteady()
	return r
}

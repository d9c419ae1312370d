package hours

import (
	"errors"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// Spec is a schedule as people define it. [Parse] makes one from text; Go code may fill it in, and
// Compile checks it either way. The zero Spec has no windows at all: it is never open. A schedule
// that is not there is always open, see [Always].
type Spec struct {
	TimeZone   string      // IANA name; empty: the fallback given to Compile
	Weekly     [7][]Window // by time.Weekday, Sunday first; a day without windows is closed
	Holidays   *Holidays   // nil: holidays are days like others
	Rotation   *Rotation   // of the agents who use it; nil: all have its hours at once
	Exceptions []Exception // at most 1000. On one date, a dated one beats a yearly one, and a shorter one a longer one; two of one length are a fault
}

// Bounds of one definition. They are far above the needs of any shop, and keep a hostile one from
// costing more than a friendly one.
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
	return s.CompileWith(fallback, nil)
}

// CompileWith is Compile, with the closures of the calendars that the definition names by their URL.
func (s *Spec) CompileWith(fallback *time.Location, feeds Feeds) (*Schedule, error) {
	if s == nil {
		return Always(fallback), nil
	}
	var p parser
	location := p.location("/time_zone", s.TimeZone, fallback)
	p.check(s)
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	compiled := &Schedule{layers: layers{rules: s.rules()}, location: location}
	compiled.close(s.closures(feeds))
	return compiled, nil
}

// location finds a zone.
func (p *parser) location(path, name string, fallback *time.Location) *time.Location {
	if name == "" && fallback == nil {
		return time.UTC
	}
	if name == "" {
		return fallback
	}
	location, err := zones.Load(name)
	if refused := (*zones.NameError)(nil); errors.As(err, &refused) {
		p.fault(path, 0, name, refused.Problem, refused.Allowed)
		return nil
	}
	return location
}

// check faults contradictions between well-formed parts, and values that only Go code can build.
func (p *parser) check(s *Spec) {
	for _, day := range week() {
		p.checkWindows("/weekly/"+shortName(day), s.Weekly[day])
	}
	p.checkRotation("/rotation", s.Rotation)
	if s.Holidays != nil {
		p.checkHolidays("/holidays", s.Holidays)
	}
	if len(s.Exceptions) > maxExceptions {
		p.fault("/exceptions", 0, fmt.Sprintf("%d exceptions", len(s.Exceptions)), "are too many", fmt.Sprintf("at most %d", maxExceptions))
		return
	}
	sound, calendars := len(p.faults), 0
	for i, e := range s.Exceptions {
		path := fmt.Sprintf("/exceptions/%d", i)
		if e.Calendar != nil {
			p.checkCalendar(path, *e.Calendar)
			calendars++
			continue
		}
		p.checkWindows(path+"/hours", e.Hours)
		p.checkDates(path, e)
	}
	p.checkCalendars("/exceptions", calendars)
	if len(p.faults) == sound {
		p.checkClashes(s.Exceptions)
	}
}

// rules compiles a definition that has been checked.
func (s *Spec) rules() *rules {
	r := &rules{rotation: s.Rotation}
	for day, windows := range s.Weekly {
		r.weekly[day] = rule{normal(windows), reasonWeekly}
	}
	dated, yearly := claimsOf(s.Exceptions)
	r.dated, r.yearly = overlay(dated), overlay(yearly)
	if s.Holidays != nil {
		r.holidays = newAlmanac(s.Holidays, &r.weekly)
	}
	r.steady = r.isSteady()
	r.measure()
	return r
}

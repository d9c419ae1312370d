package ical

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// when is a date, or a reading of the clock in a zone.
type when struct {
	reading time.Time // as if in UTC
	date    bool
	zone    string // IANA; empty: that of the schedule
}

// instant is when the clocks show it, for a zone that is known.
func (w when) instant() time.Time { return instantOf(w.reading, w.zone) }

// in is the same instant as the clocks of another zone show it. A date, or a reading of an unknown zone, is the same
// everywhere.
func (w when) in(zone string) time.Time {
	if w.date || w.zone == zone || w.zone == "" || zone == "" {
		return w.reading
	}
	return readingOf(w.instant(), zone)
}

// event is an event whose parts were read.
type event struct {
	component
	uid    string
	reason string

	start when
	days  int           // it lasts so many days on the clock, and
	clock time.Duration // so long on the clock, and then
	exact time.Duration // so long in time that passes

	rule     string
	ruleLine int
	more     []span // RDATE
	except   []when // EXDATE
	replaces *when  // RECURRENCE-ID

	cancelled, free bool
}

// span is a start with an end of its own, or without.
type span struct {
	start when
	end   *when
	exact time.Duration
}

// event reads the parts that matter.
func (p *parser) event(c component) (e event, ok bool) {
	before := len(p.faults)
	uid, _ := c.first("UID")
	e = event{component: c, uid: uid.value, cancelled: c.value("STATUS") == "CANCELLED", free: c.value("TRANSP") == "TRANSPARENT"}
	if class := c.value("CLASS"); class != "PRIVATE" && class != "CONFIDENTIAL" {
		summary, _ := c.first("SUMMARY")
		e.reason = hours.ReasonOf(plain(summary.value))
	}
	if l, is := c.first("RECURRENCE-ID"); is {
		w, _ := p.when(c, l, l.value)
		e.replaces = &w
		if strings.EqualFold(l.params["RANGE"], "THISANDFUTURE") {
			p.fault(l.number, c.name(), "changes this and all later times (RANGE=THISANDFUTURE)", "one change for each time, or an event of its own from then on")
		}
	}
	start, is := c.first("DTSTART")
	if !is {
		if !e.cancelled { // a cancelled one need not say when it would have been
			p.fault(c.line, c.name(), "has no DTSTART", "when it begins")
		}
		return e, e.cancelled && e.replaces != nil && len(p.faults) == before
	}
	e.start, _ = p.when(c, start, start.value)
	p.lasting(c, &e)
	for _, l := range c.all("RDATE") {
		for text := range strings.SplitSeq(l.value, ",") {
			if s, ok := p.span(c, l, text); ok {
				e.more = append(e.more, s)
			}
		}
	}
	for _, l := range c.all("EXDATE") {
		for text := range strings.SplitSeq(l.value, ",") {
			if w, ok := p.when(c, l, text); ok {
				e.except = append(e.except, w)
			}
		}
	}
	if l, is := c.first("RRULE"); is {
		e.rule, e.ruleLine = l.value, l.number
	}
	return e, len(p.faults) == before
}

// lasting reads how long an event lasts.
func (p *parser) lasting(c component, e *event) {
	end, ends := c.first("DTEND")
	duration, lasts := c.first("DURATION")
	switch {
	case ends:
		until, ok := p.when(c, end, end.value)
		if !ok {
			return
		}
		p.endAt(c, end.number, e, until)
	case lasts:
		days, exact, ok := parseDuration(duration.value)
		if !ok || e.start.date && exact > 0 {
			p.fault(duration.number, c.name(), "lasts for "+quote(duration.value), "a DURATION such as P1D, or PT2H30M where it begins at a time")
			return
		}
		e.days, e.exact = days, exact
	case e.start.date:
		e.days = 1
	}
	if e.start.date {
		e.days = max(e.days, 1)
	}
}

// endAt notes an end.
func (p *parser) endAt(c component, line int, e *event, until when) {
	switch {
	case until.date != e.start.date:
		p.fault(line, c.name(), "begins at a date and ends at a time, or the other way round", "two dates, or two times")
	case (until.zone == "") != (e.start.zone == ""):
		p.fault(line, c.name(), "has a zone at one end only", "a zone for both, or for none")
	case until.zone == e.start.zone && until.reading.Before(e.start.reading), until.zone != e.start.zone && until.instant().Before(e.start.instant()):
		p.fault(line, c.name(), "ends before it begins", "a DTEND after DTSTART")
	case until.date:
		e.days = int(until.reading.Sub(e.start.reading) / (24 * time.Hour))
	case until.zone == e.start.zone:
		e.clock = until.reading.Sub(e.start.reading)
	default:
		e.exact = until.instant().Sub(e.start.instant())
	}
}

// span reads one value of an RDATE: a time, or a period.
func (p *parser) span(c component, l line, text string) (s span, ok bool) {
	from, to, period := strings.Cut(text, "/")
	if s.start, ok = p.when(c, l, from); !ok || !period {
		return s, ok
	}
	if strings.HasPrefix(to, "P") {
		days, exact, ok := parseDuration(to)
		if s.exact = time.Duration(days)*24*time.Hour + exact; !ok || s.exact <= 0 {
			p.fault(l.number, c.name(), "has the period "+quote(text), "START/END or START/DURATION")
		}
		return s, ok
	}
	end, ok := p.when(c, l, to)
	if s.end = &end; ok && !end.reading.After(s.start.reading) {
		p.fault(l.number, c.name(), "has the period "+quote(text), "an end after the start")
		return s, false
	}
	return s, ok
}

// when reads a date or a time.
func (p *parser) when(c component, l line, text string) (w when, ok bool) {
	text = strings.TrimSpace(text)
	form := "20060102T150405"
	if utc, isUTC := strings.CutSuffix(text, "Z"); isUTC {
		text, w.zone = utc, "UTC"
	}
	if w.date = len(text) == 8; w.date {
		form = "20060102"
	}
	if leap, isLeap := strings.CutSuffix(text, "60"); isLeap && len(text) == len(form) && !w.date {
		text = leap + "59" // a leap second
	}
	var err error
	if w.reading, err = time.Parse(form, text); err != nil || w.reading.Year() < 1 || w.reading.Year() > 9990 || w.date && w.zone != "" {
		p.fault(l.number, c.name(), l.name+" is "+quote(text), "a date such as 20261224, or a time such as 20261224T090000 or 20261224T080000Z")
		return w, false
	}
	name := l.params["TZID"]
	if w.date || w.zone != "" || name == "" {
		return w, true
	}
	if w.zone, ok = zoneOf(name); !ok {
		p.fault(l.number, c.name(), "is in the zone "+quote(name)+", which is not known", "a name such as Europe/Paris")
	}
	return w, ok
}

// parseDuration reads "P1D", "PT2H30M", "P2W" (section 3.3.6). Days are days of the clock.
func parseDuration(text string) (days int, exact time.Duration, ok bool) {
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "+")
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" || strings.HasSuffix(rest, "T") {
		return 0, 0, false
	}
	timed, n, digits := false, 0, 0
	for i := range len(rest) {
		c := rest[i]
		switch {
		case c >= '0' && c <= '9' && digits < 6:
			n, digits = n*10+int(c-'0'), digits+1
			continue
		case c == 'T' && !timed && digits == 0:
			timed = true
			continue
		case digits == 0:
			return 0, 0, false
		case c == 'W' && !timed:
			days += 7 * n
		case c == 'D' && !timed:
			days += n
		case c == 'H' && timed:
			exact += time.Duration(n) * time.Hour
		case c == 'M' && timed:
			exact += time.Duration(n) * time.Minute
		case c == 'S' && timed:
			exact += time.Duration(n) * time.Second
		default:
			return 0, 0, false
		}
		n, digits = 0, 0
	}
	return days, exact, digits == 0
}

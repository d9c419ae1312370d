package hours

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Closure is one thing that a calendar says: whole dates, or a stretch of the clock.
//
// Whole dates are as those of an exception: no window opens on them, and one that opened on the evening before runs on. A
// stretch cuts what it covers out of the windows, whenever they opened. Both yield to an exception that is written for a
// date: its windows stay whole.
//
// A stretch is kept as readings of the clock in its zone, and not as instants: they are resolved whenever a schedule is
// compiled, so that new rules of a zone reach what was read before they came. A reading in a spring gap counts from the
// offset before the gap, and one in an autumn overlap is the first of the two (RFC 5545, section 3.3.5).
type Closure struct {
	Name        string    // the reason that is given; empty: "exception"
	Days        DateRange // the zero range: From and Until count
	From, Until time.Time // readings; their location does not matter. Half-open
	Zone        string    // of the readings, an IANA name; empty: that of the schedule
}

func (c Closure) isDays() bool { return c.Days != DateRange{} }

// days is how many dates it touches, at most.
func (c Closure) days() int {
	if c.isDays() {
		return c.Days.To.number() - c.Days.From.number() + 1
	}
	return int((civil(c.Until)-civil(c.From))/secondsPerDay) + 1
}

// civil is a reading in civil seconds.
func civil(reading time.Time) int64 {
	_, offset := reading.Zone()
	return reading.Unix() + int64(offset)
}

func (p *parser) closure(path string, tree any) (c Closure) {
	fields, ok := p.object(path, tree, "from", "to", "until", "zone", "name")
	if !ok {
		return c
	}
	if value, ok := fields["name"]; ok {
		c.Name, _ = p.text(path+"/name", value, "text")
	}
	if value, ok := fields["zone"]; ok {
		c.Zone, _ = p.text(path+"/zone", value, `an IANA name such as "Europe/Paris"`)
	}
	sound := len(p.faults)
	if until, timed := fields["until"]; timed {
		c.From, c.Until = p.reading(path+"/from", fields["from"]), p.reading(path+"/until", until)
	} else {
		c.Days = DateRange{p.date(path+"/from", fields["from"], false), p.date(path+"/to", fields["to"], false)}
	}
	if len(p.faults) == sound {
		p.checkClosure(path, c)
	}
	return c
}

func (p *parser) checkClosure(path string, c Closure) {
	switch {
	case c.isDays() && (!c.Days.From.exists() || !c.Days.To.exists() || c.Days.From.Year == 0 || c.Days.To.Year == 0):
		p.fault(path, 0, c.Days.From.String(), "is not in the calendar", "")
	case c.isDays() && c.Days.To.Compare(c.Days.From) < 0:
		p.fault(path+"/to", 0, c.Days.To.String(), "is before "+c.Days.From.String(), "the same date or a later one")
	case !c.isDays() && civil(c.Until) <= civil(c.From):
		p.fault(path+"/until", 0, c.Until.Format(readingForm), "is not after "+c.From.Format(readingForm), "a later reading")
	case !c.isDays() && (c.From.Year() < 1 || c.Until.Year() > lastYear):
		p.fault(path, 0, c.From.Format(readingForm), "is not in the calendar", fmt.Sprintf("years from 1 to %d", lastYear))
	}
	if c.Zone != "" {
		p.location(path+"/zone", c.Zone, time.UTC)
	}
}

func (c Closure) tree() (o object) {
	if c.isDays() {
		o = object{{"from", c.Days.From.String()}, {"to", c.Days.To.String()}}
	} else {
		o = object{{"from", c.From.Format(readingForm)}, {"until", c.Until.Format(readingForm)}}
	}
	if c.Zone != "" {
		o = append(o, member{"zone", c.Zone})
	}
	if c.Name != "" {
		o = append(o, member{"name", c.Name})
	}
	return o
}

// MarshalJSON writes the form that a calendar's closures have in a definition.
func (c Closure) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	writeJSON(&b, c.tree())
	return b.Bytes(), nil
}

// UnmarshalJSON reads the output of MarshalJSON. The error may be of type [Faults].
func (c *Closure) UnmarshalJSON(data []byte) error {
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return err
	}
	var p parser
	*c = p.closure("", tree)
	return p.faults.Err()
}

// closedSpans are the days of closures, for a layer: where two overlap, the one that begins first counts.
func closedSpans(closures []Closure, reason string) []span {
	var spans []span
	for _, c := range closures {
		if c.isDays() {
			spans = append(spans, span{c.Days.From.number(), c.Days.To.number() + 1, &rule{reason: or(c.Name, reason)}})
		}
	}
	return disjoint(spans)
}

func or(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// disjoint sorts spans, and clips those that overlap one that begins before.
func disjoint(spans []span) (list []span) {
	slices.SortStableFunc(spans, func(a, b span) int { return a.from - b.from })
	end := beginning
	for _, s := range spans {
		if s.from = max(s.from, end); s.from < s.to {
			list, end = append(list, s), s.to
		}
	}
	return list
}

// beneath lays spans beneath others: of the lower ones, the days between the upper ones remain. Both are sorted and
// disjoint, and so is the result.
func beneath(upper, lower []span) []span {
	if len(lower) == 0 {
		return upper
	}
	list := slices.Clone(upper)
	for _, s := range lower {
		for i := following(upper, s.from); s.from < s.to; i++ {
			gap := span{s.from, s.to, s.rule}
			if i < len(upper) {
				gap.to, s.from = min(gap.to, upper[i].from), upper[i].to
			} else {
				s.from = s.to
			}
			if gap.from < gap.to {
				list = append(list, gap)
			}
		}
	}
	slices.SortFunc(list, func(a, b span) int { return a.from - b.from })
	return list
}

// closures are those of the calendars of a definition.
func (s *Spec) closures(feeds Feeds) []Closure {
	var all []Closure
	for _, e := range s.Exceptions {
		if e.Calendar != nil {
			all = append(all, e.Calendar.closures(feeds)...)
		}
	}
	return all
}

// Calendars are the URLs of calendars that the definition names.
func (s *Spec) Calendars() (urls []string) {
	if s == nil {
		return nil
	}
	for _, e := range s.Exceptions {
		if e.Calendar != nil && e.Calendar.URL != "" && !slices.Contains(urls, e.Calendar.URL) {
			urls = append(urls, e.Calendar.URL)
		}
	}
	return urls
}

// close lays what calendars say beneath the written exceptions of a schedule that has just been compiled.
func (s *Schedule) close(closures []Closure) {
	written := s.dated
	s.rules.dated = beneath(written, closedSpans(closures, reasonException))
	s.holes = sparing(holesOf(closures, s.location, reasonException), written, s.location)
}

// printable makes a name of any text: one line of printable characters, of maxName bytes at most.
func printable(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029'
	}), " ")
	if len(text) > maxName {
		text = strings.ToValidUTF8(text[:maxName], "") // without the half of a character
	}
	return strings.TrimSpace(text)
}

// ReasonOf makes a reason of any text, such as the summary of an event: one line, at most 200 bytes, without control
// characters.
func ReasonOf(text string) string { return printable(text) }

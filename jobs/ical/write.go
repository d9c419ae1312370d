package ical

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
)

// Event is a stretch of time to be written.
type Event struct {
	UID         string // the same whenever the stretch is written
	Summary     string
	From, Until time.Time
	Free        bool // it does not keep its reader from other things
}

// Write writes a calendar. Times are in UTC, which every program reads, and which needs no VTIMEZONE. stamp is when the calendar
// became what it is: the same events at the same stamp give the same bytes.
func Write(name string, stamp time.Time, events []Event) []byte {
	var b bytes.Buffer
	put := func(name, value string) { fold(&b, name+":"+value) }
	put("BEGIN", "VCALENDAR")
	put("VERSION", "2.0")
	put("PRODID", "-//Deskbell//Deskbell//EN")
	put("CALSCALE", "GREGORIAN")
	put("METHOD", "PUBLISH")
	put("NAME", escaped(name))
	put("X-WR-CALNAME", escaped(name))
	put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	put("X-PUBLISHED-TTL", "PT1H")
	for _, e := range events {
		put("BEGIN", "VEVENT")
		put("UID", escaped(e.UID))
		put("DTSTAMP", utc(stamp))
		put("DTSTART", utc(e.From))
		put("DTEND", utc(e.Until))
		put("SUMMARY", escaped(e.Summary))
		if e.Free {
			put("TRANSP", "TRANSPARENT")
		}
		put("END", "VEVENT")
	}
	put("END", "VCALENDAR")
	return b.Bytes()
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escaped is a text on one line (section 3.3.11), without the control characters that no text may have.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`).Replace(strings.ToValidUTF8(text, ""))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// fold writes a line in pieces of at most 75 octets (section 3.1), and cuts no character in two.
func fold(b *bytes.Buffer, text string) {
	const most = 75
	for room := most; len(text) > room; room = most - 1 {
		end := room
		for !utf8.RuneStart(text[end]) {
			end--
		}
		b.WriteString(text[:end] + "\r\n ")
		text = text[end:]
	}
	b.WriteString(text + "\r\n")
}

// Bounds of a calendar of a schedule: some weeks back and a year ahead, and so many events.
const (
	weeksBack  = 4
	mostEvents = 2000
)

// Opening describes the calendar of a schedule.
type Opening struct {
	ID      string // of the holder of the schedule, for the UIDs: "agent-lea"
	Name    string // of the calendar
	Summary string // of each event
	Free    bool
}

// OfSchedule writes when a schedule is open, from four weeks ago to a year ahead, as of a day: on one day it gives the same bytes.
// Stretches begin and end where they do, also outside of that; those that never end are cut. Leave and closed days are left
// out, as the schedule has them.
func OfSchedule(o Opening, s *hours.Schedule, now time.Time) []byte {
	today := now.UTC().Truncate(24 * time.Hour)
	from, to := today.AddDate(0, 0, -7*weeksBack), today.AddDate(1, 0, 0)
	var events []Event
	for at := from; len(events) < mostEvents; {
		state := s.At(at)
		if state.Open {
			events = append(events, o.event(state, from, to))
		}
		if at = state.Until; at.IsZero() || !at.Before(to) {
			break
		}
	}
	return Write(o.Name, today, events)
}

// event is a stretch that is open. Its UID is that of its beginning; nothing else of it is sure to stay.
func (o Opening) event(state hours.State, from, to time.Time) Event {
	e := Event{Summary: o.Summary, From: state.Since, Until: state.Until, Free: o.Free}
	e.UID = fmt.Sprintf("%s-%s@deskbell", o.ID, utc(e.From))
	if e.From.IsZero() {
		e.UID, e.From = o.ID+"-always@deskbell", from
	}
	if e.Until.IsZero() {
		e.Until = to
	}
	return e
}

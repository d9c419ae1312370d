package hours

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Calendar is an iCalendar whose events are exceptions of a schedule, or the leave of an agent: a file or an address.
// This package reads neither. Its caller gives the calendar as closures, which are all that counts here.
type Calendar struct {
	File     string    `json:"ical,omitempty"`     // the file's name, beside the definitions that name it
	URL      string    `json:"ical_url,omitempty"` // https://; a secret, since it may hold a token
	Closures []Closure `json:"closures,omitzero"`  // what a file says; nil: it has not been taken in. Of a URL: nil; see Feeds
}

// IsZero tells whether it is no calendar.
func (c Calendar) IsZero() bool { return c.File == "" && c.URL == "" && c.Closures == nil }

// Feeds has the closures of calendars as they were fetched last, by their URL. One that is not there closes nothing.
type Feeds map[string][]Closure

// closures are those of the calendar.
func (c Calendar) closures(feeds Feeds) []Closure {
	if c.URL != "" {
		return feeds[c.URL]
	}
	return c.Closures
}

// Bounds of calendars. A calendar says at most maxClosures things, of maxClosedDays in all: a hundred years and more.
const (
	maxCalendars  = 20 // of one schedule, or of one agent's leave
	maxClosures   = 10_000
	maxClosedDays = 40_000
	maxURL        = 2048 // bytes
)

// calendarKeys are the keys of an exception, or of a leave, that is a calendar.
func calendarKeys() []string { return []string{"ical", "ical_url", "closures"} }

// IsCalendar tells whether the map of an exception, or of a leave, is for [ParseCalendar].
func IsCalendar(fields map[string]any) bool {
	for _, key := range calendarKeys() {
		if _, ok := fields[key]; ok {
			return true
		}
	}
	return false
}

// ParseCalendar reads {ical: closures.ics, closures: […]} or {ical_url: https://…}. The error is of type [Faults].
func ParseCalendar(tree any) (Calendar, error) {
	var p parser
	c := p.calendar("", tree)
	return c, p.faults.Err()
}

func (p *parser) calendar(path string, tree any) (c Calendar) {
	fields, ok := p.object(path, tree, calendarKeys()...)
	if !ok {
		return c
	}
	file, isFile := fields["ical"]
	address, isURL := fields["ical_url"]
	switch {
	case isFile && isURL:
		p.fault(path+"/ical_url", 0, "", "is given beside ical", "one of them in each entry")
		return c
	case isFile:
		c.File, _ = p.text(path+"/ical", file, "the name of a file")
	case isURL:
		c.URL = p.calendarURL(path+"/ical_url", address)
	}
	closures, taken := fields["closures"]
	switch {
	case taken && !isFile:
		p.fault(path+"/closures", 0, "", "has no calendar", "ical: the name of the file that it was read from")
	case taken:
		c.Closures = p.closures(path+"/closures", closures)
	case isFile:
		p.faultFile(path, c)
	}
	return c
}

// faultFile faults a file that nobody has read.
func (p *parser) faultFile(path string, c Calendar) {
	p.fault(path+"/ical", 0, c.File, "is a file, and files are read only beside definitions that come from the command line", "there, deskbell apply; here, ical_url: https://…")
}

// calendarURL reads an address, in which calendar programs write webcal:// for https://. A fault shows nothing of it: it
// may hold a token.
func (p *parser) calendarURL(path string, tree any) string {
	text, _ := tree.(string)
	if rest, ok := strings.CutPrefix(text, "webcal://"); ok {
		text = "https://" + rest
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.ContainsAny(text, " \t\r\n…") {
		p.fault(path, 0, "", "is not the address of a calendar", "https:// (or webcal://), a host and a path, without a user, a password, blanks or a #fragment")
		return ""
	}
	return text
}

// closures reads a list of closures.
func (p *parser) closures(path string, tree any) []Closure {
	items, ok := tree.([]any)
	if !ok {
		p.fault(path, 0, show(tree), "is not a list of closures", `a list such as [{from: 2026-12-24, to: 2026-12-26, name: Christmas}]`)
		return nil
	}
	if len(items) > maxClosures {
		p.fault(path, 0, fmt.Sprintf("%d closures", len(items)), "are too many", fmt.Sprintf("at most %d", maxClosures))
		return nil
	}
	closures := make([]Closure, 0, len(items))
	for i, item := range items {
		closures = append(closures, p.closure(fmt.Sprintf("%s/%d", path, i), item))
	}
	p.checkClosedDays(path, closures)
	return closures
}

// checkClosedDays bounds the work on closures that overlap the dates of exceptions.
func (p *parser) checkClosedDays(path string, closures []Closure) {
	days := 0
	for _, c := range closures {
		days += c.days()
	}
	if days > maxClosedDays {
		p.fault(path, 0, fmt.Sprintf("%d days", days), "are too many to be closed", fmt.Sprintf("at most %d", maxClosedDays))
	}
}

// checkCalendar is for calendars that Go code has built.
func (p *parser) checkCalendar(path string, c Calendar) {
	if c.URL == "" && c.Closures == nil {
		p.faultFile(path, c)
		return
	}
	if len(c.Closures) > maxClosures {
		p.fault(path+"/closures", 0, fmt.Sprintf("%d closures", len(c.Closures)), "are too many", fmt.Sprintf("at most %d", maxClosures))
		return
	}
	for i, closure := range c.Closures {
		p.checkClosure(fmt.Sprintf("%s/closures/%d", path, i), closure)
	}
	p.checkClosedDays(path+"/closures", c.Closures)
}

// checkCalendars bounds how many calendars there are.
func (p *parser) checkCalendars(path string, n int) {
	if n > maxCalendars {
		p.fault(path, 0, fmt.Sprintf("%d calendars", n), "are too many", fmt.Sprintf("at most %d", maxCalendars))
	}
}

// readingForm is how a reading of the clock is written; the seconds may be left out.
const readingForm = "2006-01-02T15:04:05"

func (p *parser) reading(path string, tree any) time.Time {
	text, _ := tree.(string)
	full := text
	if len(text) == len("2006-01-02T15:04") {
		full += ":00"
	}
	reading, err := time.ParseInLocation(readingForm, full, time.UTC)
	if err != nil || len(full) != len(readingForm) || reading.Year() < 1 {
		p.fault(path, 0, show(tree), "is not a reading of the clock", `one such as "2026-12-24T09:00"`)
	}
	return reading
}

func (c Calendar) tree() object {
	if c.URL != "" {
		return object{{"ical_url", c.URL}}
	}
	list := []object{}
	for _, closure := range c.Closures {
		list = append(list, closure.tree())
	}
	return object{{"ical", c.File}, {"closures", list}}
}

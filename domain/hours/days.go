package hours

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
	"unicode"
)

// ParseDays reads weekdays as people write them: "monday", "mon-fri", "mo,we", "fri-mon",
// "weekdays", "weekend", "daily". They come back once each, from Monday to Sunday. The error is of
// type [Faults].
func ParseDays(s string) ([]time.Weekday, error) {
	var p parser
	set := p.days("", s, 0)
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	var days []time.Weekday
	for _, day := range week() {
		if set.has(day) {
			days = append(days, day)
		}
	}
	return days, nil
}

// daySet has bit 1<<Weekday for each weekday in it.
type daySet uint8

const (
	weekdays    daySet = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	weekend     daySet = 1<<time.Saturday | 1<<time.Sunday
	allowedDays        = `mon to sun, a range "mon-fri", a list "mo,we", weekdays, weekend, daily`
)

func (s daySet) has(day time.Weekday) bool { return s&(1<<day) != 0 }

// week is the order in which people and this package list the days.
func week() [7]time.Weekday {
	return [7]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// days reads a list of days. Base is the offset of s in the string at path.
func (p *parser) days(path, s string, base int) daySet {
	var set daySet
	if len(s) > maxName {
		p.fault(path, base, s, "is too long", fmt.Sprintf("at most %d bytes of days", maxName))
		return set
	}
	for _, item := range split(s, ",") {
		from, to, ranged := cutRange(item)
		first, ok := dayGroup(from.text)
		if !ok {
			p.fault(path, base+from.offset, from.text, "is not a day", allowedFor(from.text))
			continue
		}
		if !ranged {
			set |= first
			continue
		}
		last, ok := dayGroup(to.text)
		switch {
		case !ok:
			p.fault(path, base+to.offset, to.text, "is not a day", allowedDays)
		case first.count() > 1 || last.count() > 1:
			p.fault(path, base+item.offset, item.text, "is not a range of two days", allowedDays)
		default:
			set |= between(first, last)
		}
	}
	return set
}

// allowedFor gives the words allowed instead of a word that is not a day. OpenStreetMap writes PH for public holidays.
func allowedFor(word string) string {
	if strings.EqualFold(word, "PH") {
		return "holidays: FR beside weekly, with the code of your country, which closes on its public holidays; or " + allowedDays
	}
	return allowedDays
}

// between returns the days from one to another, over the end of the week if need be.
func between(first, last daySet) daySet {
	set := first
	for day := first; day != last; set |= day {
		if day <<= 1; day > 1<<time.Saturday {
			day = 1 << time.Sunday
		}
	}
	return set
}

func (s daySet) count() int { return bits.OnesCount8(uint8(s)) }

// dayGroup reads one word: the start of a day's English name, of two letters or more, or a group.
func dayGroup(word string) (daySet, bool) {
	word = strings.ToLower(word)
	switch word {
	case "weekdays", "weekday":
		return weekdays, true
	case "weekend", "weekends":
		return weekend, true
	case "daily", "everyday":
		return weekdays | weekend, true
	}
	for _, day := range week() {
		name := strings.ToLower(day.String())
		if len(word) >= 2 && (strings.HasPrefix(name, word) || word == name+"s") {
			return 1 << day, true
		}
	}
	return 0, false
}

// shortName is the canonical name of a day: mon, tue, …
func shortName(day time.Weekday) string { return strings.ToLower(day.String()[:3]) }

// String writes the set in canonical form: runs of three days or more as ranges, Monday first.
func (s daySet) String() string {
	order := week()
	var parts []string
	for i := 0; i < len(order); i++ {
		if !s.has(order[i]) {
			continue
		}
		end := i
		for end+1 < len(order) && s.has(order[end+1]) {
			end++
		}
		if end-i < 2 {
			parts = append(parts, shortName(order[i]))
			continue
		}
		parts = append(parts, shortName(order[i])+"-"+shortName(order[end]))
		i = end
	}
	return strings.Join(parts, ",")
}

// piece is a part of a string, trimmed, with the offset at which it stood.
type piece struct {
	text   string
	offset int
}

func trimmed(s string, offset int) piece {
	text := strings.TrimLeftFunc(s, unicode.IsSpace)
	return piece{strings.TrimSpace(text), offset + len(s) - len(text)}
}

// split cuts s at a separator and trims the pieces.
func split(s, separator string) []piece {
	var pieces []piece
	offset := 0
	for part := range strings.SplitSeq(s, separator) {
		pieces = append(pieces, trimmed(part, offset))
		offset += len(part) + len(separator)
	}
	return pieces
}

// cutRange cuts "a-b" in two. People also write dashes, and "to".
func cutRange(whole piece) (from, to piece, ok bool) {
	for _, dash := range []string{"-", "–", "—", " to "} {
		if i := strings.Index(whole.text, dash); i >= 0 {
			end := i + len(dash)
			return trimmed(whole.text[:i], whole.offset), trimmed(whole.text[end:], whole.offset+end), true
		}
	}
	return whole, piece{}, false
}

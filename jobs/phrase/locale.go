package phrase

import (
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// A locale has the texts of CLDR for some languages. Patterns of the clock and of dates are CLDR's:
// h:mm a.
type locale struct {
	tag  language.Tag // the one that was asked for, of tags
	tags string       // separated by blanks

	minutes, hours       forms  // "in {0} minutes"
	today, tomorrow      string // to be joined to the clock with relative
	relative, at         string // "{1} at {0}": the clock is {0}; at is for weekdays and dates
	clock                string
	date, dateYear       string
	days, months         []string // from Sunday, from January
	loneDays, loneMonths []string // their forms outside of a date, where a pattern wants these
	periods              []string // the names of equal parts of the day, such as AM and PM; for a 12-hour clock
	digits               string   // instead of 0 to 9; empty: these
}

// forms are one text in the plural forms of a language. Forms that the language does not have are empty.
type forms [plural.Many + 1]string

// match finds the locale that fits a language best, or else the English one.
func match(name string) locale {
	m := matching()
	_, i, sure := m.matcher.Match(wanted(name)...)
	if sure == language.No { // the matcher's guess is then by the script alone: Arabic for Azeri
		i = 0
	}
	l := *m.locales[i]
	l.tag = m.tags[i]
	return l
}

// matches are the locales by their tags, English first: the matcher's answer to an unknown language.
type matches struct {
	matcher language.Matcher
	tags    []language.Tag
	locales []*locale
}

// matching is made once, since it takes some milliseconds.
var matching = sync.OnceValue(func() (m matches) {
	for i := range cldr {
		for name := range strings.FieldsSeq(cldr[i].tags) {
			m.tags = append(m.tags, language.Make(name))
			m.locales = append(m.locales, &cldr[i])
		}
	}
	m.matcher = language.NewMatcher(m.tags)
	return m
})

// in says how many units of time lie ahead.
func (l locale) in(unit forms, n int) string {
	text := unit[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
	if text == "" {
		text = unit[plural.Other]
	}
	return strings.ReplaceAll(text, "{0}", l.number(n, 1))
}

// on puts the word before a weekday that CLDR does not have. It stands for any of the seven in these languages; in others
// the bare weekday is right, or the word depends on the day.
func (l locale) on(day string) string {
	base, _ := l.tag.Base()
	switch base.String() {
	case "en":
		return "on " + day
	case "de":
		return "am " + day
	case "es":
		return "el " + day
	}
	return day
}

// join puts a day and the clock together.
func (l locale) join(pattern, day string, at time.Time) string {
	return strings.NewReplacer("{0}", l.format(l.clock, at), "{1}", day).Replace(pattern)
}

// format reads a pattern of CLDR: letters are fields, the wider the more of them there are, and text stands in quotes
// where it has letters.
func (l locale) format(pattern string, t time.Time) string {
	var b strings.Builder
	for i, part := range strings.Split(pattern, "'") {
		if i%2 == 1 {
			b.WriteString(part)
			continue
		}
		for part != "" {
			first, _ := utf8.DecodeRuneInString(part)
			rest := strings.TrimLeft(part, string(first))
			b.WriteString(l.field(part[:len(part)-len(rest)], t))
			part = rest
		}
	}
	return b.String()
}

// field is the value of a field; any other text stays as it is.
func (l locale) field(field string, t time.Time) string {
	width := len(field)
	switch field[0] {
	case 'H':
		return l.number(t.Hour(), width)
	case 'h':
		return l.number((t.Hour()+11)%12+1, width)
	case 'm':
		return l.number(t.Minute(), width)
	case 'a', 'B':
		return l.periods[t.Hour()*len(l.periods)/24]
	case 'd':
		return l.number(t.Day(), width)
	case 'y':
		return l.number(t.Year(), width)
	case 'E':
		return l.days[t.Weekday()]
	case 'c':
		return l.loneDays[t.Weekday()]
	case 'M':
		if width < 3 {
			return l.number(int(t.Month()), width)
		}
		return l.months[t.Month()-1]
	case 'L':
		return l.loneMonths[t.Month()-1]
	}
	return field
}

// number writes n in the digits of the locale, with at least so many.
func (l locale) number(n, width int) string {
	text := strconv.Itoa(n)
	text = strings.Repeat("0", max(0, width-len(text))) + text
	if l.digits == "" {
		return text
	}
	digits := []rune(l.digits)
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		return digits[r-'0']
	}, text)
}

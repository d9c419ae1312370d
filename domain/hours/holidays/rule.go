package holidays

import (
	"strconv"
	"strings"
	"time"
)

// rule is the days of a holiday, see [Holiday.Days].
type rule []term

// term is one part of a rule.
type term struct {
	anchor   anchor
	month    int // of a date
	day      int
	weekday  time.Weekday // of the anchor afterWeekday
	dates    []int        // of a series, or the one date; in order
	offset   int          // days from the anchor
	shifts   [7]shift     // by the weekday on which it falls
	length   int          // days, at least 1
	from, to int          // years; 0: no bound
	without  bool         // takes its days away
}

// anchor is the day that a term counts from.
type anchor byte

const (
	onDate anchor = iota
	onEaster
	onOrthodoxEaster
	afterWeekday
	onListed
)

// shift moves a day that falls on one weekday.
type shift struct {
	none bool
	days int
}

// readRule reads the second cell of a line. The table is our own and a test reads all of it, so that a malformed term
// is not looked for here.
func readRule(text string) rule {
	var r rule
	from, to := 0, 0
	for _, word := range strings.Fields(text) {
		if a, b, bounds := strings.Cut(word, ".."); bounds {
			from, to = atoi(a), atoi(b)
			continue
		}
		r = append(r, readTerm(word, from, to))
	}
	return r
}

func readTerm(word string, from, to int) term {
	body, length, _ := strings.Cut(word, "/")
	t := term{length: max(1, atoi(length)), from: from, to: to}
	body, t.without = strings.CutPrefix(body, "-")
	name, shifts, _ := strings.Cut(body, ",")
	t.readAnchor(name)
	t.readShifts(shifts)
	return t
}

func (t *term) readAnchor(name string) {
	switch {
	case strings.HasPrefix(name, "easter"):
		t.anchor, t.offset = onEaster, atoi(name[len("easter"):])
	case strings.HasPrefix(name, "orthodox"):
		t.anchor, t.offset = onOrthodoxEaster, atoi(name[len("orthodox"):])
	case strings.HasPrefix(name, "@"):
		series := name
		if i := strings.LastIndexAny(name, "+-"); i > 0 {
			series, t.offset = name[:i], atoi(name[i:])
		}
		t.anchor, t.dates = onListed, readSeries(series)
	case strings.Contains(name, ">="):
		day, date, _ := strings.Cut(name, ">=")
		t.anchor, t.weekday = afterWeekday, weekday(day)
		t.month, t.day = monthDay(date)
	case len(name) == len("2006-01-02"):
		month, day := monthDay(name[5:])
		t.anchor, t.dates, t.from, t.to = onListed, []int{number(atoi(name[:4]), month, day)}, 0, 0
	default:
		t.month, t.day = monthDay(name)
	}
}

func (t *term) readShifts(text string) {
	if text == "" {
		return
	}
	words := strings.Split(text, ",")
	if words[0] == "only" {
		for i := range t.shifts {
			t.shifts[i].none = true
		}
		words = words[1:]
	}
	for _, word := range words {
		day, days := weekday(word[:3]), word[3:]
		t.shifts[day] = shift{none: days == "!", days: atoi(strings.TrimSuffix(days, "!"))}
	}
}

// readSeries returns the dates of a line at the top of the table.
func readSeries(name string) []int {
	line := between(table, "\n"+name+" ", "\n")
	words := strings.Fields(line)
	dates := make([]int, len(words))
	for i, word := range words {
		month, day := monthDay(word[5:])
		dates[i] = number(atoi(word[:4]), month, day)
	}
	return dates
}

// starts returns the first days of the term whose anchor lies in a year.
func (t *term) starts(year int) []int {
	var days []int
	add := func(anchor int) {
		day := anchor + t.offset
		s := t.shifts[weekdayOf(day)]
		day += s.days
		if y := yearOf(day); !s.none && (t.from == 0 || y >= t.from) && (t.to == 0 || y <= t.to) {
			days = append(days, day)
		}
	}
	switch t.anchor {
	case onDate:
		add(number(year, t.month, t.day))
	case onEaster:
		add(easter(year))
	case onOrthodoxEaster:
		add(orthodoxEaster(year))
	case afterWeekday:
		day := number(year, t.month, t.day)
		add(day + (int(t.weekday)-int(weekdayOf(day))+7)%7)
	case onListed:
		for _, day := range t.dates {
			if yearOf(day) == year {
				add(day)
			}
		}
	}
	return days
}

const daySeconds = 24 * 60 * 60

// number counts days from 1970-01-01. The day of the month may run over its month.
func number(year, month, day int) int {
	return int(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

func dayTime(number int) time.Time { return time.Unix(int64(number)*daySeconds, 0).UTC() }

func yearOf(number int) int             { return dayTime(number).Year() }
func weekdayOf(number int) time.Weekday { return dayTime(number).Weekday() }

// weekday reads "mon".
func weekday(name string) time.Weekday {
	return time.Weekday(strings.Index("sunmontuewedthufrisat", name) / 3)
}

// monthDay reads "12-25".
func monthDay(text string) (month, day int) { return atoi(text[:2]), atoi(text[3:]) }

// atoi reads a number of the table, in which "" is 0.
func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

package hours

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Date is a day of the Gregorian calendar, without a zone. Year 0 stands for "every year" and is
// met only in yearly exceptions. The zero Date is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateRange is every date from From to To, both included. A range that ends before it begins holds
// no date.
type DateRange struct {
	From Date `json:"from,omitzero"`
	To   Date `json:"to,omitzero"`
}

// ParseDate reads a date as ISO 8601 writes it, "2026-12-24". Other orders are refused: 01/02/2026
// is a different day on each side of the Atlantic. The error is of type [Faults].
func ParseDate(s string) (Date, error) {
	var p parser
	d := p.dateText("", s, false)
	return d, p.faults.Err()
}

// String writes the date as ParseDate reads it; without a year, as "12-24".
func (d Date) String() string {
	if d.Year == 0 {
		return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the output of MarshalText.
func (d *Date) UnmarshalText(text []byte) error {
	var p parser
	read := p.dateText("", string(text), true)
	if err := p.faults.Err(); err != nil {
		return err
	}
	*d = read
	return nil
}

// DateOf returns the date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Time is the beginning of the date in UTC.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Compare orders dates: negative when d is before e, zero when they are the same.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.ordinal(), e.ordinal()))
}

// ordinal numbers the days of a year so that a date keeps its number in leap and common years. Each
// month has room for a day 32, since spans end on the day after their last.
func (d Date) ordinal() int { return int(d.Month)<<6 + d.Day }

// monthDay is the inverse of ordinal, in a year.
func monthDay(year, ordinal int) Date {
	return Date{year, time.Month(ordinal >> 6), ordinal & 63}
}

// exists reports whether the calendar has the date. Without a year, 29 February exists.
func (d Date) exists() bool {
	if d.Month < time.January || d.Month > time.December || d.Day < 1 || d.Year < 0 || d.Year > 9999 {
		return false
	}
	year := d.Year
	if year == 0 {
		year = 4 // a leap year
	}
	next := Date{year, d.Month + 1, 1}
	if d.Month == time.December {
		next = Date{year + 1, time.January, 1}
	}
	return d.Day <= next.number()-(Date{year, d.Month, 1}).number()
}

// number counts days from 1970-01-01. The day of the month may run over its month, so that
// 29 February of a common year is 1 March. The formula is Howard Hinnant's days_from_civil
// (https://howardhinnant.github.io/date_algorithms.html), which needs no table and no loop.
func (d Date) number() int {
	year, month := d.Year, int(d.Month)
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + d.Day - 1 // years begin in March, so that leap days come last
	return era*daysPerEra + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// daysPerEra is the length of 400 Gregorian years, after which the calendar repeats, weekdays
// included.
const daysPerEra = 146097

// dateOf is the inverse of number: Hinnant's civil_from_days.
func dateOf(number int) Date {
	number += 719468
	era := floorDiv(number, daysPerEra)
	dayOfEra := number - era*daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month := (5*dayOfYear + 2) / 153
	day := dayOfYear - (153*month+2)/5 + 1
	year := yearOfEra + era*400
	if month < 10 {
		month += 3
	} else {
		month -= 9
		year++
	}
	return Date{year, time.Month(month), day}
}

// weekdayOf returns the weekday of a day number; 1970-01-01 was a Thursday.
func weekdayOf(number int) time.Weekday { return time.Weekday(floorMod(number+4, 7)) }

func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int) int { return a - floorDiv(a, b)*b }

// dateText reads "2026-12-24" and, where a yearly date may stand, "12-24".
func (p *parser) dateText(path, s string, yearly bool) Date {
	allowed := `a date such as "2026-12-24"`
	if yearly {
		allowed = `a date such as "2026-12-24", or "12-24" for every year`
	}
	trimmed := strings.TrimSpace(s)
	offset := strings.Index(s, trimmed)
	digits := strings.Split(trimmed, "-")
	if yearly && len(digits) == 2 {
		digits = append([]string{"0000"}, digits...)
	}
	if len(digits) != 3 || !isDigits(digits[0], 4) || !isDigits(digits[1], 2) || !isDigits(digits[2], 2) {
		p.fault(path, offset, trimmed, "is not a date", allowed)
		return Date{}
	}
	d := Date{decimal(digits[0]), time.Month(decimal(digits[1])), decimal(digits[2])}
	if !d.exists() || d.Year == 0 && !yearly || d.Year == 0 && len(trimmed) > len("12-24") {
		p.fault(path, offset, trimmed, "is not in the calendar", allowed)
		return Date{}
	}
	return d
}

// isDigits reports whether s is exactly n ASCII digits.
func isDigits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// decimal reads a few ASCII digits, which the caller has checked to be digits.
func decimal(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

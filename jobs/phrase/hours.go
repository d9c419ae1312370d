package phrase

import (
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

const (
	closed  = "–"    // CLDR has no word for it
	allDay  = "24 h" // nor for this; the sign of the hour is the same everywhere
	through = " – "
)

// Hours writes opening hours, a line for each run of weekdays, from Monday, and for each run of special dates: "Monday – Friday: 9:00 AM
// – 5:00 PM". A dash alone stands for closed, and 24 h for a day without a closing. For the language see Back. Names of dates stay as
// they are defined.
func Hours(language string, o hours.OpenHours) string {
	l, week := match(language), o.Week
	var b strings.Builder
	for from := 0; from < 7; {
		to := from
		for to < 6 && slices.Equal(week[weekday(to+1)], week[weekday(from)]) {
			to++
		}
		name := l.alone(weekday(from))
		if to > from {
			name += through + l.alone(weekday(to))
		}
		b.WriteString(name + ": " + l.windows(week[weekday(from)]) + "\n")
		from = to + 1
	}
	for i, day := range o.Special {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString(l.format(l.dateYear, day.Dates.From.Time()))
		if day.Dates.To != day.Dates.From {
			b.WriteString(through + l.format(l.dateYear, day.Dates.To.Time()))
		}
		if day.Name != "" {
			b.WriteString(" (" + day.Name + ")")
		}
		b.WriteString(": " + l.windows(day.Windows) + "\n")
	}
	return b.String()
}

// weekday counts from Monday.
func weekday(n int) time.Weekday { return time.Weekday((n + 1) % 7) }

// alone is a weekday that stands for itself.
func (l locale) alone(day time.Weekday) string {
	if l.loneDays != nil {
		return l.loneDays[day]
	}
	return l.days[day]
}

func (l locale) windows(windows []hours.Window) string {
	const day = 24 * 60
	var all []string
	for _, w := range windows {
		if w.Opens == 0 && w.Closes == day {
			return allDay
		}
		at := func(minute int) string {
			return l.format(l.clock, time.Date(2000, 1, 1, 0, minute%day, 0, 0, time.UTC))
		}
		all = append(all, at(w.Opens)+through+at(w.Closes))
	}
	if len(all) == 0 {
		return closed
	}
	return strings.Join(all, ", ")
}

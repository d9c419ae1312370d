package chatwoot

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Span is a time for which a shop is open, without its end.
type Span struct{ From, To time.Time }

// Row is the hours of one weekday of an inbox. Both flags are always said: a row that is closed all day is refused while it is open all
// day, too.
type Row struct {
	Day         int  `json:"day_of_week"` // 0 is Sunday
	Closed      bool `json:"closed_all_day"`
	Open        bool `json:"open_all_day"`
	OpenHour    int  `json:"open_hour"`
	OpenMinute  int  `json:"open_minutes"`
	CloseHour   int  `json:"close_hour"`
	CloseMinute int  `json:"close_minutes"`
}

// Week is the nearest to the open times of seven days, from the day of an instant on, that Chatwoot can show: one window a day, and none
// over midnight. differences tells each day on which that is not the same.
//
// Chatwoot asks the row of today alone whether it is open now. So that row has the window that is open, or else the next one of today, or
// the last one: written again at every boundary, it is right at every minute. The rows of other days are for those who read when it opens
// again: they are from the first opening to the last closing, and leave out the end of a night that began the day before where they can.
func Week(open []Span, zone *time.Location, at time.Time) (rows []Row, differences []string) {
	today := at.In(zone)
	for i := range 7 {
		day := dayOf(today, i)
		windows := within(open, day)
		row := Row{Day: int(day.From.Weekday()), Closed: true}
		if len(windows) > 0 {
			w := hull(windows, day)
			if i == 0 {
				w = current(windows, at)
			}
			row = rowOf(w, day)
		}
		rows = append(rows, row)
		if said := differenceOf(row, windows, day, i == 0); said != "" {
			differences = append(differences, day.From.Weekday().String()+": "+said)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return a.Day - b.Day })
	return rows, differences
}

// dayOf is the local day so many days after that of an instant, which is in its zone.
func dayOf(t time.Time, days int) Span {
	midnight := func(n int) time.Time { return time.Date(t.Year(), t.Month(), t.Day()+n, 0, 0, 0, 0, t.Location()) }
	return Span{midnight(days), midnight(days + 1)}
}

// within are the open times on a day, in their order.
func within(open []Span, day Span) (windows []Span) {
	for _, s := range open {
		from, to := s.From.In(day.From.Location()), s.To.In(day.From.Location())
		if from.Before(day.From) {
			from = day.From
		}
		if to.After(day.To) {
			to = day.To
		}
		if from.Before(to) {
			windows = append(windows, Span{from, to})
		}
	}
	slices.SortFunc(windows, func(a, b Span) int { return a.From.Compare(b.From) })
	return windows
}

// current is the window of today that is open, or else the next, or else the last.
func current(windows []Span, at time.Time) Span {
	for _, w := range windows {
		if at.Before(w.To) {
			return w
		}
	}
	return windows[len(windows)-1]
}

// hull is the time from the first opening of a day to its last closing. A window that was open at midnight counts where it is the only one.
func hull(windows []Span, day Span) Span {
	if len(windows) > 1 && windows[0].From.Equal(day.From) {
		windows = windows[1:]
	}
	return Span{windows[0].From, windows[len(windows)-1].To}
}

// rowOf is a window of a day. Chatwoot knows no 24:00: a window up to midnight ends a minute earlier. A window that ends no
// later than it begins, by a clock that goes back, cannot be said.
func rowOf(w, day Span) Row {
	row := Row{Day: int(day.From.Weekday())}
	if w.From.Equal(day.From) && w.To.Equal(day.To) {
		row.Open = true
		return row
	}
	end := w.To
	if end.Equal(day.To) {
		end = end.Add(-time.Minute)
	}
	row.OpenHour, row.OpenMinute = w.From.Hour(), w.From.Minute()
	row.CloseHour, row.CloseMinute = end.Hour(), end.Minute()
	if row.CloseHour*60+row.CloseMinute <= row.OpenHour*60+row.OpenMinute {
		return Row{Day: row.Day, Closed: true}
	}
	return row
}

// differenceOf says in English how a row is not the open times of its day; empty where it is.
func differenceOf(row Row, windows []Span, day Span, today bool) string {
	switch n := len(windows); {
	case n == 0 || n == 1 && row.Open:
		return ""
	case row.Closed:
		return "it shows no hours, since they cannot be said by its clock"
	case n > 1 && today:
		return fmt.Sprintf("it shows %s of %s, and the others in turn", row.span(), list(windows, day))
	case n > 1:
		return fmt.Sprintf("until that day it shows %s of %s", row.span(), list(windows, day))
	case windows[0].To.Equal(day.To):
		return "it shows 23:59 as the end, and not midnight"
	}
	return ""
}

func (r Row) span() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", r.OpenHour, r.OpenMinute, r.CloseHour, r.CloseMinute)
}

// mostListed is how many windows of a day a sentence lists.
const mostListed = 3

func list(windows []Span, day Span) (text string) {
	for i, w := range windows {
		if i == mostListed && len(windows) > mostListed+1 {
			return fmt.Sprintf("%s and %d more", text, len(windows)-mostListed)
		}
		if i > 0 {
			text += ", "
		}
		end := w.To.Format("15:04")
		if w.To.Equal(day.To) {
			end = "24:00"
		}
		text += w.From.Format("15:04") + "-" + end
	}
	return text
}

var errOtherHours = errors.New("it keeps other hours than it was given, and says so nowhere")

// same tells whether two rows mean the same: a day that is open or closed as a whole keeps the times that it had.
func (r Row) same(o Row) bool {
	if r.Open && o.Open || r.Closed && o.Closed {
		return r.Day == o.Day && r.Open == o.Open && r.Closed == o.Closed
	}
	return r == o
}

package foreign

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// readGoogle reads the regularHours and specialHours of Google Business Profile, the opening hours of Google Maps, or the
// bare periods of either.
func readGoogle(d *draft, tree any) (key string, ok bool) {
	for _, name := range []string{"regularHours", "regularOpeningHours", "opening_hours", "currentOpeningHours"} {
		if inner := field(tree, name); field(inner, "periods") != nil {
			d.periods(field(inner, "periods"))
			d.specialPeriods(field(field(tree, "specialHours"), "specialHourPeriods"))
			return name, true
		}
	}
	list, _ := field(tree, "periods").([]any)
	if len(list) == 0 || field(list[0], "openDay") == nil && field(list[0], "open") == nil {
		return "", false
	}
	d.periods(list)
	return "periods", true
}

func (d *draft) periods(list any) {
	for _, item := range items(list) {
		if d.mapsPeriod(item) {
			continue
		}
		openDay, openOK := weekday(text(field(item, "openDay")))
		closeDay, closeOK := weekday(text(field(item, "closeDay")))
		if field(item, "closeDay") == nil {
			closeDay, closeOK = openDay, true
		}
		opens, opensOK := clockOr(field(item, "openTime"), 0)
		closes, closesOK := clockOr(field(item, "closeTime"), minutesPerDay)
		if !openOK || !closeOK || !opensOK || !closesOK {
			d.leave(fmt.Sprint(field(item, "openDay")), "a period whose days or times cannot be read")
			continue
		}
		d.stretch(int(openDay)*minutesPerDay+opens, int(closeDay)*minutesPerDay+closes)
	}
}

// clockOr reads a time, which may be left out.
func clockOr(tree any, absent int) (minutes int, ok bool) {
	if tree == nil {
		return absent, true
	}
	return clock(tree)
}

// mapsPeriod reads a period of Google Maps: {open: {day: 1, time: "0900"}, close: {day: 1, time: "1700"}}, or with hour and
// minute. A single one without an end is always open.
func (d *draft) mapsPeriod(item any) bool {
	open := field(item, "open")
	if open == nil {
		return false
	}
	from, ok := mapsMinute(open)
	if closed := field(item, "close"); closed != nil && ok {
		to, ok := mapsMinute(closed)
		if ok {
			d.stretch(from, to)
			return true
		}
	} else if ok {
		d.stretch(0, 7*minutesPerDay)
		return true
	}
	d.leave("periods", "of which one cannot be read")
	return true
}

func mapsMinute(tree any) (minute int, ok bool) {
	day, dayOK := number(field(tree, "day"))
	at, ok := clock(field(tree, "time"))
	if field(tree, "time") == nil {
		at, ok = clock(map[string]any{"hours": field(tree, "hour"), "minutes": field(tree, "minute")})
	}
	return day*minutesPerDay + at, dayOK && day <= 6 && ok
}

func (d *draft) specialPeriods(list any) {
	for _, item := range items(list) {
		from := googleDate(field(item, "startDate"))
		to := googleDate(field(item, "endDate"))
		if to == "" {
			to = from
		}
		var windows []hours.Window
		if !yes(field(item, "closed")) && !yes(field(item, "isClosed")) {
			opens, opensOK := clockOr(field(item, "openTime"), 0)
			closes, closesOK := clockOr(field(item, "closeTime"), minutesPerDay)
			if !opensOK || !closesOK || opens == minutesPerDay {
				d.leave(from, "a special hour whose times cannot be read")
				continue
			}
			if closes <= opens {
				closes, to = closes+minutesPerDay, from // it ends on the next day
			}
			windows = []hours.Window{lastMinute(hours.Window{Opens: opens, Closes: closes})}
		}
		d.except(map[string]any{"from": from, "to": to}, windows, "")
	}
}

func googleDate(tree any) string {
	if s := text(tree); s != "" || tree == nil {
		return s
	}
	year, _ := number(field(tree, "year"))
	month, _ := number(field(tree, "month"))
	day, _ := number(field(tree, "day"))
	return hours.Date{Year: year, Month: time.Month(month), Day: day}.String()
}

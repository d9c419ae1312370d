package foreign

import (
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
)

// readSchemaOrg reads openingHours ("Mo-Fr 09:00-17:00", one or a list) and openingHoursSpecification, also within the
// JSON-LD of a page.
func readSchemaOrg(d *draft, tree any) (key string, ok bool) {
	for _, name := range []string{"openingHours", "openingHoursSpecification", "specialOpeningHoursSpecification"} {
		for _, item := range items(field(tree, name)) {
			if key == "" {
				key = name
			}
			if _, isText := item.(string); isText {
				d.text(text(item))
				continue
			}
			d.specification(item)
		}
	}
	return key, key != ""
}

// text adds one of the texts. It is written as in OpenStreetMap, but takes nothing away from the others.
func (d *draft) text(written string) {
	var alone draft
	alone.osm(written)
	for day, windows := range alone.weekly {
		d.weekly[day] = append(d.weekly[day], windows...)
	}
	d.left = append(d.left, alone.left[:min(len(alone.left), mostLeft-len(d.left))]...)
}

func (d *draft) specification(item any) {
	opens, opensOK := clock(field(item, "opens"))
	closes, closesOK := clock(field(item, "closes"))
	closed := field(item, "opens") == nil && field(item, "closes") == nil || opens == 0 && closes == 0
	if !closed && (!opensOK || !closesOK || opens == minutesPerDay) {
		d.leave(text(field(item, "opens"))+"-"+text(field(item, "closes")), "which are no times such as 09:00")
		return
	}
	w := hours.Window{Opens: opens, Closes: closes}
	if field(item, "validFrom") != nil || field(item, "validThrough") != nil {
		d.valid(item, w, closed)
		return
	}
	for _, day := range items(field(item, "dayOfWeek")) {
		name := text(day)
		name = name[strings.LastIndexByte(name, '/')+1:]
		switch weekday, ok := weekday(name); {
		case name == "PublicHolidays":
			d.leave(name, holidaysInstead)
		case !ok:
			d.leave(name, "which is not a day")
		case !closed:
			d.open(weekday, w)
		}
	}
}

// valid reads hours of some dates.
func (d *draft) valid(item any, w hours.Window, closed bool) {
	from, to := dateOf(field(item, "validFrom")), dateOf(field(item, "validThrough"))
	switch {
	case field(item, "dayOfWeek") != nil:
		d.leave(from+" to "+to, "since a week that holds for some dates only needs an exception for each of its days")
	case closed:
		d.except(map[string]any{"from": from, "to": to}, nil, "")
	default:
		if w.Closes <= w.Opens {
			w.Closes += minutesPerDay
		}
		d.except(map[string]any{"from": from, "to": to}, []hours.Window{lastMinute(w)}, "")
	}
}

// dateOf is the date of a date or a date-time.
func dateOf(tree any) string {
	date, _, _ := strings.Cut(text(tree), "T")
	return date
}

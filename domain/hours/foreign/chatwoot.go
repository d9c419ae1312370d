package foreign

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// readChatwoot reads the working_hours of an inbox, or the bare list. Days count from Sunday.
func readChatwoot(d *draft, tree any) (key string, ok bool) {
	list, key := tree, ""
	if m, isMap := tree.(map[string]any); isMap {
		list, key = m["working_hours"], "working_hours"
		d.zone = text(m["timezone"])
	}
	days, _ := list.([]any)
	if len(days) == 0 || field(days[0], "day_of_week") == nil {
		return "", false
	}
	for _, item := range items(list) {
		day, ok := number(field(item, "day_of_week"))
		if !ok || day > 6 {
			d.leave("day_of_week", "which is not 0 to 6")
			continue
		}
		d.chatwootDay(time.Weekday(day), item)
	}
	return key, true
}

func (d *draft) chatwootDay(day time.Weekday, item any) {
	if yes(field(item, "closed_all_day")) {
		return
	}
	if yes(field(item, "open_all_day")) {
		d.open(day, hours.Window{Closes: minutesPerDay})
		return
	}
	var times [4]int
	for i, name := range []string{"open_hour", "open_minutes", "close_hour", "close_minutes"} {
		n, ok := number(field(item, name))
		if !ok && field(item, name) != nil || n > 60 {
			d.leave(day.String(), "since its "+name+" is no number of a clock")
			return
		}
		times[i] = n
	}
	opens, closes := times[0]*60+times[1], times[2]*60+times[3]
	if opens >= minutesPerDay || closes > minutesPerDay {
		d.leave(day.String(), "since it is not within 00:00 to 24:00")
		return
	}
	d.open(day, hours.Window{Opens: opens, Closes: closes})
}

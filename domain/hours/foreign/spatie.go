package foreign

import (
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
)

// readSpatie reads days at the top, each with a list of windows, and exceptions by date.
func readSpatie(d *draft, tree any) (key string, ok bool) {
	m, _ := tree.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		switch _, err := hours.ParseDays(name); {
		case err == nil && key == "":
			key = name
		case err != nil && !slices.Contains([]string{"exceptions", "timezone", "time_zone", "holidays", "overflow", "filters", "data", "dateTimeClass"}, name):
			return "", false
		}
	}
	if key == "" {
		return "", false
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if days, err := hours.ParseDays(name); err == nil {
			windows, _, ok := d.ranges(name, m[name])
			for _, day := range days {
				if ok {
					d.weekly[day] = append(d.weekly[day], windows...)
				}
			}
		}
	}
	d.zone = text(m["timezone"])
	if m["filters"] != nil {
		d.leave("filters", "which are code")
	}
	d.spatieExceptions(m["exceptions"])
	return key, true
}

// ranges reads ["09:00-12:00"], or {hours: [...], data: "a name"}, also within the list.
func (d *draft) ranges(name string, tree any) (windows []hours.Window, data string, ok bool) {
	if m, isMap := tree.(map[string]any); isMap {
		tree, data = m["hours"], text(m["data"])
	}
	var texts []any
	for _, item := range items(tree) {
		if inner := text(field(item, "hours")); inner != "" {
			item = inner
		}
		if _, isText := item.(string); isText {
			texts = append(texts, item)
		}
	}
	windows, err := hours.ParseWindows(texts)
	if err != nil {
		d.leave(name, "since "+err.Error())
		return nil, "", false
	}
	return windows, data, true
}

func (d *draft) spatieExceptions(tree any) {
	m, _ := tree.(map[string]any)
	for _, dates := range slices.Sorted(maps.Keys(m)) {
		windows, data, ok := d.ranges(dates, m[dates])
		if !ok {
			continue
		}
		from, to, ranged := strings.Cut(dates, " to ")
		if !ranged {
			to = from
		}
		given := map[string]any{"from": strings.TrimSpace(from), "to": strings.TrimSpace(to)}
		if len(strings.TrimSpace(from)) == len("12-25") {
			given["yearly"] = true
		}
		d.except(given, windows, data)
	}
}

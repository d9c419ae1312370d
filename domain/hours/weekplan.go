package hours

import (
	"fmt"
	"slices"
)

// weekPlan is a week while it is read. Several keys may give hours to one day, as mon-fri and wed do.
type weekPlan [7][]dayHours

// dayHours is the hours that one key gives to a day.
type dayHours struct {
	key     string
	windows []Window // none: the key says that the day is closed
}

// add takes the hours of a key. It faults those that contradict the hours of another key.
func (w *weekPlan) add(p *parser, path string, key piece, days daySet, windows []Window) {
	for _, day := range week() {
		if !days.has(day) {
			continue
		}
		for _, other := range w[day] {
			if problem, allowed := other.contradicted(windows, day.String()); problem != "" {
				p.fault(path, key.offset, key.text, problem, allowed)
				return
			}
		}
		w[day] = append(w[day], dayHours{key.text, windows})
	}
}

// contradicted says why windows cannot be added to those of the key; empty: they can.
func (d dayHours) contradicted(windows []Window, day string) (problem, allowed string) {
	switch {
	case len(windows) == 0 && len(d.windows) > 0:
		return fmt.Sprintf("is closed, and %q is open on %s", d.key, day), fmt.Sprintf("hours or closed for %s, or days in %q without it", day, d.key)
	case len(windows) > 0 && len(d.windows) == 0:
		return fmt.Sprintf("is open, and %q is closed on %s", d.key, day), fmt.Sprintf("hours or closed for %s, or days in %q without it", day, d.key)
	}
	for _, a := range windows {
		for _, b := range d.windows {
			if a.Opens < b.Closes && b.Opens < a.Closes {
				return fmt.Sprintf("covers %s, as %q does, and %s overlaps %s", day, d.key, a, b), "windows of one day that do not overlap, or each day once"
			}
		}
	}
	return "", ""
}

// windows joins the hours of each day. It faults a day that has too many of them.
func (w *weekPlan) windows(p *parser, path string) (all [7][]Window) {
	for day, given := range w {
		var windows []Window
		for _, d := range given {
			windows = slices.Concat(windows, d.windows)
		}
		if len(windows) > maxWindows {
			p.fault(path, 0, fmt.Sprintf("%d windows", len(windows)), "are too many", fmt.Sprintf("at most %d windows a day", maxWindows))
			continue
		}
		all[day] = normal(windows)
	}
	return all
}

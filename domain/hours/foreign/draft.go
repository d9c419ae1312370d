package foreign

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
)

const (
	minutesPerDay = 24 * 60
	mostItems     = 1000 // of a list; no form has more
	mostLeft      = 20   // notes about parts that were left out
)

// draft is a schedule while it is put together.
type draft struct {
	zone       string
	weekly     [7][]hours.Window
	holidays   any   // a tree that hours.Parse takes; nil: none
	exceptions []any // trees that hours.Parse takes
	left       []string
	shown      string // the whole text, where it is one
	osmOnly    bool   // it has a rule as only OpenStreetMap has them
}

// leave notes a part that is left out, and why.
func (d *draft) leave(part, why string) {
	note := table.First(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strconv.Quote(table.First(part, 80))+", "+why), 300)
	if len(d.left) < mostLeft && !slices.Contains(d.left, note) {
		d.left = append(d.left, note)
	}
}

// open adds a window that opens on a day. One that ends where it begins, or before, ends on the next day. A closing at
// 23:59 is the end of the day, in products that cannot say 24:00.
func (d *draft) open(day time.Weekday, w hours.Window) {
	if w.Closes <= w.Opens {
		w.Closes += minutesPerDay
	}
	d.weekly[day] = append(d.weekly[day], lastMinute(w))
}

func lastMinute(w hours.Window) hours.Window {
	if w.Closes == minutesPerDay-1 {
		w.Closes++
	}
	return w
}

// stretch adds the open time between two minutes of a week that begins on Sunday. A stretch of more than a day is cut at
// midnight.
func (d *draft) stretch(from, to int) {
	const week = 7 * minutesPerDay
	if to <= from {
		to += week
	}
	for to = min(to, from+week); from < to; {
		day, opens := from/minutesPerDay%7, from%minutesPerDay
		length := to - from
		if length > minutesPerDay {
			length = minutesPerDay - opens
		}
		d.weekly[day] = append(d.weekly[day], lastMinute(hours.Window{Opens: opens, Closes: opens + length}))
		from += length
	}
}

// except adds an exception. No windows: it is closed.
func (d *draft) except(dates map[string]any, windows []hours.Window, name string) {
	if len(windows) == 0 {
		dates["closed"] = true
	} else {
		dates["hours"] = textsOf(windows)
	}
	if name != "" {
		dates["name"] = name
	}
	if len(d.exceptions) < mostItems {
		d.exceptions = append(d.exceptions, dates)
	}
}

// spec gives the schedule. Parts that hours refuses are left out; it is nil when the week itself is refused.
func (d *draft) spec() *hours.Spec {
	tree := map[string]any{"weekly": d.week()}
	if d.zone != "" {
		if _, err := hours.Parse(map[string]any{"weekly": "closed", "time_zone": d.zone}); err != nil {
			d.leave(d.zone, "which "+strings.TrimPrefix(strings.TrimPrefix(err.Error(), "/time_zone: "), strconv.Quote(d.zone)+" "))
		} else {
			tree["time_zone"] = d.zone
		}
	}
	if len(d.exceptions) > 0 {
		d.add(tree, "exceptions", d.exceptions)
	}
	if d.holidays != nil {
		d.add(tree, "holidays", d.holidays)
	}
	spec, err := compiled(tree)
	if err != nil {
		d.leave("weekly", "since "+err.Error())
	}
	return spec
}

// add adds a part that hours takes.
func (d *draft) add(tree map[string]any, key string, part any) {
	if _, err := compiled(map[string]any{"weekly": "closed", key: part}); err != nil {
		d.leave(key, "since "+err.Error())
		return
	}
	tree[key] = part
}

// keep takes over the keys of Deskbell that stand beside those of the other form.
func (d *draft) keep(tree any) {
	if zone := text(field(tree, "time_zone")); d.zone == "" {
		d.zone = zone
	}
	if list, isList := field(tree, "exceptions").([]any); isList && len(d.exceptions) == 0 {
		d.exceptions = list
	}
	switch holidays := field(tree, "holidays").(type) {
	case string, map[string]any:
		d.holidays = holidays
	}
}

func compiled(tree any) (*hours.Spec, error) {
	spec, err := hours.Parse(tree)
	if err == nil {
		_, err = spec.Compile(nil)
	}
	if err != nil {
		return nil, err
	}
	return spec, nil
}

// week is the weekly table, with windows of a day that overlap made one.
func (d *draft) week() map[string]any {
	table := make(map[string]any)
	for day, windows := range d.weekly {
		slices.SortFunc(windows, func(a, b hours.Window) int { return cmp.Or(a.Opens-b.Opens, a.Closes-b.Closes) })
		var joined []hours.Window
		for _, w := range windows {
			last := len(joined) - 1
			if last >= 0 && w.Opens <= joined[last].Closes {
				joined[last].Closes = min(max(joined[last].Closes, w.Closes), joined[last].Opens+minutesPerDay)
				continue
			}
			joined = append(joined, w)
		}
		table[strings.ToLower(time.Weekday(day).String())] = textsOf(joined)
	}
	return table
}

func textsOf(windows []hours.Window) []any {
	texts := make([]any, len(windows))
	for i, w := range windows {
		texts[i] = w.String()
	}
	return texts
}

// items is a list, or a single value as a list of one.
func items(tree any) []any {
	switch v := tree.(type) {
	case nil:
		return nil
	case []any:
		return v[:min(len(v), mostItems)]
	}
	return []any{tree}
}

func field(tree any, key string) any {
	m, _ := tree.(map[string]any)
	return m[key]
}

func text(tree any) string {
	s, _ := tree.(string)
	return s
}

func yes(tree any) bool {
	b, _ := tree.(bool)
	return b
}

// number reads a whole number; false: it is none.
func number(tree any) (int, bool) {
	switch tree.(type) {
	case json.Number, int, int64, uint64, float64:
		n, err := strconv.Atoi(fmt.Sprint(tree))
		return n, err == nil && n >= 0 && n <= 1_000_000
	}
	return 0, false
}

// clock reads a time of day in minutes: "09:00", "09:00:00", "0900", or {hours: 9, minutes: 0}, where zeros may be left out.
func clock(tree any) (minutes int, ok bool) {
	if m, isMap := tree.(map[string]any); isMap {
		h, _ := number(m["hours"])
		minute, _ := number(m["minutes"])
		return h*60 + minute, h*60+minute <= minutesPerDay
	}
	written := text(tree)
	if len(written) == len("0900") && strings.Trim(written, "0123456789") == "" {
		written = written[:2] + ":" + written[2:]
	}
	parts := strings.Split(written, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	h, hErr := strconv.ParseUint(parts[0], 10, 8)
	m, mErr := strconv.ParseUint(parts[1], 10, 8)
	minutes = int(h*60 + m)
	return minutes, hErr == nil && mErr == nil && m < 60 && minutes <= minutesPerDay
}

// weekday reads the English name of a day, whole or in two letters or more, in any case.
func weekday(name string) (time.Weekday, bool) {
	days, err := hours.ParseDays(name)
	if err != nil || len(days) != 1 {
		return 0, false
	}
	return days[0], true
}

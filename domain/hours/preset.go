package hours

import (
	"fmt"
	"strings"
)

const (
	allowedWindows = `windows such as "09:00-12:00, 13:00-18:00", "9am-5:30pm" or "22:00-02:00", or "closed"`
	allowedTimes   = `whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`
	allowedPresets = `"24/7", "closed", "mon-fri 9-17" or "weekdays 9-17; sat 10-14"`
)

// preset reads a week in one string: rules of days and windows, one after the other.
func (p *parser) preset(path, text string) (windows [7][]Window) {
	switch {
	case strings.TrimSpace(text) == "24/7":
		for day := range windows {
			windows[day] = []Window{wholeDay()}
		}
		return windows
	case isClosed(text):
		return windows
	case isCalendar(text):
		p.fault(path, 0, calendarShown(text), "is a calendar, which closes a schedule and is none", calendarInstead)
		return windows
	case len(text) > maxText:
		p.fault(path, 0, text, "is too long", fmt.Sprintf("at most %d bytes", maxText))
		return windows
	}
	var plan weekPlan
	for _, part := range split(text, ";") {
		p.presetRule(&plan, path, part)
	}
	return plan.windows(p, path)
}

// presetRule reads "mon-fri 9-12, 13-18" or "sun closed".
func (p *parser) presetRule(plan *weekPlan, path string, part piece) {
	i := strings.IndexAny(part.text, "0123456789")
	if space := strings.LastIndexByte(part.text, ' '); isClosed(part.text[space+1:]) {
		i = space
	}
	if i <= 0 {
		p.fault(path, part.offset, part.text, "is not a schedule", allowedPresets)
		return
	}
	sound := len(p.faults)
	names, times := trimmed(part.text[:i], part.offset), trimmed(part.text[i:], part.offset+i)
	days := p.days(path, names.text, names.offset)
	if hours := p.windowsText(path, times); len(p.faults) == sound {
		plan.add(p, path, names, days, hours)
	}
}

// isClosed tells the words for a day without hours.
func isClosed(text string) bool {
	word := strings.ToLower(strings.TrimSpace(text))
	return word == "closed" || word == "off"
}

// windows reads the windows of one date from a string or a list of strings.
func (p *parser) windows(path string, tree any) []Window {
	switch v := tree.(type) {
	case string:
		return p.windowsText(path, piece{text: v})
	case []any:
		if len(v) <= maxWindows {
			return p.windowList(path, v)
		}
	}
	p.fault(path, 0, show(tree), "is not a list of windows", fmt.Sprintf("%s, or a list of at most %d", allowedWindows, maxWindows))
	return nil
}

// found is a window and where it stood.
type found struct {
	Window
	path string
	at   piece
}

func (p *parser) windowsText(path string, text piece) []Window {
	if isClosed(text.text) {
		return nil
	}
	return p.disjoint(p.found(path, text))
}

func (p *parser) windowList(path string, list []any) []Window {
	var all []found
	for i, item := range list {
		entry := fmt.Sprintf("%s/%d", path, i)
		if text, ok := item.(string); ok {
			all = append(all, p.found(entry, piece{text: text})...)
			continue
		}
		p.fault(entry, 0, show(item), "is not a window", allowedWindows)
	}
	return p.disjoint(all)
}

// found reads "09:00-12:00, 13:00-18:00".
func (p *parser) found(path string, text piece) []found {
	if len(text.text) > maxText {
		p.fault(path, text.offset, text.text, "is too long", fmt.Sprintf("at most %d bytes", maxText))
		return nil
	}
	var all []found
	for _, item := range split(text.text, ",") {
		item.offset += text.offset
		if w, ok := p.window(path, item); ok {
			all = append(all, found{w, path, item})
		}
	}
	return all
}

// disjoint faults windows that overlap and joins those that touch.
func (p *parser) disjoint(all []found) []Window {
	if len(all) > maxWindows {
		p.fault(all[0].path, all[0].at.offset, fmt.Sprintf("%d windows", len(all)), "are too many", fmt.Sprintf("at most %d windows a day", maxWindows))
		return nil
	}
	var windows []Window
	for i, w := range all {
		for _, earlier := range all[:i] {
			if w.Opens < earlier.Closes && earlier.Opens < w.Closes {
				p.fault(w.path, w.at.offset, w.at.text, "overlaps "+earlier.String(), "windows of one day that do not overlap")
				break
			}
		}
		windows = append(windows, w.Window)
	}
	return normal(windows)
}

// window reads "9-17".
func (p *parser) window(path string, text piece) (Window, bool) {
	from, to, ok := cutRange(text)
	if !ok {
		p.fault(path, text.offset, text.text, "is not a window", allowedWindows)
		return Window{}, false
	}
	opens, startHalf, startOK := p.time(path, from)
	closes, endHalf, endOK := p.time(path, to)
	switch {
	case !startOK || !endOK:
		return Window{}, false
	case startHalf != endHalf:
		p.fault(path, text.offset, text.text, "says am or pm only once", `both times with am or pm, or neither`)
		return Window{}, false
	case opens == minutesPerDay:
		p.fault(path, from.offset, from.text, "cannot open a window", "00:00 to 23:59")
		return Window{}, false
	case closes <= opens:
		closes += minutesPerDay // it runs into the next day
	}
	w := Window{opens, closes}
	p.doubt(path, text, w, startHalf)
	return w, true
}

// time reads "9", "09:00", "9h30", "9.30" or "5:30pm" in minutes; half says that am or pm was given.
func (p *parser) time(path string, text piece) (minutes int, half, ok bool) {
	clock := strings.ToLower(text.text)
	noon := 0
	for _, suffix := range []string{"am", "a.m.", "pm", "p.m."} {
		if rest, found := strings.CutSuffix(clock, suffix); found {
			clock, half = strings.TrimSpace(rest), true
			if suffix[0] == 'p' {
				noon = 12
			}
		}
	}
	hour, minute := clock, "00"
	if i := strings.IndexAny(clock, ":h."); i >= 0 {
		hour, minute = clock[:i], clock[i+1:]
		if minute == "" && clock[i] == 'h' {
			minute = "00" // 9h
		}
	}
	if !isDigits(hour, 1) && !isDigits(hour, 2) || !isDigits(minute, 2) {
		p.fault(path, text.offset, text.text, "is not a time", allowedTimes)
		return 0, half, false
	}
	h, m := decimal(hour), decimal(minute)
	if half && (h < 1 || h > 12) || h > 24 || m > 59 || h == 24 && m > 0 {
		p.fault(path, text.offset, text.text, "is not a time of day", allowedTimes)
		return 0, half, false
	}
	if half {
		h = h%12 + noon
	}
	return h*60 + m, half, true
}

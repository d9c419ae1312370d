package foreign

import (
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/hours"
)

const holidaysInstead = "for which holidays: FR is written, with the code of your country: it closes on them"

// readOSM reads an opening_hours string, bare or under its key.
func readOSM(d *draft, tree any) (key string, ok bool) {
	if value := text(field(tree, "opening_hours")); value != "" {
		d.osm(value)
		return "opening_hours", true
	}
	value := text(tree)
	if !inWordsOfOSM(value) {
		return "", false
	}
	d.osm(value)
	d.shown = value
	return "", d.osmOnly
}

// inWordsOfOSM tells whether each rule of a text begins with a word that OpenStreetMap has, or with a time.
func inWordsOfOSM(value string) bool {
	const words = " Mo Tu We Th Fr Sa Su PH SH Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec week easter sunrise sunset dawn dusk off  "
	for rule := range strings.SplitSeq(value, ";") {
		rule = strings.TrimSpace(rule)
		end := strings.IndexFunc(rule, func(r rune) bool { return !unicode.IsLetter(r) })
		if end < 0 {
			end = len(rule)
		}
		if !strings.Contains(words, " "+rule[:end]+" ") {
			return false
		}
	}
	return true
}

// osm adds the rules of an opening_hours string. Behind a semicolon, a rule replaces the hours of its days; behind a comma,
// it adds to them.
func (d *draft) osm(value string) {
	const most = 4000
	if len(value) > most {
		d.leave(value, "which is too long")
		return
	}
	for rule := range strings.SplitSeq(value, ";") {
		parts := additions(rule)
		d.osmOnly = d.osmOnly || len(parts) > 1
		for i, part := range parts {
			if part = strings.TrimSpace(part); part != "" {
				d.osmRule(part, i == 0)
			}
		}
	}
}

// additions cuts a rule where a comma stands between a time and a day: "Mo-Fr 09:00-12:00, We 14:00-18:00".
func additions(rule string) []string {
	var parts []string
	begin := 0
	for i := range len(rule) {
		if rule[i] == ',' && endsInDigit(strings.TrimRight(rule[:i], " ")) && beginsWithLetter(strings.TrimLeft(rule[i+1:], " ")) {
			parts, begin = append(parts, rule[begin:i]), i+1
		}
	}
	return append(parts, rule[begin:])
}

func endsInDigit(s string) bool { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }

func beginsWithLetter(s string) bool { return s != "" && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' }

func (d *draft) osmRule(rule string, replaces bool) {
	selector, times := rule, ""
	if i := strings.IndexAny(rule, "0123456789"); i >= 0 {
		selector, times = rule[:i], strings.TrimSpace(rule[i:])
	}
	off := false
	for _, word := range []string{"off", "closed"} {
		for _, part := range []*string{&selector, &times} {
			if rest, found := strings.CutSuffix(strings.TrimSpace(*part), word); found {
				*part, off = strings.TrimSpace(rest), true
			}
		}
	}
	times = strings.TrimSpace(strings.TrimSuffix(times, "open"))
	windows, problem := osmTimes(times)
	days, held := osmDays(strings.TrimSuffix(strings.TrimSpace(selector), ":"))
	switch {
	case held == "" && off && times != "":
		problem = "since it closes for a part of a day"
	case held == "PH" || held == "SH":
		problem = holidaysInstead
		if held == "SH" {
			problem = "for which dates of school holidays are written under exceptions"
		}
	case held != "":
		problem = "which names no days of the week"
	}
	d.osmOnly = d.osmOnly || held != "" || strings.ContainsAny(times, `+["|`)
	if problem != "" {
		d.leave(rule, problem)
		if len(days) == 0 {
			return
		}
	}
	for _, day := range days {
		if replaces {
			d.osmOnly = d.osmOnly || len(d.weekly[day]) > 0
			d.weekly[day] = nil
		}
		if !off {
			d.weekly[day] = append(d.weekly[day], windows...)
		}
	}
}

// osmTimes reads the times of a rule; none are the whole day.
func osmTimes(times string) (windows []hours.Window, problem string) {
	if times == "" || times == "24/7" {
		return []hours.Window{{Closes: minutesPerDay}}, ""
	}
	windows, err := hours.ParseWindows(times)
	if err != nil {
		return nil, "whose times are no windows of a day"
	}
	for i, w := range windows {
		windows[i] = lastMinute(w)
	}
	return windows, ""
}

// osmDays reads the days of a rule; no days are all of them. held is a part that is no day of the week.
func osmDays(selector string) (days []time.Weekday, held string) {
	if strings.TrimSpace(selector) == "" {
		selector = "daily"
	}
	for part := range strings.SplitSeq(selector, ",") {
		part = strings.TrimSpace(part)
		some, err := hours.ParseDays(part)
		if err != nil {
			held = part
			continue
		}
		days = append(days, some...)
	}
	return days, held
}

package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A locale is the data of one in CLDR.
type locale struct {
	tag string
	gregorian
	fields map[string]field
	digits string
	hours  []string // keys of the parts of the day by hour, where the clock names them
}

// lacks tells whether a text is the root's, and so in no language.
func (l locale) lacks(root locale) bool {
	return l.fields["minute"].future()["other"] == root.fields["minute"].future()["other"] ||
		l.fields["hour"].future()["other"] == root.fields["hour"].future()["other"] ||
		l.Days.Format["wide"]["mon"] == root.Days.Format["wide"]["mon"] ||
		l.Months.Format["wide"]["1"] == root.Months.Format["wide"]["1"]
}

// literal is the entry of the locale without its tags.
func (l locale) literal() string {
	patterns := l.clock() + l.date() + l.dateYear()
	var b strings.Builder
	line := func(name string, value string) { fmt.Fprintf(&b, "%s: %s,\n", name, value) }
	text := func(name, value string) { line(name, strconv.Quote(value)) }
	list := func(name string, values []string) { line(name, fmt.Sprintf("%#v", values)) }
	line("minutes", forms(l.fields["minute"].future()))
	line("hours", forms(l.fields["hour"].future()))
	text("today", l.fields["day"].relative("0"))
	text("tomorrow", l.fields["day"].relative("1"))
	text("relative", unquote(l.Relative.Standard.Full))
	text("at", unquote(l.AtTime.Standard.Full))
	text("clock", l.clock())
	text("date", l.date())
	text("dateYear", l.dateYear())
	list("days", weekdays(l.Days.Format))
	list("months", months(l.Months.Format))
	if strings.Contains(patterns, "cccc") {
		list("loneDays", weekdays(l.Days.StandAlone))
	}
	if strings.Contains(patterns, "LLLL") {
		list("loneMonths", months(l.Months.StandAlone))
	}
	if strings.ContainsAny(l.clock(), "aB") {
		list("periods", l.periods())
	}
	if l.digits != "" {
		text("digits", l.digits)
	}
	return b.String()
}

// clock is the locale's short time, with a plain blank for the narrow one where CLDR offers that.
func (l locale) clock() string {
	if plain := pattern(l.TimeFormats["short-alt-ascii"]); plain != "" && strings.Contains(pattern(l.TimeFormats["short"]), "a") {
		return plain
	}
	return pattern(l.TimeFormats["short"])
}

// date is the day of the year with its weekday: the fullest form that the locale has, with the names written out.
func (l locale) date() string {
	for _, skeleton := range []string{"MMMMEEEEd", "MMMEEEEd", "MMMMEd", "MMMEd"} {
		if p := pattern(l.Formats.Available[skeleton]); p != "" {
			return l.writeOut(p)
		}
	}
	return ""
}

func (l locale) dateYear() string { return l.writeOut(pattern(l.DateFormats["full"])) }

// pattern reads a format, which is a text, or an object when its digits are special.
func pattern(format any) string {
	if o, ok := format.(map[string]any); ok {
		format = o["_value"]
	}
	p, _ := format.(string)
	return p
}

// short finds the names that a pattern abbreviates.
var short = regexp.MustCompile(`E+|c{3,}|M{3,}|L{3,}|G`)

// writeOut has the pattern's names written out, and its era put in: there is but one.
func (l locale) writeOut(pattern string) string {
	parts := strings.Split(pattern, "'")
	for i := 0; i < len(parts); i += 2 { // the parts between quotes are text
		parts[i] = short.ReplaceAllStringFunc(parts[i], func(field string) string {
			if field == "G" {
				return "'" + l.Eras.EraAbbr["1"] + "'"
			}
			return strings.Repeat(field[:1], 4)
		})
	}
	return strings.Join(parts, "'")
}

// periods are the names of the part of the day for each hour, or for each half of the day.
func (l locale) periods() []string {
	keys := l.hours
	if keys == nil {
		keys = []string{"am", "pm"}
	}
	var list []string
	for _, key := range keys {
		list = append(list, l.DayPeriods.Format["abbreviated"][key])
	}
	return list
}

func weekdays(widths map[string]map[string]string) []string {
	return pick(widths["wide"], "sun", "mon", "tue", "wed", "thu", "fri", "sat")
}

func months(widths map[string]map[string]string) []string {
	return pick(widths["wide"], "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
}

func pick(of map[string]string, keys ...string) []string {
	var list []string
	for _, key := range keys {
		list = append(list, of[key])
	}
	return list
}

// forms is the literal of patterns by plural category.
func forms(patterns map[string]string) string {
	var list []string
	for _, category := range slices.Sorted(maps.Keys(patterns)) {
		name := strings.ToUpper(category[:1]) + category[1:]
		list = append(list, fmt.Sprintf("plural.%s: %q", name, patterns[category]))
	}
	return "forms{" + strings.Join(list, ", ") + "}"
}

// unquote takes the quotes off a pattern that has text and {0} only.
func unquote(pattern string) string { return strings.ReplaceAll(pattern, "'", "") }

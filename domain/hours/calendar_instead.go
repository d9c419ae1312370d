package hours

import (
	"slices"
	"strings"
)

// calendarInstead says where a calendar stands that was written in place of hours.
const calendarInstead = "hours in whose exceptions it stands, as {weekly: 24/7, exceptions: [{ical_url: https://…}]}; in a file also [{ical: closures.ics}]"

// isCalendar tells an iCalendar, and the name or the address of one. No hours look like that.
func isCalendar(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return strings.HasPrefix(text, "begin:vcalendar") || strings.HasSuffix(text, ".ics") || isAddress(text)
}

func isAddress(text string) bool {
	return slices.ContainsFunc([]string{"https://", "http://", "webcal://"}, func(scheme string) bool { return strings.HasPrefix(text, scheme) })
}

// calendarShown is the first line of a calendar, or its name. An address is a secret after its scheme.
func calendarShown(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok && isAddress(strings.ToLower(text)) {
		return scheme + "://…"
	}
	return text
}

package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// calendarPrefix begins the name of a calendar among the named schedules. No schedule can have such a name.
const calendarPrefix = "ical:"

// CalendarName is the name under which the closures of a fetched calendar are kept, among the named schedules: users of the
// calendar are noted as a user of that name, and a change wakes them as that of a schedule does. It does not tell the URL,
// which may hold a token.
func CalendarName(url string) string {
	sum := sha256.Sum256([]byte(url))
	return calendarPrefix + hex.EncodeToString(sum[:16])
}

// IsCalendar tells the name of a calendar from that of a schedule.
func IsCalendar(name string) bool { return strings.HasPrefix(name, calendarPrefix) }

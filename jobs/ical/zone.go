package ical

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// zoneOf is the IANA name of the zone that a TZID means.
func zoneOf(tzid string) (string, bool) {
	name := strings.Trim(strings.TrimSpace(tzid), `"`)
	if iana, ok := ofWindows(name); ok {
		return iana, true
	}
	for {
		if isZone(name) {
			return name, true
		}
		_, rest, more := strings.Cut(name, "/")
		if !more {
			return "", false
		}
		name = rest
	}
}

func isZone(name string) bool {
	if name == "" || strings.EqualFold(name, "local") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// locationOf is a zone that zoneOf has found.
func locationOf(zone string) *time.Location {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return location
}

// instantOf is when the clocks of a zone show a reading, as hours.Closure resolves it.
func instantOf(reading time.Time, zone string) time.Time {
	return hours.InstantOf(reading, locationOf(zone)).UTC()
}

// readingOf is what the clocks of a zone show.
func readingOf(at time.Time, zone string) time.Time {
	local := at.In(locationOf(zone))
	_, offset := local.Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

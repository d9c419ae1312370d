package ical

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
)

// zoneOf is the IANA name of the zone that a TZID means.
func zoneOf(tzid string) (string, bool) {
	name := strings.Trim(strings.TrimSpace(tzid), `"`)
	if iana, ok := zones.OfWindows(name); ok {
		return iana, true
	}
	for {
		if location, err := zones.Load(name); err == nil {
			return location.String(), true
		}
		_, rest, more := strings.Cut(name, "/")
		if !more {
			return "", false
		}
		name = rest
	}
}

// locationOf is a zone that zoneOf has found.
func locationOf(zone string) *time.Location {
	location, err := zones.Load(zone)
	if err != nil {
		return time.UTC
	}
	return location
}

// instantOf is when the clocks of a zone show a reading, as hours.Closure resolves it.
func instantOf(reading time.Time, zone string) time.Time {
	return hours.InstantOf(reading, locationOf(zone)).UTC()
}

// readingOf is the reading of the clocks of a zone.
func readingOf(at time.Time, zone string) time.Time {
	local := at.In(locationOf(zone))
	_, offset := local.Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

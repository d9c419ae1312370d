package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// A machine knows the name of its own time zone, more or less.
type machine struct {
	root   string // of its files: "/"
	getenv func(string) string
}

// zone gives the machine's zone by its name, with the rules of our own database, and a warning where it is only guessed: then
// it may be UTC. The order is that of programs in C: the variable TZ, then /etc/localtime. That is a link to a file whose path
// ends with the name, or a copy of such a file. /etc/timezone names a copy; where the two disagree, it is out of date.
func (m machine) zone() (zone *time.Location, warning string) {
	if tz := m.getenv("TZ"); tz != "" {
		zone, err := zones.Load(nameIn(strings.TrimPrefix(tz, ":")))
		if err != nil {
			return time.UTC, fmt.Sprintf("TZ=%s names no time zone (%v): taking UTC; set %s", tz, err, TimeZoneVariable)
		}
		return zone, ""
	}
	if runtime.GOOS == "windows" {
		return time.UTC, "the name of this machine's time zone cannot be known: taking UTC; set " + TimeZoneVariable
	}
	localtime := filepath.Join(m.root, "etc", "localtime")
	data, err := readSome(localtime, largestZone)
	if errors.Is(err, os.ErrNotExist) {
		return time.UTC, "" // as all programs
	}
	if target, err := os.Readlink(localtime); err == nil {
		if zone, err := zones.Load(nameIn(target)); err == nil {
			return zone, ""
		}
	}
	clock, err := time.LoadLocationFromTZData("localtime", data)
	if err != nil {
		return time.UTC, fmt.Sprintf("/etc/localtime cannot be read (%v): taking UTC; set %s", err, TimeZoneVariable)
	}
	return m.copied(clock)
}

// copied gives the zone of which the machine has a copy without its name.
func (m machine) copied(clock *time.Location) (zone *time.Location, warning string) {
	if text, err := readSome(filepath.Join(m.root, "etc", "timezone"), 256); err == nil {
		if zone, err := zones.Load(strings.TrimSpace(string(text))); err == nil && agree(zone, clock) {
			return zone, ""
		}
	}
	for _, name := range zones.Names() {
		zone, err := zones.Load(name)
		if err == nil && zones.InUse().Link(name) == name && agree(zone, clock) {
			return zone, fmt.Sprintf("/etc/localtime does not name this machine's time zone: taking %s, which has the same clocks; set %s", name, TimeZoneVariable)
		}
	}
	return time.UTC, "/etc/localtime is no time zone that is known: taking UTC; set " + TimeZoneVariable
}

// nameIn is the name of a zone at the end of a path of its file.
func nameIn(path string) string {
	if _, name, ok := strings.Cut(path, "zoneinfo/"); ok {
		path = name
	}
	return strings.TrimPrefix(strings.TrimPrefix(path, "posix/"), "right/")
}

// agree tells whether two clocks showed the same time from 1990 to 2020. Later years may be subject to laws that one of the
// two databases does not know yet.
func agree(a, b *time.Location) bool {
	for t := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC); t.Year() < 2020; t = t.Add(10 * 24 * time.Hour) {
		_, one := t.In(a).Zone()
		if _, other := t.In(b).Zone(); one != other {
			return false
		}
	}
	return true
}

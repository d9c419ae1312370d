package zones

import (
	"regexp"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// NameError refuses a name, in the words of a fault.
type NameError struct {
	Name    string
	Problem string // a predicate: "is Windows' name of a time zone"
	Allowed string // the right name, where it is known
}

// Error implements error.
func (e *NameError) Error() string { return e.Name + " " + e.Problem + "; allowed: " + e.Allowed }

// Example is the names that are allowed where nothing better can be said.
const Example = `an IANA name such as "Europe/Paris" or "UTC"`

// refuse gives the fault of a name that the database does not have, and the right name.
func (d *Database) refuse(name string) *NameError {
	for _, explain := range []func(name, lower string) (problem, allowed string){
		d.variant, d.machine, windows, rails, offset, abbreviation, d.city,
	} {
		if problem, allowed := explain(name, strings.ToLower(name)); problem != "" {
			return &NameError{name, problem, allowed}
		}
	}
	return &NameError{name, "is not a time zone", Example + d.suggest(name)}
}

// variant knows the other forms in which machines keep each zone.
func (d *Database) variant(_, lower string) (problem, allowed string) {
	for prefix, problem := range map[string]string{
		"right/": "counts leap seconds, which no clock on a wall does",
		"posix/": "is a copy that some machines have and others have not",
	} {
		if rest, ok := strings.CutPrefix(lower, prefix); ok {
			if spelt, ok := d.names[rest]; ok {
				return problem, spelt
			}
			return problem, Example
		}
	}
	return "", ""
}

// machine knows the names that stand for the zone of a machine, or for none.
func (d *Database) machine(_, lower string) (problem, allowed string) {
	switch lower {
	case "local", "localtime", "posixrules":
		return "is another time zone on every machine", Example
	case "factory":
		return "stands for no time zone", Example
	}
	return "", ""
}

// windows knows the names of Windows.
func windows(_, lower string) (problem, allowed string) {
	zone, ok := OfWindows(lower)
	if !ok {
		return "", ""
	}
	return "is a name of Windows", zone
}

// OfWindows is the zone that a name of Windows stands for, such as "Romance Standard Time": calendars of Outlook have them.
// windows.txt has a line for each: the name, a tab, and the zone.
func OfWindows(name string) (zone string, ok bool) {
	for line := range strings.Lines(windowsNames) {
		known, zone, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.EqualFold(known, name) {
			return zone, true
		}
	}
	return "", false
}

// rails knows the names of ActiveSupport, which help desks use too, except those that are a city of the database.
func rails(_, lower string) (problem, allowed string) {
	zone, ok := railsNames()[lower]
	if !ok {
		return "", ""
	}
	return "is a name of Rails", zone
}

// city knows the last parts of names: "Paris", "Mexico City".
func (d *Database) city(_, lower string) (problem, allowed string) {
	wanted := "/" + strings.ReplaceAll(lower, " ", "_")
	for _, name := range d.sorted {
		if strings.HasSuffix(strings.ToLower(name), wanted) && !strings.HasPrefix(name, "Etc/") {
			return "lacks the first part of its name", d.Link(name)
		}
	}
	return "", ""
}

// isOffset matches "GMT+2", "UTC-05:30", "+02:00", "-0500" and "UTC 2".
func isOffset(name string) bool {
	return regexp.MustCompile(`(?i)^(gmt|utc|z)? ?[+\-−]? ?\d{1,2}(:?\d{2})?$`).MatchString(name)
}

func offset(name, _ string) (problem, allowed string) {
	if !isOffset(name) {
		return "", ""
	}
	return "is an offset: it does not say when clocks are turned", Example + `; an offset for good is "Etc/GMT-2" where clocks are two hours ahead of UTC, its sign turned round`
}

// abbreviation knows the letters that clocks show, and that several zones share. Those that are names of the database, as
// EST, do not come here.
func abbreviation(_, lower string) (problem, allowed string) {
	zones, ok := abbreviations()[lower]
	if !ok {
		return "", ""
	}
	return "is an abbreviation, and no time zone", "the zone that is meant, such as " + zones
}

// suggest is the hint at the name that was probably meant: of an old name, the one that it has now.
func (d *Database) suggest(name string) string {
	if near := table.Nearest(name, d.sorted); near != "" {
		return table.DidYouMean(d.Link(near))
	}
	return ""
}

// Warn gives the surprise in a name that Load takes, in a predicate; empty: there is none.
func Warn(name string) string {
	lower := strings.ToLower(name)
	if sign, hours, ok := etcetera(lower); ok {
		turned, direction := "-", "behind"
		if sign == '-' {
			turned, direction = "+", "ahead of"
		}
		return "has clocks " + hours + " h " + direction + " UTC all year, for its sign is turned round; if UTC" + string(sign) + hours +
			" is meant, write Etc/GMT" + turned + hours + ", and if clocks are turned in summer, a place such as Europe/Paris"
	}
	place, ok := map[string]string{"est": "America/New_York", "mst": "America/Denver", "hst": "Pacific/Honolulu"}[lower]
	if !ok {
		return ""
	}
	return "never has summer time; if the clocks of a place are meant, write one such as " + place
}

// etcetera reads "etc/gmt+2".
func etcetera(lower string) (sign byte, hours string, ok bool) {
	rest, ok := strings.CutPrefix(lower, "etc/gmt")
	if !ok || len(rest) < 2 || rest[0] != '+' && rest[0] != '-' || rest[1:] == "0" {
		return 0, "", false
	}
	return rest[0], rest[1:], true
}

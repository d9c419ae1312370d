package hours

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/table"
)

// Parse reads a schedule from the tree that a YAML or JSON decoder yields: a map with the keys
// time_zone, weekly, holidays and exceptions, or one string, "24/7", "mon-fri 9-17" or
// "weekdays 9-17; sat 10-14". Leaves may be string, json.Number, int, int64, uint64, float64, bool or
// nil. Nothing is half-parsed: the error, of type [Faults], lists everything that is wrong, and the
// Spec is nil then.
func Parse(tree any) (*Spec, error) {
	spec, _, err := Inspect(tree)
	return spec, err
}

// Inspect is Parse, and warns of values that are taken, and are probably mistakes. A warning has the shape of a
// fault, without allowed values. There are none where there is an error.
func Inspect(tree any) (*Spec, Faults, error) {
	var p parser
	spec := &Spec{}
	if text, ok := tree.(string); ok {
		spec.Weekly = p.preset("", text)
	} else {
		p.spec(spec, tree)
	}
	if err := p.faults.Err(); err != nil {
		return nil, nil, err
	}
	return spec, p.warnings, nil
}

func (p *parser) spec(spec *Spec, tree any) {
	fields, ok := p.object("", tree, "time_zone", "weekly", "holidays", "exceptions", "rotation")
	if !ok {
		return
	}
	if value, ok := fields["time_zone"]; ok {
		if name, ok := p.text("/time_zone", value, `an IANA name such as "Europe/Paris"`); ok {
			spec.TimeZone = p.zone("/time_zone", name)
		}
	}
	if value, ok := fields["weekly"]; ok {
		spec.Weekly = p.weekly("/weekly", value)
	} else {
		p.fault("", 0, show(tree), "lacks weekly", `weekly: {mon-fri: "9-17"}, "24/7" or "closed"`)
	}
	if value, ok := fields["holidays"]; ok {
		spec.Holidays = p.holidays("/holidays", value)
	}
	if value, ok := fields["rotation"]; ok {
		spec.Rotation = p.rotation("/rotation", value)
	}
	if value, ok := fields["exceptions"]; ok {
		spec.Exceptions = p.exceptions("/exceptions", value)
	}
}

// zone reads the name of a zone, and gives it in the spelling of the database.
func (p *parser) zone(path, name string) string {
	if strange := zones.Warn(name); strange != "" {
		p.warn(path, 0, name, strange)
	}
	location := p.location(path, name, time.UTC)
	if location == nil || name == "" {
		return name
	}
	return location.String()
}

// weekly reads a preset or a map from days to windows.
func (p *parser) weekly(path string, tree any) (windows [7][]Window) {
	if text, ok := tree.(string); ok {
		return p.preset(path, text)
	}
	byDay, ok := tree.(map[string]any)
	if !ok {
		p.fault(path, 0, show(tree), "is not a week", `windows by day such as {mon-fri: "9-17"}, "24/7" or "closed"`)
		return windows
	}
	var plan weekPlan
	for _, key := range slices.Sorted(maps.Keys(byDay)) {
		entry, sound := path+table.Segment(key), len(p.faults)
		days, hours := p.days(entry, key, 0), p.windows(entry, byDay[key])
		if len(p.faults) == sound {
			plan.add(p, entry, piece{text: key}, days, hours)
		}
	}
	return plan.windows(p, path)
}

func (p *parser) flag(path string, tree any) bool {
	value, ok := tree.(bool)
	if !ok && tree != nil {
		p.fault(path, 0, show(tree), "is not yes or no", "true, false")
	}
	return value
}

// text reads one line of printable text.
func (p *parser) text(path string, tree any, allowed string) (string, bool) {
	text, ok := tree.(string)
	if !ok {
		p.fault(path, 0, show(tree), "is not text", allowed)
		return "", false
	}
	if text == "" || len(text) > maxName || !utf8.ValidString(text) || strings.ContainsFunc(text, table.Hidden) {
		p.fault(path, 0, text, "is not a line of text", fmt.Sprintf("%s, of 1 to %d printable bytes", allowed, maxName))
		return "", false
	}
	return text, true
}

// object reads a map and faults the keys it does not know.
func (p *parser) object(path string, tree any, known ...string) (map[string]any, bool) {
	fields, ok := tree.(map[string]any)
	if !ok {
		p.fault(path, 0, show(tree), "is not a map", "the keys "+strings.Join(known, ", "))
		return nil, false
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, key) {
			p.fault(path+table.Segment(key), 0, key, unknownKey, p.choices(key, known))
		}
	}
	return fields, true
}

// choices are the keys that are known, and the place of a calendar that stands beside exceptions.
func (p *parser) choices(key string, known []string) string {
	allowed := table.Choices(key, known)
	if (key == "ical" || key == "ical_url") && slices.Contains(known, "exceptions") {
		allowed += "; exceptions: [{" + key + ": …}] closes by a calendar"
	}
	return allowed
}

const unknownKey = "is not a known key"

// misspelt tells whether a map has an unknown key. It is probably the one that is missing, and one fault is enough.
func (p *parser) misspelt(path string) bool {
	return slices.ContainsFunc(p.faults, func(f table.Fault) bool {
		key, below := strings.CutPrefix(f.Path, path+"/")
		return below && f.Problem == unknownKey && !strings.Contains(key, "/")
	})
}

// show writes a value for a fault, as YAML's flow style would but without quotes.
func show(tree any) string {
	switch v := tree.(type) {
	case nil:
		return "null"
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = show(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			items = append(items, key+": "+show(v[key]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(tree)
}

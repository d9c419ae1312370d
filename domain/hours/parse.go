package hours

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Parse reads a schedule from the tree that a YAML or JSON decoder yields: a map with the keys
// time_zone, weekly, holidays and exceptions, or one string, "24/7", "mon-fri 9-17" or
// "weekdays 9-17; sat 10-14". Leaves may be string, json.Number, int, int64, uint64, float64, bool or
// nil. Nothing is half-parsed: the error, of type [Faults], lists everything that is wrong, and the
// Spec is nil then.
func Parse(tree any) (*Spec, error) {
	var p parser
	spec := &Spec{}
	if text, ok := tree.(string); ok {
		spec.Weekly = p.preset("", text)
	} else {
		p.spec(spec, tree)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return spec, nil
}

func (p *parser) spec(spec *Spec, tree any) {
	fields, ok := p.object("", tree, "time_zone", "weekly", "holidays", "exceptions")
	if !ok {
		return
	}
	if value, ok := fields["time_zone"]; ok {
		if name, ok := p.text("/time_zone", value, `an IANA name such as "Europe/Paris"`); ok {
			spec.TimeZone = name
			p.location("/time_zone", name, time.UTC)
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
	if value, ok := fields["exceptions"]; ok {
		spec.Exceptions = p.exceptions("/exceptions", value)
	}
}

// weekly reads a preset or a map from days to windows.
func (p *parser) weekly(path string, tree any) (windows [7][]Window) {
	if text, ok := tree.(string); ok {
		return p.preset(path, text)
	}
	table, ok := tree.(map[string]any)
	if !ok {
		p.fault(path, 0, show(tree), "is not a week", `windows by day such as {mon-fri: "9-17"}, "24/7" or "closed"`)
		return windows
	}
	var claims claims
	for _, key := range slices.Sorted(maps.Keys(table)) {
		entry := below(path, key)
		days := p.days(entry, key, 0)
		claims.take(p, entry, piece{text: key}, days)
		hours := p.windows(entry, table[key])
		for _, day := range week() {
			if days.has(day) {
				windows[day] = hours
			}
		}
	}
	return windows
}

// claims remembers who spoke for a weekday first.
type claims [7]string

func (c *claims) take(p *parser, path string, by piece, days daySet) {
	for _, day := range week() {
		if !days.has(day) {
			continue
		}
		if c[day] != "" {
			p.fault(path, by.offset, by.text, fmt.Sprintf("covers %s, as %q does", strings.ToLower(day.String()), c[day]), "each day once")
			return
		}
		c[day] = by.text
	}
}

// holidays reads {country: FR, region: …, except: […], hours: {…}}, or the short forms "FR" and
// "DE-BY". Names are kept as the table spells them.
func (p *parser) holidays(path string, tree any) *Holidays {
	h := &Holidays{}
	sound := len(p.faults)
	if text, ok := tree.(string); ok {
		country, region, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), "-")
		h.Country, h.Region = iso(country), region
		p.checkHolidays(path, h)
		for i := range p.faults[sound:] {
			p.faults[sound+i].Path = path // the short form has no parts to point into
		}
		return h
	}
	fields, ok := p.object(path, tree, "country", "region", "except", "hours")
	if !ok {
		return nil
	}
	if value, ok := fields["country"]; ok {
		h.Country, _ = p.text(path+"/country", value, `a country such as "FR"`)
	} else {
		p.fault(path, 0, show(tree), "lacks country", `a country such as {country: FR}`)
	}
	if value, ok := fields["region"]; ok {
		h.Region, _ = p.text(path+"/region", value, `a region such as "BY"`)
	}
	h.Country, h.Region = iso(strings.ToUpper(h.Country)), strings.ToUpper(h.Region)
	h.Except = p.names(path+"/except", fields["except"])
	h.Hours = p.holidayHours(path+"/hours", fields["hours"])
	if len(p.faults) == sound {
		p.checkHolidays(path, h)
	}
	h.respell()
	return h
}

// iso returns the ISO 3166-1 code of the one country whose people write another.
func iso(code string) string {
	if code == "UK" {
		return "GB"
	}
	return code
}

// respell gives every name the spelling of the table.
func (h *Holidays) respell() {
	list, _ := holidaysOf(h.Country, h.Region)
	names := holidayNames(list)
	for i, name := range h.Except {
		if known := nameIn(names, name); known != "" {
			h.Except[i] = known
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Hours)) {
		if known := nameIn(names, name); known != "" && known != name {
			h.Hours[known] = h.Hours[name]
			delete(h.Hours, name)
		}
	}
}

// names reads a list of texts, or a single one.
func (p *parser) names(path string, tree any) []string {
	if tree == nil {
		return nil
	}
	items, ok := tree.([]any)
	if text, single := tree.(string); single {
		items, ok = []any{text}, true
	}
	if !ok || len(items) > maxNames {
		p.fault(path, 0, show(tree), "is not a list of names", fmt.Sprintf("at most %d names of holidays", maxNames))
		return nil
	}
	var names []string
	for i, item := range items {
		if name, ok := p.text(fmt.Sprintf("%s/%d", path, i), item, "the name of a holiday"); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (p *parser) holidayHours(path string, tree any) map[string][]Window {
	if tree == nil {
		return nil
	}
	table, ok := tree.(map[string]any)
	if !ok || len(table) > maxNames {
		p.fault(path, 0, show(tree), "is not a table of hours by holiday", fmt.Sprintf(`at most %d entries such as {Noël: "09:00-12:00"}`, maxNames))
		return nil
	}
	var hours map[string][]Window
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if hours == nil {
			hours = make(map[string][]Window)
		}
		hours[name] = p.windows(below(path, name), table[name])
	}
	return hours
}

func (p *parser) exceptions(path string, tree any) []Exception {
	items, ok := tree.([]any)
	if !ok {
		p.fault(path, 0, show(tree), "is not a list of exceptions", `a list such as [{on: 2026-12-24, closed: true}]`)
		return nil
	}
	if len(items) > maxExceptions {
		p.fault(path, 0, fmt.Sprintf("%d exceptions", len(items)), "are too many", fmt.Sprintf("at most %d", maxExceptions))
		return nil
	}
	var exceptions []Exception
	sound := len(p.faults)
	for i, item := range items {
		exceptions = append(exceptions, p.exception(fmt.Sprintf("%s/%d", path, i), item))
	}
	if len(p.faults) == sound {
		p.checkClashes(exceptions)
	}
	return exceptions
}

func (p *parser) exception(path string, tree any) (e Exception) {
	fields, ok := p.object(path, tree, "on", "from", "to", "yearly", "closed", "hours", "name")
	if !ok {
		return e
	}
	e.Yearly = p.flag(path+"/yearly", fields["yearly"])
	e.From, e.To = p.dates(path, fields, e.Yearly)
	if value, ok := fields["name"]; ok {
		e.Name, _ = p.text(path+"/name", value, "text")
	}
	closed := p.flag(path+"/closed", fields["closed"])
	hours, given := fields["hours"]
	switch {
	case closed && given:
		p.fault(path+"/hours", 0, show(hours), "is given for a day that is closed", "either closed: true or hours")
	case given:
		e.Hours = p.windows(path+"/hours", hours)
	case !closed:
		p.fault(path, 0, show(tree), "says neither closed nor hours", `closed: true or hours: "09:00-12:00"`)
	}
	return e
}

// dates reads on, or from and to.
func (p *parser) dates(path string, fields map[string]any, yearly bool) (from, to Date) {
	on, single := fields["on"]
	first, begins := fields["from"]
	last, ends := fields["to"]
	sound := len(p.faults)
	switch {
	case single && !begins && !ends:
		from = p.date(path+"/on", on, yearly)
		to = from
	case begins && ends && !single:
		from, to = p.date(path+"/from", first, yearly), p.date(path+"/to", last, yearly)
	default:
		p.fault(path, 0, show(fields), "is not a date or a range of dates", `either on: 2026-12-24, or from: 2026-12-24 and to: 2027-01-02`)
	}
	if len(p.faults) > sound {
		return from, to
	}
	p.checkDates(path, Exception{From: from, To: to, Yearly: yearly})
	if yearly {
		from.Year, to.Year = 0, 0
	}
	return from, to
}

func (p *parser) date(path string, tree any, yearly bool) Date {
	text, ok := tree.(string)
	if !ok {
		p.fault(path, 0, show(tree), "is not a date", `a date such as "2026-12-24"`)
		return Date{}
	}
	return p.dateText(path, text, yearly)
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
	if text == "" || len(text) > maxName || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
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
			p.fault(below(path, key), 0, key, "is not a known key", oneOf(key, known))
		}
	}
	return fields, true
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

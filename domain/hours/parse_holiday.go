package hours

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rickar/cal/v2"

	"github.com/deskbell/deskbell/domain/table"
)

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
	days, ok := tree.(map[string]any)
	if !ok || len(days) > maxNames {
		p.fault(path, 0, show(tree), "is not a table of hours by holiday", fmt.Sprintf(`at most %d entries such as {Noël: "09:00-12:00"}`, maxNames))
		return nil
	}
	var hours map[string][]Window
	for _, name := range slices.Sorted(maps.Keys(days)) {
		if hours == nil {
			hours = make(map[string][]Window)
		}
		hours[name] = p.windows(path+table.Segment(name), days[name])
	}
	return hours
}

// checkHolidays faults an unknown country, region or name.
func (p *parser) checkHolidays(path string, h *Holidays) {
	list, regions := holidaysOf(h.Country, h.Region)
	switch {
	case list == nil && regions == nil:
		p.fault(path+"/country", 0, h.Country, "is not a country with known holidays", table.Choices(h.Country, countryCodes()))
		return
	case list == nil && h.Region == "":
		p.fault(path+"/region", 0, "", "is missing: "+h.Country+" has no holidays of the whole country", table.Choices("", regions))
		return
	case list == nil && len(regions) == 0:
		p.fault(path+"/region", 0, h.Region, "is not needed: "+h.Country+" has the same holidays everywhere", "no region")
		return
	case list == nil:
		p.fault(path+"/region", 0, h.Region, "is not a region of "+h.Country, table.Choices(h.Region, regions))
		return
	}
	names := holidayNames(list)
	for i, name := range h.Except {
		if nameIn(names, name) == "" {
			p.fault(fmt.Sprintf("%s/except/%d", path, i), 0, name, "is not a holiday there", table.Choices(name, names))
		}
	}
	given := slices.Sorted(maps.Keys(h.Hours))
	for i, name := range given {
		entry := path + "/hours" + table.Segment(name)
		switch {
		case nameIn(given[:i], name) != "":
			p.fault(entry, 0, name, "is given twice", "each holiday once")
		case nameIn(names, name) == "":
			p.fault(entry, 0, name, "is not a holiday there", table.Choices(name, names))
		case nameIn(h.Except, name) != "":
			p.fault(entry, 0, name, "is switched off by except", "either except or hours")
		}
		p.checkWindows(entry, h.Hours[name])
	}
}

func holidayNames(list []*cal.Holiday) []string {
	var names []string
	for _, holiday := range list {
		if !slices.Contains(names, holiday.Name) {
			names = append(names, holiday.Name)
		}
	}
	return names
}

// nameIn returns the name as the list spells it, or "" when it is not there. Case does not matter.
func nameIn(names []string, name string) string {
	for _, candidate := range names {
		if strings.EqualFold(candidate, name) {
			return candidate
		}
	}
	return ""
}

package hours

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours/holidays"
	"github.com/deskbell/deskbell/domain/table"
)

// holidays reads {country: FR, region: …, also: […], except: […], hours: {…}}, or the short forms "FR" and
// "DE-BY". Names are kept as the table spells them.
func (p *parser) holidays(path string, tree any) *Holidays {
	h := &Holidays{}
	sound := len(p.faults)
	if text, ok := tree.(string); ok {
		if h.Country, h.Region = p.place(path, text, ""); len(p.faults) == sound {
			p.checkHolidays(path, h)
		}
		for i := range p.faults[sound:] {
			p.faults[sound+i].Path = path // the short form has no parts to point into
		}
		return h
	}
	fields, ok := p.object(path, tree, "country", "region", "also", "except", "hours")
	if !ok {
		return nil
	}
	if value, ok := fields["country"]; ok {
		h.Country, _ = p.text(path+"/country", value, `a country such as "FR"`)
	} else if !p.misspelt(path) {
		p.fault(path, 0, show(tree), "lacks country", `a country such as {country: FR}`)
	}
	if value, ok := fields["region"]; ok {
		h.Region, _ = p.text(path+"/region", regionText(value), `a region such as "BY"`)
	}
	h.Country, h.Region = p.place(path, h.Country, h.Region)
	h.Also = p.also(path+"/also", p.names(path+"/also", fields["also"]))
	h.Except = p.names(path+"/except", fields["except"])
	h.Hours = p.holidayHours(path+"/hours", fields["hours"])
	if len(p.faults) == sound {
		p.checkHolidays(path, h)
	}
	h.respell()
	return h
}

// regionText is a region as text: YAML takes 57, the code of Moselle, for a number.
func regionText(tree any) any {
	switch tree.(type) {
	case json.Number, int, int64, uint64:
		return fmt.Sprint(tree)
	}
	return tree
}

// also reads the types that are wanted beside the public ones.
func (p *parser) also(path string, names []string) []holidays.Type {
	var types []holidays.Type
	for i, name := range names {
		kind := holidays.Type(strings.ToLower(name))
		switch {
		case !slices.Contains(holidays.Types()[1:], kind):
			p.fault(fmt.Sprintf("%s/%d", path, i), 0, name, "is not a type of holidays", table.Choices(name, typeNames()))
		case !slices.Contains(types, kind):
			types = append(types, kind)
		}
	}
	slices.Sort(types) // equal definitions print alike
	return types
}

// typeNames lists the types that may stand in also. Public holidays close without being asked for.
func typeNames() []string {
	var names []string
	for _, kind := range holidays.Types()[1:] {
		names = append(names, string(kind))
	}
	return names
}

// respell gives every name the spelling of the table.
func (h *Holidays) respell() {
	list := h.list()
	for i, name := range h.Except {
		h.Except[i] = cmp.Or(spelling(list, name), name)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Hours)) {
		if known := spelling(list, name); known != "" && known != name {
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
	country, known := holidays.Find(h.Country)
	switch {
	case !known:
		p.fault(path+"/country", 0, h.Country, "is not a country with known holidays", CountryChoices(h.Country))
	case country.Has(h.Region):
		p.checkNames(path, h, country)
	case h.Region == "":
		p.fault(path+"/region", 0, h.Country, "has no holidays of the whole country: name a region", table.Choices("", country.RegionCodes()))
	case len(country.Regions) == 0:
		p.fault(path+"/region", 0, h.Region, "is no region with known holidays: of "+h.Country+" only those of the whole country are known", "no region")
	default:
		p.fault(path+"/region", 0, h.Region, "is not a region of "+h.Country+" with holidays of its own", regionChoices(h.Region, country))
	}
}

// regionChoices are the codes of the regions. Somebody who writes a region's name, or its beginning, means its code.
func regionChoices(given string, country *holidays.Country) string {
	var begun []string
	for _, r := range country.Regions {
		switch {
		case strings.EqualFold(r.Name, given):
			return fmt.Sprintf("%s, the code of %s", r.Code, r.Name)
		case len(given) > len("CA") && strings.HasPrefix(strings.ToUpper(r.Name), given):
			begun = append(begun, r.Code)
		}
	}
	if len(begun) == 1 {
		return strings.Join(country.RegionCodes(), ", ") + table.DidYouMean(country.Code+"-"+begun[0])
	}
	return table.Choices(given, country.RegionCodes())
}

// checkNames faults names that no holiday bears, and holidays that are named twice.
func (p *parser) checkNames(path string, h *Holidays, country *holidays.Country) {
	list := h.list()
	for i, name := range h.Except {
		p.checkName(fmt.Sprintf("%s/except/%d", path, i), name, list, country, h.Region)
	}
	given := slices.Sorted(maps.Keys(h.Hours))
	for i, name := range given {
		entry := path + "/hours" + table.Segment(name)
		p.checkName(entry, name, list, country, h.Region)
		if h.share(list, name, given[:i]) {
			p.fault(entry, 0, name, "is given twice", "each holiday once")
		}
		if h.share(list, name, h.Except) {
			p.fault(entry, 0, name, "is switched off by except", "either except or hours")
		}
		p.checkWindows(entry, h.Hours[name])
	}
}

// checkName faults a name that no holiday of the list bears. Names of earlier versions are taken, and where there is no
// such holiday any more they do nothing.
func (p *parser) checkName(path, name string, list []holidays.Holiday, country *holidays.Country, region string) {
	if spelling(list, name) != "" {
		return
	}
	if former := holidays.Former(country.Code, name); len(former) > 0 {
		if !slices.ContainsFunc(list, func(h holidays.Holiday) bool { return slices.Contains(former, h.English) }) {
			p.warn(path, 0, name, "is no public holiday there any more, and does nothing")
		}
		return
	}
	for _, other := range country.In(region, holidays.Types()...) {
		if other.Called(name) {
			p.fault(path, 0, name, fmt.Sprintf("is not a public holiday there but of the type %s", other.Type), fmt.Sprintf("also: [%s] beside it", other.Type))
			return
		}
	}
	p.fault(path, 0, name, "is not a holiday there", strings.Join(localNames(list), ", ")+table.Suggest(name, bothNames(list)))
}

// share reports whether some holiday bears a name and one of others.
func (h *Holidays) share(list []holidays.Holiday, name string, others []string) bool {
	return slices.ContainsFunc(list, func(holiday holidays.Holiday) bool {
		named := h.naming(holiday)
		return named(name) && slices.ContainsFunc(others, named)
	})
}

package hours

import (
	"slices"
	"strings"
	"unicode"

	"github.com/deskbell/deskbell/domain/hours/holidays"
	"github.com/deskbell/deskbell/domain/table"
)

// list is the holidays that a definition asks for; nil where the table has no such country or region.
func (h *Holidays) list() []holidays.Holiday {
	country, ok := holidays.Find(h.Country)
	if !ok || !country.Has(h.Region) {
		return nil
	}
	return country.In(h.Region, h.types()...)
}

// naming answers whether a name means a holiday: its local or English name, or the one that earlier
// versions knew it by.
func (h *Holidays) naming(holiday holidays.Holiday) func(name string) bool {
	return func(name string) bool {
		return holiday.Called(name) || slices.Contains(holidays.Former(h.Country, name), holiday.English)
	}
}

// spelling returns a name as the table spells it, "" where no holiday of the list bears it.
func spelling(list []holidays.Holiday, name string) string {
	for _, holiday := range list {
		for _, known := range []string{holiday.Local, holiday.English} {
			if strings.EqualFold(known, name) {
				return known
			}
		}
	}
	return ""
}

// localNames lists the names that visitors read, once each.
func localNames(list []holidays.Holiday) []string {
	var names []string
	for _, holiday := range list {
		if !slices.Contains(names, holiday.Local) {
			names = append(names, holiday.Local)
		}
	}
	return names
}

// bothNames lists every name by which a holiday may be called.
func bothNames(list []holidays.Holiday) []string {
	names := localNames(list)
	for _, holiday := range list {
		names = append(names, holiday.English)
	}
	return names
}

// iso returns the ISO 3166-1 code of the two countries for which another one is in use.
func iso(code string) string {
	switch code {
	case "UK":
		return "GB"
	case "EL": // as the European Union writes it
		return "GR"
	}
	return code
}

// CountryChoices says which countries are allowed, with the code of the one that was meant where somebody wrote a name.
func CountryChoices(written string) string {
	const allowed = `the ISO 3166-1 code of a country such as "FR"; "deskbell holidays" lists them`
	list := holidays.Countries()
	names := make([]string, len(list))
	for i, country := range list {
		if names[i] = country.Name; strings.EqualFold(names[i], written) || strings.EqualFold(initials(names[i]), written) {
			return allowed + table.DidYouMean(country.Code)
		}
	}
	if len(written) <= len("USA") { // it was to be a code, and is near to any short name
		return allowed
	}
	return allowed + table.Suggest(written, names)
}

// initials are the capitals of a name, such as USA.
func initials(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return r
		}
		return -1
	}, name)
}

// place reads a country, or a country and a region of it, as "FR" or "DE-BY". The region may also be given apart, with or
// without the country. It does not look whether there are such, and faults a place that is cut short or names two regions.
func (p *parser) place(path, country, region string) (code, part string) {
	code, part, more := strings.Cut(strings.ToUpper(strings.TrimSpace(country)), "-")
	apart := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(region)), code+"-")
	switch {
	case more && part == "":
		p.fault(path+"/country", 0, country, "names no region after the dash", code+", or a region such as DE-BY")
	case part != "" && apart != "" && part != apart:
		p.fault(path+"/region", 0, region, "is not the region that "+code+"-"+part+" names", part+", or no region here")
	case part == "":
		part = apart
	}
	return iso(code), part
}

// FindHolidays finds the country and region of a list of holidays, and the types in it: the public ones, and those of
// also. The region may stand in the country, as in "DE-BY". The error is of type [Faults].
func FindHolidays(country, region string, also []string) (*holidays.Country, string, []holidays.Type, error) {
	var p parser
	h := &Holidays{Also: p.also("/also", also)}
	misplaced := len(p.faults)
	if h.Country, h.Region = p.place("", country, region); len(p.faults) == misplaced {
		p.checkHolidays("", h)
	}
	found, _ := holidays.Find(h.Country)
	return found, h.Region, h.types(), p.faults.Err()
}

// types are those that close: the public holidays, and the types that are asked for beside them.
func (h *Holidays) types() []holidays.Type {
	return append([]holidays.Type{holidays.Public}, h.Also...)
}

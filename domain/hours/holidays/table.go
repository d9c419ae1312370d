package holidays

import (
	_ "embed" // the table
	"slices"
	"strings"
)

//go:embed table.txt
var table string

//go:embed names.txt
var formerNames string

// First and Last are the years between which the table is known to be right.
const (
	First = 2015
	Last  = 2060
)

// Type is the standing of a holiday before the law.
type Type string

// The types. Observances, which are no days off, are not in the table.
const (
	Public   Type = "public"   // most people do not work
	Bank     Type = "bank"     // banks and offices are closed
	School   Type = "school"   // schools are closed
	Optional Type = "optional" // many take the day off
)

// Types lists every type, the usual one first.
func Types() []Type { return []Type{Public, Bank, School, Optional} }

// Country is one country of the table.
type Country struct {
	Code     string   // ISO 3166-1 alpha-2, "FR"
	Name     string   // in English
	Regional bool     // the holidays are a matter of the regions: it has none of the whole country
	Regions  []Region // in which they differ from the country's, by code; may be empty
	lines    []string
}

// Region is a part of a country that has a code of its own.
type Region struct {
	Code string // the part of the ISO 3166-2 code after the country, "BY"
	Name string
}

// Countries lists every country by code, without its regions and holidays.
func Countries() []Country {
	var list []Country
	for line := range strings.SplitSeq(table, "\n") {
		if strings.HasPrefix(line, countryMark) {
			list = append(list, header(line))
		}
	}
	return list
}

// Codes lists the code of every country.
func Codes() []string {
	var codes []string
	for _, country := range Countries() {
		codes = append(codes, country.Code)
	}
	return codes
}

// A country begins with a line such as "= FR | France".
const (
	countryMark = "= "
	codeLength  = len("FR")
)

// Find returns a country by its code, in capitals.
func Find(code string) (*Country, bool) {
	section, ok := sectionOf(code)
	if !ok {
		return nil, false
	}
	lines := strings.Split(section, "\n")
	country := header(lines[0])
	for i, line := range lines[1:] {
		cell := cells(line)
		if cell[0] != "region" {
			country.lines = lines[1+i:]
			break
		}
		country.Regions = append(country.Regions, Region{Code: cell[1], Name: cell[2]})
	}
	slices.SortFunc(country.Regions, func(a, b Region) int { return strings.Compare(a.Code, b.Code) })
	return &country, true
}

// sectionOf returns the lines of a country. The countries stand in the order of their codes, so that halving what is left
// of the table finds one without reading the others.
func sectionOf(code string) (string, bool) {
	low, high := 0, len(table)
	for {
		middle := low + (high-low)/2
		start := strings.Index(table[middle:min(high+len(countryMark), len(table))], "\n"+countryMark) // it begins before high
		if start < 0 && middle == low {
			return "", false
		}
		if start < 0 {
			high = middle
			continue
		}
		start += middle + 1
		found := table[start+len(countryMark):][:codeLength]
		switch {
		case found == code:
			section, _, _ := strings.Cut(table[start:], "\n\n")
			return strings.TrimSuffix(section, "\n"), true
		case found < code:
			low = start
		default:
			high = middle
		}
	}
}

// between returns the text from after a mark to an end, or to the end of the text; "" where there is no such mark.
func between(text, mark, end string) string {
	_, after, _ := strings.Cut(text, mark)
	inside, _, _ := strings.Cut(after, end)
	return strings.TrimSuffix(inside, "\n")
}

func header(line string) Country {
	cell := cells(strings.TrimPrefix(line, countryMark))
	return Country{Code: cell[0], Name: cell[1], Regional: cell[2] == "regional"}
}

// cells cuts a line into its cells, of which there are five at most.
func cells(line string) [5]string {
	var cell [5]string
	for i := range cell {
		var found bool
		cell[i], line, found = strings.Cut(line, "|")
		cell[i] = strings.TrimSpace(cell[i])
		if !found {
			break
		}
	}
	return cell
}

// Has reports whether the country has a region of that code. The empty code is the country itself.
func (c *Country) Has(region string) bool {
	if region == "" {
		return !c.Regional
	}
	return slices.ContainsFunc(c.Regions, func(r Region) bool { return r.Code == region })
}

// RegionCodes lists the codes of the regions.
func (c *Country) RegionCodes() []string {
	codes := []string{}
	for _, region := range c.Regions {
		codes = append(codes, region.Code)
	}
	return codes
}

// In returns the holidays of some types in a region, or in the whole country when region is empty. Those that are
// observed in place of others come last, so that where two share a date, the one whose own date it is goes first.
func (c *Country) In(region string, types ...Type) []Holiday {
	var list []Holiday
	for _, line := range c.lines {
		cell := cells(line)
		kind, _, _ := strings.Cut(cell[0], " ")
		if slices.Contains(types, Type(kind)) && inScope(cell[4], region) {
			list = append(list, decode(cell))
		}
	}
	slices.SortStableFunc(list, func(a, b Holiday) int { return rank(a) - rank(b) })
	return list
}

func rank(h Holiday) int {
	if h.Observed {
		return 1
	}
	return 0
}

// inScope reads the last cell of a line.
func inScope(scope, region string) bool {
	if scope == "" {
		return true
	}
	if region == "" {
		region = "."
	}
	listed, except := strings.CutPrefix(scope, "!")
	return slices.Contains(strings.Fields(listed), region) != except
}

// decode reads the cells of one holiday.
func decode(cell [5]string) Holiday {
	h := Holiday{English: cell[2], Local: cell[3], To: wholeDay, rule: readRule(cell[1])}
	if h.Local == "" {
		h.Local = h.English
	}
	for i, word := range strings.Fields(cell[0]) {
		switch {
		case i == 0:
			h.Type = Type(word)
		case word == "observed":
			h.Observed = true
		case word == "estimated":
			h.Estimated = true
		default:
			from, to, _ := strings.Cut(word, "-")
			h.From, h.To = minutes(from), minutes(to)
		}
	}
	return h
}

// minutes reads "13:30" as minutes since midnight.
func minutes(clock string) int {
	hour, minute, _ := strings.Cut(clock, ":")
	return atoi(hour)*60 + atoi(minute)
}

// Former returns the English names of the holidays of a country that earlier versions of Deskbell knew by another name, ""
// where there is no such holiday any more. There are none for names that were never used. Case does not matter.
func Former(code, name string) []string {
	var english []string
	section := between(formerNames, "\n"+countryMark+code+"\n", "\n\n")
	for line := range strings.SplitSeq(section, "\n") {
		former, now, found := strings.Cut(line, " =")
		if found && strings.EqualFold(former, name) {
			english = append(english, strings.TrimSpace(now))
		}
	}
	return english
}

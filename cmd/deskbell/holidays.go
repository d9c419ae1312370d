package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/holidays"
	"github.com/deskbell/deskbell/domain/table"
)

type holidaysCmd struct {
	Place  string   `arg:"" optional:"" help:"A country, as FR, or a region of it, as CA-ON; none: list the countries."`
	Year   int      `placeholder:"YEAR" help:"The year; default: this one."`
	Region string   `placeholder:"CODE" help:"A region of the country, as ON; the same as CA-ON."`
	Also   []string `placeholder:"TYPE" help:"Other types beside public holidays: bank, school, optional; may be repeated."`
	JSON   bool     `help:"One JSON object a line: a holiday on one of its dates, or a country."`
}

func (*holidaysCmd) Help() string {
	return `
These are the days on which a schedule with "holidays: FR" is closed. Programs get the same from GET /v1/holidays/FR.

Examples:

    deskbell holidays
    deskbell holidays FR --year 2027
    deskbell holidays CA-ON
    deskbell holidays DE --also bank --json
`
}

func (c *holidaysCmd) Run(a *app) error {
	if c.Place == "" {
		if c.Year != 0 || c.Region != "" || len(c.Also) > 0 {
			return usagef("holidays: name a country, as in deskbell holidays FR")
		}
		return c.countries(a)
	}
	country, region, types, err := hours.FindHolidays(c.Place, c.Region, c.Also)
	if err != nil {
		return errors.New(misplaced(err))
	}
	year := cmp.Or(c.Year, a.now().Year())
	if year < holidays.First || year > holidays.Last {
		return usagef("holidays: %d lies outside the years that are known, %d to %d%s", year, holidays.First, holidays.Last, table.DidYouMean(strconv.Itoa(nearYear(year))))
	}
	days := country.Year(region, year, types...)
	if c.JSON {
		return printJSON(a, days)
	}
	c.draw(a, country, region, year, days)
	return nil
}

// nearYear is the year that is known and was probably meant, or else is the nearest.
func nearYear(year int) int {
	const century = 100
	if 0 <= year && year < century {
		year += holidays.First / century * century
	}
	return max(holidays.First, min(year, holidays.Last))
}

// misplaced describes the faults of a place or a type, without the paths of a definition.
func misplaced(err error) string {
	var faults hours.Faults
	if !errors.As(err, &faults) {
		return err.Error()
	}
	text := make([]string, len(faults))
	for i, f := range faults {
		f.Path = ""
		text[i] = strings.TrimPrefix(f.String(), `"" `)
	}
	return "holidays: " + strings.Join(text, "\nholidays: ")
}

// printJSON prints each value as JSON on a line of its own.
func printJSON[T any](a *app, values []T) error {
	out := json.NewEncoder(a.stdout)
	out.SetEscapeHTML(false)
	for _, value := range values {
		if err := out.Encode(value); err != nil {
			return err
		}
	}
	return nil
}

// draw prints the days in columns: the date, the local name, and the English one with remarks.
func (c *holidaysCmd) draw(a *app, country *holidays.Country, region string, year int, days []holidays.Day) {
	title, sign := country.Name, country.Code
	for _, r := range country.Regions {
		if r.Code == region {
			title, sign = r.Name+", "+country.Name, country.Code+"-"+region
		}
	}
	fmt.Fprintf(a.stdout, "%s (%s), %d: %s\n\n", title, sign, year, draw.Count(len(days), "holiday", "holidays"))
	rows := make([][]string, len(days))
	for i, day := range days {
		english, remarks := day.Name, remarksOf(day)
		if english == day.LocalName {
			english = ""
		}
		if remarks != "" {
			english = strings.TrimSpace(english + " (" + remarks + ")")
		}
		date, err := time.Parse(time.DateOnly, day.Date)
		if err != nil {
			continue // the table's own dates are dates
		}
		rows[i] = []string{date.Format("Mon 2006-01-02"), day.LocalName, english}
	}
	fmt.Fprint(a.stdout, draw.Columns(rows))
	if region == "" && len(country.Regions) > 0 {
		fmt.Fprintf(a.stdout, "\nRegions with holidays of their own: %s\n", strings.Join(country.RegionCodes(), ", "))
	}
}

// remarksOf joins whatever is special about a day.
func remarksOf(day holidays.Day) string {
	var remarks []string
	if day.Type != holidays.Public {
		remarks = append(remarks, string(day.Type))
	}
	if day.Observed {
		remarks = append(remarks, "observed")
	}
	if day.Estimated {
		remarks = append(remarks, "estimated")
	}
	if day.From != "" {
		remarks = append(remarks, day.From+"-"+day.To)
	}
	return strings.Join(remarks, ", ")
}

// countryLine is one line of the list of countries as JSON. Programs rely on its shape.
type countryLine struct {
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	Regional bool     `json:"regional"` // a region must be named
	Regions  []string `json:"regions"`
}

func (c *holidaysCmd) countries(a *app) error {
	var list []countryLine
	var rows [][]string
	for _, code := range holidays.Codes() {
		country, _ := holidays.Find(code)
		list = append(list, countryLine{code, country.Name, country.Regional, country.RegionCodes()})
		note := ""
		if n := len(country.Regions); n > 0 {
			note = draw.Count(n, "region", "regions")
		}
		if country.Regional {
			note += ", of which one must be named"
		}
		rows = append(rows, []string{code, country.Name, note})
	}
	if c.JSON {
		return printJSON(a, list)
	}
	fmt.Fprint(a.stdout, draw.Columns(rows))
	return nil
}

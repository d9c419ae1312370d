package holidays

import (
	"fmt"
	"slices"
	"strings"
)

// Day is a holiday on one of its dates, as programs read it.
type Day struct {
	Date      string `json:"date" format:"date" example:"2026-12-25"`
	Name      string `json:"name" example:"Christmas Day" doc:"In English."`
	LocalName string `json:"local_name" example:"Noël" doc:"In the language of the place."`
	Type      Type   `json:"type" enum:"public,bank,school,optional"`
	Observed  bool   `json:"observed" doc:"The day stands in for the holiday's own."`
	Estimated bool   `json:"estimated" doc:"The sight of the moon decides: it may be a day earlier or later."`
	From      string `json:"from,omitempty" example:"14:00" doc:"Only a part of the date is taken, from this time."`
	To        string `json:"to,omitempty" example:"24:00" doc:"The end of that part."`
}

// Year lists the holidays of some types in a region, or in the whole country when region is empty, on their dates in a
// year, in order. Outside the years First to Last it lists those that a rule gives.
func (c *Country) Year(region string, year int, types ...Type) []Day {
	var days []Day
	for _, h := range c.In(region, types...) {
		for _, number := range h.Days(year) {
			day := Day{dayTime(number).Format("2006-01-02"), h.English, h.Local, h.Type, h.Observed, h.Estimated, "", ""}
			if !h.Whole() {
				day.From, day.To = clock(h.From), clock(h.To)
			}
			if !slices.Contains(days, day) {
				days = append(days, day)
			}
		}
	}
	slices.SortStableFunc(days, func(a, b Day) int { return strings.Compare(a.Date, b.Date) })
	return days
}

// clock writes minutes since midnight as "13:30".
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

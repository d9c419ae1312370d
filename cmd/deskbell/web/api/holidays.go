package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/holidays"
)

const holidaysTag = "Holidays"

type holidaysInput struct {
	Code   string    `path:"code" maxLength:"20" example:"FR" doc:"A country, or a region of it, as CA-ON."`
	Year   yearParam `query:"year" doc:"Default: this one."`
	Region string    `query:"region" maxLength:"20" doc:"A region of the country, as ON; the same as CA-ON."`
	Also   []string  `query:"also" enum:"bank,school,optional" doc:"Other types beside public holidays."`
}

type holidaysOutput struct{ Body holidayList }

// holidayList is the holidays of a place in a year. Its days have the shape of deskbell holidays --json.
type holidayList struct {
	Country   string         `json:"country" example:"CA"`
	Name      string         `json:"name" example:"Canada"`
	Region    string         `json:"region" example:"ON" doc:"Empty for the whole country."`
	Year      int            `json:"year" example:"2027"`
	FirstYear int            `json:"first_year" doc:"The first year that is known."`
	LastYear  int            `json:"last_year" doc:"The last one."`
	Regions   []regionName   `json:"regions" nullable:"false" doc:"Regions with holidays of their own."`
	Holidays  []holidays.Day `json:"holidays" nullable:"false"`
}

type regionName struct {
	Code string `json:"code" example:"ON"`
	Name string `json:"name" example:"Ontario"`
}

func (s *service) addHolidays(h huma.API) {
	op := huma.Operation{
		OperationID: "get-holidays", Method: http.MethodGet, Path: "/v1/holidays/{code}", Tags: []string{holidaysTag},
		Summary:     "List the public holidays of a country",
		Description: "The days on which a schedule with these holidays is closed. Any key may ask.",
		Errors:      []int{http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(_ context.Context, in *holidaysInput) (*holidaysOutput, error) {
		year, wrong := in.Year.known(s.Now())
		country, region, types, err := hours.FindHolidays(in.Code, in.Region, in.Also)
		if err != nil {
			return nil, unknownPlace(in, err, wrong)
		}
		if wrong != nil {
			return nil, invalid(wrong)
		}
		out := holidayList{country.Code, country.Name, region, year, holidays.First, holidays.Last, []regionName{}, country.Year(region, year, types...)}
		for _, r := range country.Regions {
			out.Regions = append(out.Regions, regionName{r.Code, r.Name})
		}
		return &holidaysOutput{out}, nil
	})
}

// known is a year whose holidays are known; absent: that of an instant.
func (y yearParam) known(now time.Time) (year int, fault error) {
	if y == "" {
		return now.Year(), nil
	}
	year, err := strconv.Atoi(string(y))
	switch {
	case err != nil:
		return 0, wrongParam("year", string(y), "is not a year", fmt.Sprintf("%d to %d", holidays.First, holidays.Last))
	case year < holidays.First || year > holidays.Last:
		message := fmt.Sprintf("lies outside the years that are known, %d to %d", holidays.First, holidays.Last)
		return 0, &huma.ErrorDetail{Location: "query.year", Message: message, Value: string(y)}
	}
	return year, nil
}

// unknownPlace answers 404 for a country or a region that there is not, with the regions that there are.
func unknownPlace(in *holidaysInput, err, alsoWrong error) error {
	var faults hours.Faults
	if !errors.As(err, &faults) {
		return err
	}
	var details []error
	for _, f := range faults {
		d := &huma.ErrorDetail{Location: "path.code", Message: f.Problem + "; allowed: " + f.Allowed, Value: in.Code}
		if in.Region != "" && f.Path == "/region" {
			d.Location, d.Value = "query.region", in.Region
		}
		details = append(details, d)
	}
	if alsoWrong != nil {
		details = append(details, alsoWrong)
	}
	return huma.Error404NotFound("there are no such holidays", details...)
}

type countriesOutput struct{ Body countryList }

type countryList struct {
	Countries []country `json:"countries" nullable:"false"`
}

// country has the shape of a line of deskbell holidays --json.
type country struct {
	Code     string   `json:"code" example:"AU"`
	Name     string   `json:"name" example:"Australia"`
	Regional bool     `json:"regional" doc:"Its holidays are a matter of regions: one must be named."`
	Regions  []string `json:"regions" nullable:"false" example:"[\"NSW\"]" doc:"Those with holidays of their own."`
}

func (s *service) addCountries(h huma.API) {
	op := huma.Operation{
		OperationID: "list-countries", Method: http.MethodGet, Path: "/v1/holidays", Tags: []string{holidaysTag},
		Summary:     "List the countries whose holidays are known",
		Description: "With their regions. Any key may ask.",
		Errors:      []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(context.Context, *struct{}) (*countriesOutput, error) {
		out := &countriesOutput{countryList{[]country{}}}
		for _, code := range holidays.Codes() {
			c, _ := holidays.Find(code)
			out.Body.Countries = append(out.Body.Countries, country{code, c.Name, c.Regional, c.RegionCodes()})
		}
		return out, nil
	})
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/holidays"
)

const holidaysTag = "Holidays"

type holidaysInput struct {
	Code   string   `path:"code" maxLength:"20" example:"FR" doc:"A country, or a region of it, as CA-ON."`
	Year   int      `query:"year" doc:"Default: this one."`
	Region string   `query:"region" maxLength:"20" doc:"A region of the country, as ON; the same as CA-ON."`
	Also   []string `query:"also" enum:"bank,school,optional" doc:"Other types beside public holidays."`
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
		country, region, types, err := hours.FindHolidays(in.Code, in.Region, in.Also)
		if err != nil {
			return nil, unknownPlace(err)
		}
		if in.Year == 0 {
			in.Year = s.Now().Year()
		}
		if in.Year < holidays.First || in.Year > holidays.Last {
			return nil, huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
				Location: "query.year", Message: fmt.Sprintf("lies outside the years that are known, %d to %d", holidays.First, holidays.Last), Value: in.Year,
			})
		}
		out := holidayList{country.Code, country.Name, region, in.Year, holidays.First, holidays.Last, []regionName{}, country.Year(region, in.Year, types...)}
		for _, r := range country.Regions {
			out.Regions = append(out.Regions, regionName{r.Code, r.Name})
		}
		return &holidaysOutput{out}, nil
	})
}

// unknownPlace answers 404 for a country or a region that there is not, with the regions that there are.
func unknownPlace(err error) error {
	var faults hours.Faults
	if !errors.As(err, &faults) {
		return err
	}
	details := make([]error, len(faults))
	for i, f := range faults {
		details[i] = &huma.ErrorDetail{Location: "path.code", Message: f.Problem + "; allowed: " + f.Allowed, Value: f.Value}
	}
	return huma.Error404NotFound("there are no such holidays", details...)
}

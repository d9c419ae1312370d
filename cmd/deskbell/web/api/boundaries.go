package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/view"
)

// Bounds of a preview.
const (
	mostBoundaries  = 1000
	previewDays     = 14
	mostPreviewDays = 2 * 366
	firstYear       = 1 // in every time zone, the local year has four digits then, as JSON wants it
	lastYear        = 9998
)

type boundariesInput struct {
	ID   string       `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	From instantParam `query:"from" doc:"Default: now."`
	To   instantParam `query:"to" doc:"Default: 14 days after from; two years after it at most."`
}

type boundariesOutput struct{ Body boundaries }

type boundaries struct {
	TimeZone string     `json:"time_zone" example:"Europe/Paris"`
	Items    []boundary `json:"items" nullable:"false"`
	Next     *time.Time `json:"next" doc:"Where to go on from when there are more than 1000; else null."`
}

// boundary is a boundary, or the state at the beginning. Its shape is that of
// deskbell hours --json.
type boundary struct {
	At     time.Time `json:"at"`
	Local  time.Time `json:"local" doc:"The same instant on the schedule's clock."`
	Open   bool      `json:"open"`
	Reason string    `json:"reason" example:"weekly"`
}

// preview is a kind of definition whose hours can be looked at.
type preview struct {
	kind
	suffix string // of the ids of its operations
	hours  func(ctx context.Context, id string) (*hours.Schedule, error)
}

func (s *service) previews() []preview {
	return []preview{
		{kindOf(edit.KindSchedule), "", s.Client.NamedSchedule},
		{kindOf(edit.KindProperty), "-of-property", s.Client.PropertyHours},
		{kindOf(edit.KindAgent), "-of-agent", s.Client.AgentHours},
	}
}

// now is said of a kind whose hours are not only its schedule.
func (p preview) now() string {
	switch p.Kind {
	case edit.KindProperty:
		return " It has the override in force."
	case edit.KindAgent:
		return " It has the leave."
	default:
		return ""
	}
}

type coverageInput struct {
	ID   string       `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	From instantParam `query:"from" doc:"Default: now."`
	To   instantParam `query:"to" doc:"Default: 14 days after from; two years after it at most."`
}

type coverageOutput struct{ Body view.Coverage }

func (s *service) addCoverage(h huma.API) {
	op := kindOf(edit.KindProperty).operation(http.MethodGet, "/v1/properties/{id}/coverage", "get-coverage", "See when it is open and nobody is on shift", http.StatusNotFound)
	op.Description = "The open time of the property and of each department, with its overrides, and the gaps in which nobody of the agents listed is on shift."
	huma.Register(h, op, func(ctx context.Context, in *coverageInput) (*coverageOutput, error) {
		from, to, err := s.span(&boundariesInput{in.ID, in.From, in.To})
		if err != nil {
			return nil, err
		}
		c, err := s.Client.Coverage(ctx, in.ID, from, to)
		if err != nil {
			return nil, s.failed(err)
		}
		return &coverageOutput{c}, nil
	})
}

func (s *service) addBoundaries(h huma.API, p preview) {
	op := p.operation(http.MethodGet, p.pathOfOne()+"/boundaries", "get-boundaries"+p.suffix, "Preview the boundaries of "+p.one(), http.StatusNotFound)
	op.Description = "The state at the beginning, then every boundary up to the end, the end included." + p.now()
	huma.Register(h, op, func(ctx context.Context, in *boundariesInput) (*boundariesOutput, error) {
		schedule, err := p.hours(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		from, to, err := s.span(in)
		if err != nil {
			return nil, err
		}
		return &boundariesOutput{boundariesOf(schedule, from, to)}, nil
	})
}

// span is the time that a preview is of.
func (s *service) span(in *boundariesInput) (from, to time.Time, err error) {
	from, wrong := in.From.instant("from")
	to, alsoWrong := in.To.instant("to")
	if err := invalid(wrong, alsoWrong); err != nil {
		return from, to, err
	}
	if from = s.beginning(from); to.IsZero() {
		to = from.AddDate(0, 0, previewDays)
	}
	if last := from.AddDate(0, 0, mostPreviewDays); to.Before(from) || to.After(last) {
		return from, to, invalid(wrongParam("to", string(in.To), "is before from, or more than two years after it",
			from.UTC().Format(time.RFC3339)+" to "+last.UTC().Format(time.RFC3339)))
	}
	return from, to, invalid(checkYears(from, to))
}

// beginning is the whole second of from; the zero time is now.
func (s *service) beginning(from time.Time) time.Time {
	if from.IsZero() {
		from = s.Now()
	}
	return from.Truncate(time.Second)
}

// checkYears faults a question whose answer may be beyond the last year.
func checkYears(from, to time.Time) error {
	if to.UTC().Year() <= lastYear {
		return nil
	}
	years := to.UTC().Year() - from.UTC().Year()
	return wrongParam("from", from.UTC().Format(time.RFC3339), "leads beyond the years that are known", fmt.Sprintf("instants of the years %d to %d", firstYear, lastYear-years-1))
}

func boundariesOf(schedule *hours.Schedule, from, to time.Time) boundaries {
	body := boundaries{TimeZone: schedule.Location().String(), Items: []boundary{}}
	for at := from; !at.IsZero() && !at.After(to); at = schedule.NextBoundary(at) {
		if len(body.Items) == mostBoundaries {
			body.Next = inUTC(at)
			break
		}
		state := schedule.At(at)
		body.Items = append(body.Items, boundary{at.UTC(), at.In(schedule.Location()), state.Open, state.Reason})
	}
	return body
}

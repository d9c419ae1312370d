package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/edit"
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
	ID   string    `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	From time.Time `query:"from" doc:"Default: now."`
	To   time.Time `query:"to" doc:"Default: 14 days after from; two years after it at most."`
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

func (s *service) addBoundaries(h huma.API) {
	op := kindOf(edit.KindSchedule).operation(http.MethodGet, "/v1/schedules/{id}/boundaries", "get-boundaries", "Preview the boundaries of a schedule", http.StatusNotFound)
	op.Description = "The state at the beginning, then every boundary up to the end, the end included."
	huma.Register(h, op, func(ctx context.Context, in *boundariesInput) (*boundariesOutput, error) {
		schedule, err := s.Client.NamedSchedule(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		from, to := in.From.Truncate(time.Second), in.To
		if from.IsZero() {
			from = s.Now().Truncate(time.Second)
		}
		if to.IsZero() {
			to = from.AddDate(0, 0, previewDays)
		}
		if to.Before(from) || to.After(from.AddDate(0, 0, mostPreviewDays)) {
			return nil, huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
				Location: "query.to", Message: "is before from, or more than two years after it", Value: to,
			})
		}
		if from.UTC().Year() < firstYear || to.UTC().Year() > lastYear {
			return nil, huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{
				Location: "query.from", Message: "leads beyond the years 1 to 9998", Value: from,
			})
		}
		out := &boundariesOutput{boundaries{TimeZone: schedule.Location().String(), Items: []boundary{}}}
		for at := from; !at.IsZero() && !at.After(to); at = schedule.NextBoundary(at) {
			if len(out.Body.Items) == mostBoundaries {
				out.Body.Next = inUTC(at)
				break
			}
			state := schedule.At(at)
			out.Body.Items = append(out.Body.Items, boundary{at.UTC(), at.In(schedule.Location()), state.Open, state.Reason})
		}
		return out, nil
	})
}

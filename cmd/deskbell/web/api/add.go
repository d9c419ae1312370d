package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/hours"
)

type addInput struct {
	ID       string       `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	From     instantParam `query:"from" doc:"Default: now."`
	Duration string       `query:"duration" default:"0s" maxLength:"100" example:"4h" doc:"Open time, such as 30m, 4h or 1h30m; 1d is 24 hours of it. Nothing, 0s, gives from while it is open, and else the next opening."`
}

type addOutput struct{ Body added }

type added struct {
	TimeZone string     `json:"time_zone" example:"Europe/Paris"`
	At       *time.Time `json:"at" doc:"The instant at which so much open time has passed; null when it is not open for so long within 100 years."`
	Local    *time.Time `json:"local" doc:"The same instant on the schedule's clock, or null."`
}

func (s *service) addAdd(h huma.API, p preview) {
	op := p.operation(http.MethodGet, p.pathOfOne()+"/add", "add-open-time"+p.suffix, "Add open time of "+p.one()+" to an instant", http.StatusNotFound)
	op.Description = "Real time counts while it is open, on the days when clocks change, too." + p.now()
	huma.Register(h, op, func(ctx context.Context, in *addInput) (*addOutput, error) {
		schedule, err := p.hours(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		from, wrong := in.From.instant("from")
		d, err := hours.ParseDuration(in.Duration)
		if err != nil {
			err = &huma.ErrorDetail{Location: "query.duration", Message: err.Error(), Value: in.Duration}
		}
		if err := invalid(wrong, err); err != nil {
			return nil, err
		}
		if from.IsZero() {
			from = s.beginning(from)
		}
		if err := invalid(checkYears(from, from.Add(hours.AddHorizon))); err != nil {
			return nil, err
		}
		out := &addOutput{added{TimeZone: schedule.Location().String()}}
		if at, ok := schedule.Add(from, time.Duration(d)); ok {
			local := at.In(schedule.Location())
			out.Body.At, out.Body.Local = inUTC(at), &local
		}
		return out, nil
	})
}

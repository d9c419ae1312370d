package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
)

type deliveriesInput struct {
	Destination string `query:"destination" maxLength:"64" doc:"Only this one."`
	Limit       int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many actions at most that were given up."`
}

type deliveriesOutput struct{ Body deliveries }

type deliveries struct {
	Destinations []destinationStatus `json:"destinations" nullable:"false" doc:"None for a key of some properties: destinations are of all."`
	GivenUp      []jobs.Archived     `json:"given_up" nullable:"false" doc:"The actions that no attempt delivered in 12 hours, the oldest first."`
	LeftOut      int                 `json:"left_out" doc:"How many more were given up."`
}

type destinationStatus deliver.Status

// deliveriesID is the operation's.
const deliveriesID = "list-deliveries"

func (s *service) addDeliveries(h huma.API) {
	op := kindOf(edit.KindDestination).operation(http.MethodGet, "/v1/deliveries", deliveriesID, "See how each destination is, and what was given up", http.StatusNotFound)
	op.Description = "As deskbell deliveries list shows it. A key of some properties gets the actions whose data have one of these as property, and no others, and no destinations."
	huma.Register(h, op, func(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
		list, err := s.Client.DeliveryList(ctx, jobs.ArchivedFilter{Destination: in.Destination, Properties: web.Caller(ctx).Properties}, in.Limit)
		if err != nil {
			return nil, s.failed(err)
		}
		body := deliveries{Destinations: make([]destinationStatus, 0, len(list.Destinations)), GivenUp: append([]jobs.Archived{}, list.GivenUp...), LeftOut: list.LeftOut}
		for _, d := range list.Destinations {
			body.Destinations = append(body.Destinations, destinationStatus(d))
		}
		return &deliveriesOutput{body}, nil
	})
}

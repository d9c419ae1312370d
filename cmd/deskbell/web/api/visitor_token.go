package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/store"
)

// visitorTokenInput names a visitor. The ids of their visits and chats are 14 characters longer than theirs, and have 128 at most.
type visitorTokenInput struct {
	ID      string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" doc:"The property's id."`
	Visitor string `path:"visitor" maxLength:"114" pattern:"^[A-Za-z0-9._~!$&'()*+,;=:@-]+$" doc:"An id of your own. Nobody needs to know of the visitor yet."`
}

type visitorTokenOutput struct {
	Body visitorTokenBody
}

type visitorTokenBody struct {
	Property string    `json:"property"`
	Visitor  string    `json:"visitor"`
	Token    string    `json:"token" doc:"For that visitor's page alone: whoever has it speaks for them, and reads what is for them."`
	Until    time.Time `json:"until" doc:"When it ends, unless the page gets another one with an answer to its events before."`
}

func (s *service) addVisitorToken(h huma.API) {
	op := huma.Operation{
		OperationID: "post-visitor-token", Method: http.MethodPost, Path: "/v1/visitors/{id}/{visitor}/token", Tags: []string{visitorsTag},
		DefaultStatus: http.StatusOK,
		Summary:       "Make a token for the page of a visitor whom you name",
		Description: "For a shop's server, which knows who is logged in. The page sends the token with its events and its stream, as any other that it gets. " +
			"It ends at once when the visitor is erased.",
		Errors: []int{http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(ctx context.Context, in *visitorTokenInput) (*visitorTokenOutput, error) {
		missing, err := s.Client.Undefined(ctx, []store.Subject{store.PropertySubject(in.ID)})
		if err != nil {
			return nil, s.failed(err)
		}
		if len(missing) > 0 {
			return nil, huma.Error404NotFound("there is no property " + in.ID)
		}
		token, until, err := s.Token(ctx, in.ID, in.Visitor)
		if err != nil {
			return nil, s.failed(err)
		}
		return &visitorTokenOutput{visitorTokenBody{in.ID, in.Visitor, token, until}}, nil
	})
}

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/view"
)

type whyInput struct {
	ID string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type whyOutput struct{ Body view.Why }

func (s *service) addWhy(h huma.API) {
	op := kindOf(edit.KindAgent).operation(http.MethodGet, "/v1/agents/{id}/why", "get-why", "See why an agent is online or not", http.StatusNotFound)
	op.Description = "The status of now, and the questions of the decision in their order: leave, a locked choice, any other choice, hours, session, chats, idle. One of them is decisive."
	huma.Register(h, op, func(ctx context.Context, in *whyInput) (*whyOutput, error) {
		w, err := s.Client.Why(ctx, in.ID, s.Now())
		if err != nil {
			return nil, s.failed(err)
		}
		return &whyOutput{w}, nil
	})
}

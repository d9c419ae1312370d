package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/view"
)

type whyInput struct {
	ID string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type whyOutput struct{ Body view.Why }

type agentStatusOutput struct{ Body agentStatus }

// agentStatus is that of an agent at this instant, in the shape of a widget's state.
type agentStatus struct {
	Agent    string        `json:"agent"`
	Name     string        `json:"name,omitempty"`
	TimeZone string        `json:"time_zone" doc:"Theirs." example:"Europe/Paris"`
	Status   agent.Status  `json:"status" enum:"online,away,invisible,offline"`
	Reason   string        `json:"reason" example:"weekly"`
	Since    *time.Time    `json:"since" doc:"When its cause was. Null: always."`
	Until    *time.Time    `json:"until" doc:"When it changes next, as far as it is foreseen. Null: it is not."`
	Next     *agent.Status `json:"next" enum:"online,away,invisible,offline" doc:"The status from until on; null with it."`
}

func (s *service) addAgentStatus(h huma.API) {
	op := kindOf(edit.KindAgent).operation(http.MethodGet, "/v1/agents/{id}/status", "get-agent-status", "See whether an agent is online", http.StatusNotFound)
	op.Description = "Computed for this very instant, also while no worker has acted on it. /why has the questions of the decision, too."
	huma.Register(h, op, func(ctx context.Context, in *whyInput) (*agentStatusOutput, error) {
		w, err := s.Client.Why(ctx, in.ID, s.Now())
		if err != nil {
			return nil, s.failed(err)
		}
		return &agentStatusOutput{agentStatus{
			w.Agent, w.Name, w.TimeZone, w.Status, w.Reason, inUTC(w.Since), inUTC(w.Until), action.OrNull(w.Next),
		}}, nil
	})
}

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

package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

type whyInput struct {
	ID string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type whyOutput struct{ Body view.Why }

type agentStatusOutput struct {
	Body any // an agentStatus, or AgentPresence alone
}

// AgentPresence is as much of the status of an agent as a key of some properties gets.
type AgentPresence struct {
	Agent    string       `json:"agent"`
	Name     string       `json:"name,omitempty"`
	TimeZone string       `json:"time_zone" doc:"Theirs." example:"Europe/Paris"`
	Status   agent.Status `json:"status" enum:"online,away,invisible,offline"`
}

// agentStatus is that of an agent at this instant, in the shape of a widget's state.
type agentStatus struct {
	AgentPresence

	Reason string        `json:"reason" required:"false" example:"weekly" doc:"A key of some properties gets neither this nor since, until and next."`
	Since  *time.Time    `json:"since" required:"false" doc:"When its cause was. Null: always."`
	Until  *time.Time    `json:"until" required:"false" doc:"When it changes next, as far as it is foreseen. Null: it is not."`
	Next   *agent.Status `json:"next" required:"false" enum:"online,away,invisible,offline" doc:"The status from until on; null with it."`
}

// agentStatusID is the operation's.
const agentStatusID = "get-agent-status"

func (s *service) addAgentStatus(h huma.API) {
	op := kindOf(edit.KindAgent).operation(http.MethodGet, "/v1/agents/{id}/status", agentStatusID, "See whether an agent is online", http.StatusNotFound)
	op.Description = "Computed for this very instant, also while no worker has acted on it. /why has the questions of the decision, too. " +
		"A key of some properties gets the status of an agent who serves one of these, without the reason and the times, which other properties may share in. Other agents are to it as if they were not defined."
	op.Responses = map[string]*huma.Response{"200": content("OK", h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[agentStatus](), true, ""))}
	huma.Register(h, op, func(ctx context.Context, in *whyInput) (*agentStatusOutput, error) {
		body, err := s.agentStatus(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		return &agentStatusOutput{body}, nil
	})
}

// agentStatus gives as much as the caller may know.
func (s *service) agentStatus(ctx context.Context, id string) (any, error) {
	key := web.Caller(ctx)
	if key.IsBound() {
		served, err := s.Client.Serves(ctx, []string{id})
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(served[id], key.May) {
			return nil, store.Missing(store.AgentSubject(id))
		}
	}
	w, err := s.Client.Why(ctx, id, s.Now())
	if err != nil {
		return nil, err
	}
	presence := AgentPresence{w.Agent, w.Name, w.TimeZone, w.Status}
	if key.IsBound() {
		return presence, nil
	}
	return agentStatus{presence, w.Reason, inUTC(w.Since), inUTC(w.Until), action.OrNull(w.Next)}, nil
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

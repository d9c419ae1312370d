package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/erase"
)

const visitorsTag = "Visitors"

type visitorsInput struct {
	ID     string   `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" doc:"The property's id. It need not be defined any more."`
	Fields []string `query:"field" maxItems:"50" doc:"Forget only these facts, by name: attributes, those of the application's own, fields of forms. Repeat it, or write a list with commas."`
}

type visitorInput struct {
	ID      string   `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" doc:"The property's id. It need not be defined any more."`
	Visitor string   `path:"visitor" maxLength:"128"`
	Fields  []string `query:"field" maxItems:"50" doc:"As for all visitors of a property."`
}

type oneVisitorInput struct {
	ID      string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" doc:"The property's id."`
	Visitor string `path:"visitor" maxLength:"128"`
}

type eraseOutput struct {
	Status int
	Body   erase.Report
}

// eraseWithin leaves room for the pass that has begun by then: see requestTime.
const eraseWithin = 15 * time.Second

func (s *service) addVisitors(h huma.API) {
	one := eraseOperation("/v1/visitors/{id}/{visitor}", "delete-visitor", "Erase a visitor")
	one.Description = "All that is kept of the visitor: the record, their chats and timers, what waits to be taken in or delivered, and what was archived. " +
		"With field, only these facts. It may be repeated, and an unknown visitor is no error. Events that are sent afterwards begin a new record."
	huma.Register(h, one, func(ctx context.Context, in *visitorInput) (*eraseOutput, error) {
		return s.erase(ctx, engine.Person{Property: in.ID, Visitor: in.Visitor, Fields: in.Fields})
	})
	all := eraseOperation("/v1/visitors/{id}", "delete-visitors", "Erase all visitors of a property")
	all.Description = "As for one. The property itself stays: delete it first where it is to go, so that no more events of it are taken."
	huma.Register(h, all, func(ctx context.Context, in *visitorsInput) (*eraseOutput, error) {
		return s.erase(ctx, engine.Person{Property: in.ID, Fields: in.Fields})
	})
}

type visitorOutput struct{ Body visitorBody }

type visitorBody struct {
	Property string                  `json:"property"`
	Visitor  string                  `json:"visitor"`
	Record   json.RawMessage         `json:"record" doc:"Visits, tabs, attributes, what was sent and the chats by id, as they are kept. A fact with unverified, true, is the word of the visitor's web page. Its shape may change with the version."`
	Waiting  []engine.WaitingMessage `json:"waiting" nullable:"false" doc:"The messages that wait, the next first, and why. Their conditions are asked again when they are due."`
	Recent   []any                   `json:"recent" nullable:"false" doc:"What was done for the visitor lately, the newest first, and message.skipped with the reason for what was not. They are sought among the last actions of all properties."`
}

func (s *service) addVisitor(h huma.API) {
	op := huma.Operation{
		OperationID: "get-visitor", Method: http.MethodGet, Path: "/v1/visitors/{id}/{visitor}", Tags: []string{visitorsTag},
		Summary:     "See what is kept of a visitor, what waits, and why",
		Description: "As workers have committed it.",
		Errors:      []int{http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(ctx context.Context, in *oneVisitorInput) (*visitorOutput, error) {
		v, err := s.Client.Visitor(ctx, in.ID, in.Visitor)
		if err != nil {
			return nil, s.failed(err)
		}
		body := visitorBody{v.Property, v.Visitor, v.Record, append([]engine.WaitingMessage{}, v.Waiting...), make([]any, 0, len(v.Recent))}
		for _, a := range v.Recent {
			body.Recent = append(body.Recent, a)
		}
		return &visitorOutput{body}, nil
	})
}

func eraseOperation(path, id, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodDelete, Path: path, Summary: summary, Tags: []string{visitorsTag}, DefaultStatus: http.StatusOK,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
}

// erase answers 202 where workers were busy with the person to the end.
func (s *service) erase(ctx context.Context, p engine.Person) (*eraseOutput, error) {
	report, err := s.Eraser.Erase(ctx, p, eraseWithin)
	if err != nil {
		return nil, s.failed(err)
	}
	if !report.Complete {
		return &eraseOutput{http.StatusAccepted, report}, nil
	}
	return &eraseOutput{http.StatusOK, report}, nil
}

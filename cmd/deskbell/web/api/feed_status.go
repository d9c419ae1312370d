package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/edit"
)

const feedsTag = "Calendars"

type feedsOutput struct{ Body feedList }

type feedList struct {
	Feeds []edit.FeedStatus `json:"feeds" nullable:"false"`
}

func (s *service) addFeedStatus(h huma.API) {
	op := huma.Operation{
		OperationID: "list-feeds", Method: http.MethodGet, Path: "/v1/feeds", Tags: []string{feedsTag},
		Summary:     "See how the calendars are that workers fetch",
		Description: "Those that definitions name by ical_url. A key of some properties may not ask: calendars are of all.",
		Errors:      []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(ctx context.Context, _ *struct{}) (*feedsOutput, error) {
		list, err := s.Client.FeedStatus(ctx)
		if err != nil {
			return nil, s.failed(err)
		}
		return &feedsOutput{feedList{list}}, nil
	})
}

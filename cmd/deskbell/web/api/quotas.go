package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/jobs/quota"
)

const quotasTag = "Quotas"

type quotasOutput struct{ Body quotaList }

type quotaList struct {
	Quotas []quota.Status `json:"quotas" nullable:"false"`
}

func (s *service) addQuotas(h huma.API) {
	op := huma.Operation{
		OperationID: "list-quotas", Method: http.MethodGet, Path: "/v1/quotas", Tags: []string{quotasTag},
		Summary: "See which properties are over a quota, or have quotas of their own",
		Description: "By id. Which quota, since when, and how much was refused on that day. No key changes a quota: an operator does, by " +
			"deskbell quotas set. A key of some properties may not ask.",
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	huma.Register(h, op, func(ctx context.Context, _ *struct{}) (*quotasOutput, error) {
		list, err := s.Client.Quotas(ctx)
		if err != nil {
			return nil, s.failed(err)
		}
		return &quotasOutput{quotaList{list}}, nil
	})
}

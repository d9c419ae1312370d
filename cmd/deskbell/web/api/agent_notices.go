package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
)

type testNoticeOutput struct{ Body testNotice }

type testNotice struct {
	Ways []triedWay `json:"ways" nullable:"false"`
}

type triedWay struct {
	Way     string `json:"way" example:"ntfy" doc:"A service by its scheme, or a browser or phone by its push service and the day on which it was added."`
	Problem string `json:"problem,omitempty" doc:"Why it was not sent. Absent: it was."`
}

// addTestNotice adds what deskbell notify --test does.
func (s *service) addTestNotice(h huma.API) {
	op := kindOf(edit.KindAgent).operation(http.MethodPost, "/v1/agents/{id}/notices/test", "test-agent-notices", "Send a test notice to an agent", http.StatusNotFound, http.StatusConflict)
	op.Description = "At once, by each service of notify.via and to each browser and phone on which they allowed notices. The answer has what became of each. " +
		"A browser that has forgotten its subscription is removed from the agent's."
	op.DefaultStatus = http.StatusOK
	huma.Register(h, op, func(ctx context.Context, in *whyInput) (*testNoticeOutput, error) {
		ways, err := s.TestNotice(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		if len(ways) == 0 {
			return nil, huma.Error409Conflict(in.ID + " has no way of their own: add services to notify.via, or let them allow notices on their page")
		}
		out := new(testNoticeOutput)
		for _, w := range ways {
			tried := triedWay{Way: w.Name}
			if w.Err != nil {
				tried.Problem = w.Err.Error()
				deliver.WithDetail(s.Log.WithFields(logrus.Fields{"agent": in.ID, "way": w.Name}), w.Err).WithError(w.Err).Info("test notice failed")
			}
			out.Body.Ways = append(out.Body.Ways, tried)
		}
		return out, nil
	})
}

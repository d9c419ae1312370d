package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
)

type destinationInput struct {
	ID string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type replayInput struct {
	Task string `path:"task" maxLength:"256" doc:"As the list of deliveries has it: the task, or the id of the action."`
}

type replayOutput struct{ Body replay }

type testOutput struct{ Body destinationTest }

type destinationTest deliver.Pinged

// testWithin is how long a request waits for a worker that tests a destination, which takes ten seconds at most.
const testWithin = 20 * time.Second

type replay struct {
	HandedOver int `json:"handed_over" doc:"How many actions were given to the workers. What fails is tried a few times more, and is then in the list again."`
	LeftOut    int `json:"left_out" doc:"How many more there are: ask again."`
}

// addDeliveryEdits adds what people do about deliveries.
func (s *service) addDeliveryEdits(h huma.API) {
	const one = "/v1/destinations/{id}"
	k := kindOf(edit.KindDestination)
	pause := k.operation(http.MethodPost, one+"/pause", "pause-destination", "Leave a destination alone", http.StatusNotFound, http.StatusConflict)
	pause.Description = "Until it is resumed, or defined otherwise. Its actions wait, and are given up after 12 hours, as those of a destination that fails."
	pause.DefaultStatus = http.StatusNoContent
	huma.Register(h, pause, func(ctx context.Context, in *destinationInput) (*struct{}, error) {
		if err := s.Client.Pause(ctx, in.ID, web.Caller(ctx).Name); err != nil {
			return nil, s.failed(err)
		}
		return nil, nil
	})

	resume := k.operation(http.MethodPost, one+"/resume", "resume-destination", "Try a destination again", http.StatusNotFound)
	resume.Description = "That was paused, by itself or by somebody, or is gone. What waits is delivered within a few seconds."
	resume.DefaultStatus = http.StatusNoContent
	huma.Register(h, resume, func(ctx context.Context, in *destinationInput) (*struct{}, error) {
		if err := s.isDestination(ctx, in.ID); err != nil {
			return nil, err
		}
		if _, err := s.Client.Resume(ctx, in.ID); err != nil {
			return nil, s.failed(err)
		}
		return nil, nil
	})

	test := k.operation(http.MethodPost, one+"/test", "test-destination", "Test a destination", http.StatusNotFound)
	test.Description = "A worker sends one ping, an action of the type " + string(action.PingType) + ", by the ways of deliveries, and the answer says what came back: status, took_ms, the beginning " +
		"of the body as answer, or error and what to do. It is 200 also where the destination does not take it. One that is paused stays so. A chat product is asked what changes nothing instead."
	test.DefaultStatus = http.StatusOK
	huma.Register(h, test, func(ctx context.Context, in *destinationInput) (*testOutput, error) {
		ctx, cancel := context.WithTimeout(ctx, testWithin)
		defer cancel()
		p, err := s.Client.Ping(ctx, in.ID)
		switch {
		case errors.Is(err, jobs.ErrNoWorker), errors.Is(err, jobs.ErrNoAnswerYet):
			return nil, huma.ErrorWithHeaders(huma.Error503ServiceUnavailable(err.Error()), http.Header{"Retry-After": {"5"}})
		case err != nil:
			return nil, s.failed(err)
		}
		return &testOutput{destinationTest(p)}, nil
	})

	const again = " It arrives with the id that it had, after what has come since. To replay is to say that the receiver is well: the destination is resumed."
	all := k.operation(http.MethodPost, one+"/replay", "replay-destination", "Deliver again what was given up of a destination", http.StatusNotFound)
	all.Description = "500 actions at most, the oldest first." + again
	all.DefaultStatus = http.StatusOK
	huma.Register(h, all, func(ctx context.Context, in *destinationInput) (*replayOutput, error) {
		if err := s.isDestination(ctx, in.ID); err != nil {
			return nil, err
		}
		return s.replay(ctx, jobs.ArchivedFilter{Destination: in.ID})
	})

	single := k.operation(http.MethodPost, "/v1/deliveries/{task}/replay", "replay-delivery", "Deliver again one action that was given up", http.StatusNotFound)
	single.Description = "To each destination that did not get it, where the id of an action is given." + again
	single.DefaultStatus = http.StatusOK
	huma.Register(h, single, func(ctx context.Context, in *replayInput) (*replayOutput, error) {
		out, err := s.replay(ctx, jobs.ArchivedFilter{IDs: []string{in.Task}})
		if err == nil && out.Body.HandedOver == 0 {
			return nil, huma.Error404NotFound("nothing of that name was given up, or it was delivered since")
		}
		return out, err
	})
}

// isDestination is an error of the API where a destination is not defined.
func (s *service) isDestination(ctx context.Context, id string) error {
	if _, err := s.Client.Get(ctx, edit.KindDestination, id); err != nil {
		return s.failed(err)
	}
	return nil
}

func (s *service) replay(ctx context.Context, f jobs.ArchivedFilter) (*replayOutput, error) {
	handed, left, err := s.Client.Again(ctx, f)
	if err != nil {
		return nil, s.failed(err)
	}
	return &replayOutput{replay{handed, left}}, nil
}

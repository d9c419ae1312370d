package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// TendArgs asks for a destination to be tended.
type TendArgs struct {
	Destination string `json:"destination"`
}

// Kind implements Args.
func (TendArgs) Kind() string { return "destination:tend" }

// enqueueTend asks for it once a minute, however many workers there are. Since it takes less, one worker at a time tends a destination.
func enqueueTend(ctx context.Context, q queue, destination string, nominal time.Time) error {
	id := fmt.Sprintf("tend:%s:%d", destination, nominal.Truncate(time.Minute).Unix())
	return q.enqueue(ctx, TendArgs{destination}, queueDelivery, 0, asynq.TaskID(id))
}

// Tender looks after the destinations of a type, once a minute, beyond what is delivered to them: it finds what a chat product has not told
// of, and has it show what it cannot know.
type Tender interface {
	// Tend tends a destination. kept is what it gave the last time (nil: nothing), and it gives what to keep, also with an error. Its errors
	// show no secret.
	Tend(ctx context.Context, name string, def definition.Destination, kept json.RawMessage) (json.RawMessage, error)
}

// Tended is how the tending of a destination goes, as it is kept.
type Tended struct {
	Kept    json.RawMessage `json:"kept,omitempty"`    // of its Tender
	Problem string          `json:"problem,omitempty"` // why the last time failed; empty: it did not
	Failing time.Time       `json:"failing,omitzero"`  // since when
}

// tendLimit bounds the tending of one destination. What is left is for the next minute.
const tendLimit = 45 * time.Second

// askTending asks for the destinations that have a tender, and forgets those that are gone.
func (t ticker) askTending(ctx context.Context, nominal time.Time) error {
	if len(t.tenders) == 0 {
		return nil
	}
	defined, err := t.store.Globals(ctx, store.GlobalDestination)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(defined)) {
		var def definition.Destination
		if json.Unmarshal(defined[name], &def) != nil || t.tenders[def.Type] == nil { // one that cannot be read is not ours to tend
			continue
		}
		if err := enqueueTend(ctx, t.queue, name, nominal); err != nil {
			return err
		}
	}
	tended, err := t.store.Globals(ctx, store.GlobalTended)
	for name, body := range tended {
		if defined[name] == nil {
			_, gone := t.store.SetGlobal(ctx, store.GlobalTended, name, body, nil)
			err = errors.Join(err, gone)
		}
	}
	return err
}

// tendJob tends one destination. Failures are kept with it, and are no failures of the task: the next minute asks again.
type tendJob struct {
	*parts
	tenders map[string]Tender // by type of destination
}

func (j tendJob) run(ctx context.Context, args TendArgs, log *attempt) error {
	log.Field("destination", args.Destination)
	defined, err := j.store.GlobalsOf(ctx, store.GlobalDestination, []string{args.Destination})
	if err != nil {
		return err
	}
	var def definition.Destination
	if defined[0] == nil || json.Unmarshal(defined[0], &def) != nil || j.tenders[def.Type] == nil {
		return nil
	}
	bodies, err := j.store.GlobalsOf(ctx, store.GlobalTended, []string{args.Destination})
	if err != nil {
		return err
	}
	var was Tended
	if bodies[0] != nil && json.Unmarshal(bodies[0], &was) != nil {
		was = Tended{} // of a later version: begun anew
	}
	tending, cancel := context.WithTimeout(ctx, tendLimit)
	defer cancel()
	is := Tended{}
	var problem error
	is.Kept, problem = j.tenders[def.Type].Tend(tending, args.Destination, def, was.Kept)
	if ctx.Err() != nil {
		return ctx.Err() // the worker stops: that is no failure of the destination
	}
	if problem != nil {
		is.Problem, is.Failing = problem.Error(), was.Failing
		if was.Problem == "" {
			is.Failing = j.now().UTC().Truncate(time.Second)
		}
	}
	j.report(args.Destination, was, is, problem)
	body, err := json.Marshal(is)
	if err != nil {
		return fmt.Errorf("encoding how the destination %q is tended: %w", args.Destination, err)
	}
	_, err = j.store.SetGlobal(ctx, store.GlobalTended, args.Destination, bodies[0], body) // another one was quicker: that is as good
	return err
}

// report says when it begins to fail, when the reason changes, and when it works again.
func (j tendJob) report(name string, was, is Tended, problem error) {
	line := j.log.WithFields(logrus.Fields{"destination": name})
	switch {
	case is.Problem == "" && was.Problem != "":
		line.WithField("since", was.Failing.Format(time.RFC3339)).Info("destination is tended again")
	case is.Problem != was.Problem:
		deliver.WithDetail(line, problem).WithError(problem).Warn("destination not tended: the next minute tries again")
	}
}

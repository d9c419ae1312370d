package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// Deliveries shows the state of destinations and the actions that were given up, and has these
// delivered again.
type Deliveries struct {
	store   store.Store
	now     func() time.Time
	queue   queue
	inspect *asynq.Inspector
}

// Destinations gives the state of each destination, by name. It gives none while none is
// defined: the workers' default is not known here.
func (d *Deliveries) Destinations(ctx context.Context) ([]deliver.Status, error) {
	return deliver.Destinations(ctx, d.store, d.now())
}

// DeliveryList is how destinations are, and what was given up.
type DeliveryList struct {
	Destinations []deliver.Status
	GivenUp      []Archived // the oldest first
	LeftOut      int        // how many more were given up
}

// DeliveryList gives the state of the destination that a filter names, or of all where it names none, and as many actions as the limit which were
// given up. Destinations are of all properties: a filter by these gets none. Without such a filter, the error is store.ErrNotFound for a
// destination that is not defined, and for which nothing was given up.
func (d *Deliveries) DeliveryList(ctx context.Context, f ArchivedFilter, limit int) (l DeliveryList, err error) {
	if l.GivenUp, err = d.Archived(ctx, f); err != nil {
		return l, err
	}
	if len(f.Properties) == 0 {
		if l.Destinations, err = d.destinations(ctx, f.Destination); err != nil {
			return l, err
		}
		if f.Destination != "" && len(l.Destinations)+len(l.GivenUp) == 0 {
			return l, &store.MissingError{Kind: "destination", Name: f.Destination}
		}
	}
	if l.LeftOut = len(l.GivenUp) - limit; l.LeftOut > 0 {
		l.GivenUp = l.GivenUp[:limit]
	}
	l.LeftOut = max(0, l.LeftOut)
	return l, nil
}

// destinations gives the state of one destination, or of all where the name is empty.
func (d *Deliveries) destinations(ctx context.Context, name string) ([]deliver.Status, error) {
	all, err := d.Destinations(ctx)
	if name == "" {
		return all, err
	}
	return slices.DeleteFunc(all, func(s deliver.Status) bool { return s.Name != name }), err
}

// Archived is an action that was given up.
type Archived struct {
	ID          string    `json:"id"` // of the action
	Type        string    `json:"type"`
	Destination string    `json:"destination"`
	Time        time.Time `json:"time"`     // of the action
	Given       time.Time `json:"given_up"` // or failed to be delivered again
	Error       string    `json:"error"`    // the last
	Task        string    `json:"task"`     // id in the monitor
	Queue       string    `json:"queue"`    // of that task

	begun    int64  // as deliver.GivenUp
	property string // of its data, which have one unless the action is of an agent alone
}

// ArchivedFilter chooses among archived actions; its zero value takes all.
type ArchivedFilter struct {
	Destination string
	IDs         []string // of actions or tasks
	Properties  []string // one of which the data of an action name as property
}

func (f ArchivedFilter) takes(a Archived) bool {
	return (f.Destination == "" || f.Destination == a.Destination) &&
		(len(f.IDs) == 0 || slices.Contains(f.IDs, a.ID) || slices.Contains(f.IDs, a.Task)) &&
		(len(f.Properties) == 0 || slices.Contains(f.Properties, a.property))
}

// Archived lists the actions that were given up, the oldest first. It leaves out those of a destination that was removed and
// defined again: the new one begins anew, and never gets them.
func (d *Deliveries) Archived(ctx context.Context, f ArchivedFilter) ([]Archived, error) {
	const page = 500
	begun, err := d.store.Begun(ctx)
	if err != nil {
		return nil, err
	}
	var list []Archived
	for queue := range d.queue.all(queueDelivery) {
		for n := 1; ; n++ {
			tasks, err := d.inspect.ListArchivedTasks(queue, asynq.PageSize(page), asynq.Page(n))
			if errors.Is(err, asynq.ErrQueueNotFound) {
				break // nothing was ever delivered
			}
			if err != nil {
				return nil, fmt.Errorf("listing what was given up: %w", err)
			}
			for _, t := range tasks {
				if a, ok := archivedOf(t); ok && f.takes(a) && a.begun == begun[a.Destination] {
					list = append(list, a)
				}
			}
			if len(tasks) < page || ctx.Err() != nil {
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b Archived) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Task, b.Task)
	})
	return list, ctx.Err()
}

func archivedOf(t *asynq.TaskInfo) (Archived, bool) {
	var args ReplayArgs
	if t.Type != args.Kind() || json.Unmarshal(t.Payload, &args) != nil {
		return Archived{}, false
	}
	var a action.Action
	_ = json.Unmarshal([]byte(args.Body), &a) // an action that cannot be read has no type, and is of no property
	var of struct{ Property string }
	if data, ok := a.Data.(json.RawMessage); ok {
		_ = json.Unmarshal(data, &of)
	}
	return Archived{
		ID: args.ID, Type: string(a.Type), Destination: args.Destination, Time: a.Time,
		Given: t.LastFailedAt, Error: strings.TrimSuffix(t.LastErr, " ("+asynq.SkipRetry.Error()+")"), Task: t.ID, Queue: t.Queue, begun: args.Begun, property: of.Property,
	}, true
}

// Replay lets the workers deliver an archived action again.
func (d *Deliveries) Replay(_ context.Context, a Archived) error {
	if err := d.inspect.RunTask(a.Queue, a.Task); err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
		return fmt.Errorf("replaying %s to %q: %w", a.ID, a.Destination, err)
	}
	d.queue.nudges.Send(a.Queue)
	return nil
}

// ReplayState is the state of a replay.
type ReplayState string

// The states of a replay.
const (
	ReplayWaits     ReplayState = "waits" // no worker has started it
	ReplayDelivered ReplayState = "delivered"
	ReplayRetries   ReplayState = "retries" // it failed, and will be tried again by itself
	ReplayFailed    ReplayState = "failed"  // it is archived again
)

// Replayed gives the state of a replay, and its last error.
func (d *Deliveries) Replayed(_ context.Context, a Archived) (ReplayState, string, error) {
	info, err := d.inspect.GetTaskInfo(a.Queue, a.Task)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound):
		return ReplayDelivered, "", nil
	case err != nil:
		return "", "", fmt.Errorf("looking at the replay of %s: %w", a.ID, err)
	}
	switch info.State {
	case asynq.TaskStateArchived:
		return ReplayFailed, info.LastErr, nil
	case asynq.TaskStateRetry, asynq.TaskStateScheduled:
		return ReplayRetries, info.LastErr, nil
	case asynq.TaskStateCompleted:
		return ReplayDelivered, "", nil
	case asynq.TaskStatePending, asynq.TaskStateActive, asynq.TaskStateAggregating:
	}
	return ReplayWaits, "", nil
}

// mostReplayed is how many actions Again hands over at once, so that a request ends in time.
const mostReplayed = 500

// Again has workers deliver again what a filter takes of the actions that were given up, the oldest first, and resumes the destinations
// concerned, the filter's among them: who asks says that their receivers are well. It gives how many it has handed over, and how many are left.
func (d *Deliveries) Again(ctx context.Context, f ArchivedFilter) (handed, left int, err error) {
	list, err := d.Archived(ctx, f)
	if err != nil {
		return 0, 0, err
	}
	left = max(0, len(list)-mostReplayed)
	list = list[:len(list)-left]
	concerned := make(map[string]bool)
	if f.Destination != "" {
		concerned[f.Destination] = true
	}
	for _, a := range list {
		concerned[a.Destination] = true
	}
	for name := range concerned {
		if _, err := d.Resume(ctx, name); err != nil {
			return 0, len(list) + left, err
		}
	}
	for _, a := range list {
		if err := d.Replay(ctx, a); err != nil {
			return handed, left + len(list) - handed, err
		}
		handed++
	}
	return handed, left, nil
}

// Pause is deliver.Pause.
func (d *Deliveries) Pause(ctx context.Context, destination, who string) error {
	return deliver.Pause(ctx, d.store, destination, who, d.now())
}

// Resume closes the circuit of a destination, paused or gone: a person says that its
// receiver is well again. The actions that wait are delivered at the next beat.
func (d *Deliveries) Resume(ctx context.Context, destination string) (was bool, err error) {
	bodies, err := d.store.Circuits(ctx)
	if err != nil {
		return false, err
	}
	if bodies[destination] == nil {
		return false, nil
	}
	return d.store.SetCircuit(ctx, destination, bodies[destination], nil)
}

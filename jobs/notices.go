package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// noticer hands the notices of a shard to the jobs that send them.
type noticer struct{ *parts }

// send makes of each notice of a shard one task for each service and each subscription, so that one that is
// down holds up no other. A notice comes twice when a worker died before it could drop
// it; then its tasks are there already, since their ids are made of the action's.
func (n noticer) send(ctx context.Context, shard int, log *attempt) error {
	const limit = 100
	for {
		entries, err := n.store.Notices(ctx, shard, limit)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if err := n.enqueue(ctx, shard, e); err != nil {
				return err
			}
		}
		if err := n.store.Noticed(ctx, shard, entries[len(entries)-1].Seq); err != nil {
			return err
		}
		log.Did("noticed", len(entries))
		if len(entries) < limit {
			return nil
		}
	}
}

// enqueue drops a notice that cannot be read, and one to an agent whose definition cannot:
// it must not hold up those behind it.
func (n noticer) enqueue(ctx context.Context, shard int, e store.Entry) error {
	name, args, err := readNotice(e.Body)
	if err != nil {
		n.logDropped(shard, e, fmt.Errorf("decoding the notice: %w", err))
		return nil
	}
	agents, err := n.addressees(ctx, e.Body, args)
	if err != nil {
		return err
	}
	subjects := make([]store.Subject, len(agents))
	for i, id := range agents {
		subjects[i] = store.AgentSubject(id)
	}
	records, err := n.store.Load(ctx, subjects)
	if err != nil {
		return err
	}
	subscriptions, err := edit.Subscriptions{Store: n.store, Now: n.now}.Of(ctx, agents)
	if err != nil {
		return err
	}
	for i, id := range agents {
		if records[i].Definition == nil {
			continue // an agent who was removed gets no notice
		}
		var def definition.Agent
		if err := json.Unmarshal(records[i].Definition, &def); err != nil {
			n.logDropped(shard, e, fmt.Errorf("decoding agent %q: %w", id, err))
			continue
		}
		if e.Push && args.Notice != action.KindTrigger && !slices.Contains(def.Notify.On, args.Notice) {
			continue // it is for the destinations, which get it whatever an agent asked for
		}
		services := len(def.Notify.Via)
		if e.Push {
			services = 0 // they had none when it was made, and the destinations have it
		}
		args.Agent = id
		if err := n.enqueueFor(ctx, shard, name, args, services, subscriptions[i]); err != nil {
			return err
		}
	}
	return nil
}

// enqueueFor makes the tasks for one agent: one for each service, and one for each subscription.
func (n noticer) enqueueFor(ctx context.Context, shard int, name string, args NotifyArgs, services int, subscriptions []edit.Subscription) error {
	var ways []NotifyArgs
	for args.Via = range services {
		ways = append(ways, args)
	}
	args.Via = 0
	for _, s := range subscriptions {
		args.Push = s.ID
		ways = append(ways, args)
	}
	for _, way := range ways {
		id := asynq.TaskID(noticeTask(name, way.way()))
		// Its id is taken for longer than a notice may be late.
		if err := n.queue.enqueue(ctx, way, queueDelivery, shard, id, asynq.MaxRetry(noticeRetries), asynq.Retention(hours.NoticeTooLate+5*time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

// addressees are the agents whom a notice is for. One of a trigger may name several, or none: then it is for all of the
// property.
func (n noticer) addressees(ctx context.Context, body []byte, args NotifyArgs) ([]string, error) {
	if args.Agent != "" {
		return []string{args.Agent}, nil
	}
	var named struct{ Data struct{ Agents []string } }
	if err := json.Unmarshal(body, &named); err != nil || len(named.Data.Agents) > 0 {
		return named.Data.Agents, nil //nolint:nilerr // it was read once
	}
	records, err := n.store.Load(ctx, []store.Subject{store.PropertySubject(args.Property)})
	if err != nil || records[0].Definition == nil {
		return nil, err
	}
	var def definition.Property
	if err := json.Unmarshal(records[0].Definition, &def); err != nil {
		return nil, nil //nolint:nilerr // the property's own decision logs it
	}
	agents := def.AllAgents()
	slices.Sort(agents)
	return slices.Compact(agents), nil
}

// readNotice gives the id of an action.AgentNotify, and the task that it asks for. It is an action.Notice,
// or an action.Visitor that names one agent.
func readNotice(body []byte) (id string, args NotifyArgs, err error) {
	var a struct {
		ID   string    `json:"id"`
		Time time.Time `json:"time"`
		Data struct {
			action.Notice
			Agents  []string `json:"agents"`
			Visitor string   `json:"visitor"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return "", args, err
	}
	d := &a.Data
	args = NotifyArgs{
		Agent: d.Agent, Notice: d.Kind, Boundary: d.Cause.Boundary, Property: d.Property, Department: d.Department, Visitor: d.Visitor, Text: cut(d.Text),
	}
	if d.Until != nil {
		args.Until = *d.Until
	}
	if len(d.Agents) == 1 {
		args.Agent = d.Agents[0]
	}
	if args.Boundary.IsZero() { // an event caused it
		args.Boundary = a.Time
	}
	return a.ID, args, nil
}

// cut keeps a text to the length that messengers show: its placeholders may have made it longer.
func cut(text string) string {
	if runes := []rune(text); len(runes) > trigger.MostText {
		return string(runes[:trigger.MostText-1]) + "…"
	}
	return text
}

func (n noticer) logDropped(shard int, e store.Entry, err error) {
	n.log.WithFields(logrus.Fields{"shard": shard, "seq": e.Seq}).WithError(err).Error("notice dropped: nobody can be told")
}

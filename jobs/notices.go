package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/store"
)

// noticer hands the notices of a shard to the jobs that send them.
type noticer struct{ *parts }

// send makes of each notice of a shard one task for each service, so that one that is
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
	records, err := n.store.Load(ctx, []store.Subject{store.AgentSubject(args.Agent)})
	if err != nil || records[0].Definition == nil {
		return err // an agent who was removed gets no notice
	}
	var def definition.Agent
	if err := json.Unmarshal(records[0].Definition, &def); err != nil {
		n.logDropped(shard, e, fmt.Errorf("decoding agent %q: %w", args.Agent, err))
		return nil
	}
	for i := range def.Notify.Via {
		args.Via = i
		id := asynq.TaskID(noticeTask(name, i))
		// Its id is taken for longer than a notice may be late.
		if err := n.queue.enqueue(ctx, args, queueDelivery, shard, id, asynq.MaxRetry(noticeRetries), asynq.Retention(hours.NoticeTooLate+5*time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

// readNotice gives the id of an action.AgentNotify, and the task that it asks for. It is an action.Notice,
// or an action.Visitor that names one agent.
func readNotice(body []byte) (id string, args NotifyArgs, err error) {
	var a struct {
		ID   string    `json:"id"`
		Time time.Time `json:"time"`
		Data struct {
			action.Notice
			Agents []string `json:"agents"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return "", args, err
	}
	d := &a.Data
	args = NotifyArgs{
		Agent: d.Agent, Notice: d.Kind, Boundary: d.Cause.Boundary, Property: d.Property, Department: d.Department, Text: cut(d.Text),
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

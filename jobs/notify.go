package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/store"
)

// NotifyArgs asks to send a notice by one of an agent's own services. The service
// is named by its place in the agent's definition: its URL is a secret, and a
// task's payload is shown in the monitor.
type NotifyArgs struct {
	Agent    string    `json:"agent"`
	Notice   string    `json:"notice"`         // agent.Kind, or action.KindTrigger
	Boundary time.Time `json:"boundary"`       // when it was due
	Until    time.Time `json:"until,omitzero"` // as action.Notice
	Via      int       `json:"via"`

	Property   string `json:"property,omitempty"` // of all kinds but those of the agent's own hours
	Department string `json:"department,omitempty"`
	Text       string `json:"text,omitempty"` // of a trigger; of a digest: what came in
}

// Kind implements Args.
func (NotifyArgs) Kind() string { return "agent:notify" }

// Notifier sends a text by a notification service.
type Notifier interface {
	// Notify sends a text to a service URL (ntfy://…, slack://…). The URL is a
	// secret: an error must not contain it.
	Notify(ctx context.Context, url, title, text string) error
}

// sendNotices makes of each notice of a shard one task for each service, so that
// one that is down holds up no other. What comes twice, because a worker died
// before it could drop it, finds its tasks there: their ids are made of the action's.
func (w *Worker) sendNotices(ctx context.Context, shard int, log *attempt) error {
	const limit = 100
	for {
		entries, err := w.Store.Notices(ctx, shard, limit)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if err := w.enqueueNotice(ctx, shard, e); err != nil {
				return err
			}
		}
		if err := w.Store.Noticed(ctx, shard, entries[len(entries)-1].Seq); err != nil {
			return err
		}
		log.Did("noticed", len(entries))
		if len(entries) < limit {
			return nil
		}
	}
}

// enqueueNotice drops a notice that cannot be read, or whose agent cannot: it must
// not hold up those behind it.
func (w *Worker) enqueueNotice(ctx context.Context, shard int, e store.Entry) error {
	name, args, err := readNotice(e.Body)
	if err != nil {
		w.logDropped(shard, e, fmt.Errorf("decoding the notice: %w", err))
		return nil
	}
	records, err := w.Store.Load(ctx, []store.Subject{store.AgentSubject(args.Agent)})
	if err != nil || records[0].Definition == nil {
		return err // an agent who was removed is told nothing
	}
	var def definition.Agent
	if err := json.Unmarshal(records[0].Definition, &def); err != nil {
		w.logDropped(shard, e, fmt.Errorf("decoding agent %q: %w", args.Agent, err))
		return nil
	}
	for i := range def.Notify.Via {
		args.Via = i
		id := asynq.TaskID(fmt.Sprintf("%s:%d", name, i))
		// Its id is taken for longer than a notice may be late.
		if err := w.queue.enqueue(ctx, args, queueDelivery, shard, id, asynq.MaxRetry(noticeRetries), asynq.Retention(hours.NoticeTooLate+5*time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

// readNotice gives the id of an action.AgentNotify, and what it asks for. It is an action.Notice,
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

// cut keeps a text, with what its placeholders brought, to what messengers show.
func cut(text string) string {
	if runes := []rune(text); len(runes) > trigger.MostText {
		return string(runes[:trigger.MostText-1]) + "…"
	}
	return text
}

func (w *Worker) logDropped(shard int, e store.Entry, err error) {
	w.Log.WithFields(logrus.Fields{"shard": shard, "seq": e.Seq}).WithError(err).Error("notice dropped: nobody can be told")
}

// noticeRetries is more than fit into hours.NoticeTooLate: the time ends the retries.
const noticeRetries = 100

// notify sends one notice, if it is not too late by now and the service is still
// the agent's.
func (w *Worker) notify(ctx context.Context, args NotifyArgs, log *attempt) error {
	log.Field("agent", args.Agent)
	log.Field("notice", args.Notice)
	if late := w.Now().Sub(args.latest()); late > 0 {
		w.Metrics.noticed(noticeLate)
		log.Did("dropped", "too late by "+late.Round(time.Second).String())
		return nil
	}
	def, zone, err := w.loadAgent(ctx, args.Agent)
	if err != nil {
		return err
	}
	if args.Via < 0 || args.Via >= len(def.Notify.Via) {
		w.Metrics.noticed(noticeDropped)
		log.Did("dropped", "the service is no longer defined")
		return nil
	}
	title, text := noticeText(args, zone)
	if err := w.Notifier.Notify(ctx, def.Notify.Via[args.Via], title, text); err != nil {
		w.Metrics.noticed(noticeFailed)
		return fmt.Errorf("notifying agent %q by service %d: %w", args.Agent, args.Via+1, err)
	}
	w.Metrics.noticed(noticeSent)
	log.Did("sent", 1)
	return nil
}

// latest is until when it may be sent. That it closes soon is not said after the closing.
func (a NotifyArgs) latest() time.Time {
	latest := a.Boundary.Add(hours.NoticeTooLate)
	if a.Notice == string(agent.ClosingSoon) && a.Until.Before(latest) {
		return a.Until
	}
	return latest
}

// noticeText is what an agent reads, in the local time of their hours.
func noticeText(args NotifyArgs, zone *time.Location) (title, text string) {
	clock := func(t time.Time) string { return t.In(zone).Format("Mon 15:04") }
	switch args.Notice {
	case action.KindTrigger:
		title = "About a visitor of " + args.Property
		return title, cmp.Or(args.Text, title)
	case string(agent.ClosingSoon):
		place := args.Property
		if args.Department != "" {
			place += "/" + args.Department
		}
		title, text = place+" closes soon", place+" closes "+clock(args.Until)
	case string(agent.DigestOpened):
		title, text = "This came in", args.Text
	case string(agent.HoursStarted):
		title, text = "Your hours have started", "You are online since "+clock(args.Boundary)
		if !args.Until.IsZero() {
			text += ", until " + clock(args.Until)
		}
	default:
		title, text = "Your hours have ended", "You are offline since "+clock(args.Boundary)
		if !args.Until.IsZero() {
			text += ". Your next hours start " + clock(args.Until)
		}
	}
	return title, text + "."
}

// loadAgent gives an agent and the time zone of their hours. One who was removed
// has no services, and nothing is sent.
func (w *Worker) loadAgent(ctx context.Context, id string) (*definition.Agent, *time.Location, error) {
	records, err := w.Store.Load(ctx, []store.Subject{store.AgentSubject(id)})
	if err != nil {
		return nil, nil, err
	}
	b, err := w.engine.Decider().Gather(ctx, records)
	if err != nil {
		return nil, nil, err
	}
	if err := b.Broken[store.AgentSubject(id)]; err != nil {
		return nil, nil, err
	}
	def := b.Agents[id]
	if def == nil {
		return new(definition.Agent), time.UTC, nil
	}
	a, err := b.Agent(def)
	if err != nil {
		return nil, nil, err
	}
	return def, a.Hours.Location(), nil
}

package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
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

	Property   string `json:"property,omitempty"` // of all kinds except those of the agent's own hours, and idle
	Department string `json:"department,omitempty"`
	Visitor    string `json:"visitor,omitempty"` // of whom it tells; empty: of nobody
	Text       string `json:"text,omitempty"`    // of a trigger, a digest or a chat

	// Push is the ID of one of the agent's subscriptions (edit.Subscription), which gets it instead of a service.
	Push string `json:"push,omitempty"`
}

// Kind implements Args.
func (NotifyArgs) Kind() string { return "agent:notify" }

// Notifier sends a text by a notification service.
type Notifier interface {
	// Notify sends a text to a service URL (ntfy://…, slack://…). The URL is a
	// secret: an error must not contain it. It has deliver.ErrNoAnswer in it where there was no answer in time.
	Notify(ctx context.Context, url, title, text string) error
}

// noticeRetries is more than fit into hours.NoticeTooLate: the time ends the retries.
const noticeRetries = 100

// The results of a notice, as the metrics count them.
const (
	noticeSent    = "sent"
	noticeFailed  = "failed"
	noticeLate    = "late"
	noticeUntrue  = "untrue"
	noticeDropped = "dropped"
)

// notifyJob sends one notice by a service of an agent's own, or to one of their subscriptions.
type notifyJob struct {
	*parts
	notifier Notifier
	pusher   Pusher // nil: subscriptions get nothing
}

// run sends it if it is not too late by now and the service is still the agent's.
func (j notifyJob) run(ctx context.Context, args NotifyArgs, log *attempt) error {
	log.Field("agent", args.Agent)
	log.Field("notice", args.Notice)
	if late := j.now().Sub(args.latest()); late > 0 {
		j.observe.noticed(noticeLate)
		log.Did("dropped", "too late by "+late.Round(time.Second).String())
		return nil
	}
	def, reader, err := j.loadAgent(ctx, args.Agent)
	if err != nil {
		return err
	}
	overtaken, err := j.overtaken(ctx, args, reader.told)
	if err != nil {
		return err
	}
	if overtaken || !args.isTrue(reader.agent, j.now()) {
		j.observe.noticed(noticeUntrue)
		log.Did("dropped", "it is no longer true")
		return nil
	}
	title, text := noticeText(args, reader)
	again := j.repeats(ctx)
	if again {
		text += sentAgain
	}
	bound, end := j.cut.bound(ctx)
	defer end()
	gone, err := j.send(bound, args, def, title, text)
	switch {
	case j.cut.handedOver(err):
		j.observe.noticed(noticeSent)
		log.Did("sent", "the worker stops, and had no answer yet")
		return nil
	case err != nil && j.cut.isUp():
		return fmt.Errorf("notifying agent %q by %s: %w (%w)", args.Agent, args.shownWay(), err, engine.ErrStopping)
	case err != nil:
		j.observe.noticed(noticeFailed)
		if again || errors.Is(err, deliver.ErrNoAnswer) {
			err = fmt.Errorf("%w%s", err, maybeSent)
		}
		return fmt.Errorf("notifying agent %q by %s: %w", args.Agent, args.shownWay(), err)
	case gone != "":
		j.observe.noticed(noticeDropped)
		log.Did("dropped", gone)
		return nil
	}
	j.observe.noticed(noticeSent)
	log.Did("sent", 1)
	return nil
}

// send sends it by its way; gone says that the agent no longer has this way.
func (j notifyJob) send(ctx context.Context, args NotifyArgs, def *definition.Agent, title, text string) (gone string, err error) {
	switch {
	case args.Push != "":
		return j.push(ctx, args, title, text)
	case args.Via < 0 || args.Via >= len(def.Notify.Via):
		return "the service is no longer defined", nil
	}
	return "", j.notifier.Notify(ctx, def.Notify.Via[args.Via], title, text)
}

// maybeSent ends the error of a notice that one of its tries may have sent.
const maybeSent = "; it may have been sent all the same"

// sentAgain ends the text of a notice that its reader may have had before.
const sentAgain = " (Sent again: the first time there was no answer.)"

// repeats tells whether an earlier try of this task got no answer in time, and so may have sent the notice. asynq keeps the
// error of the last try with the task.
func (j notifyJob) repeats(ctx context.Context) bool {
	if n, _ := asynq.GetRetryCount(ctx); n == 0 {
		return false
	}
	queue, _ := asynq.GetQueueName(ctx)
	id, _ := asynq.GetTaskID(ctx)
	info, err := j.inspect.GetTaskInfo(queue, id)
	return err == nil && strings.Contains(info.LastErr, maybeSent)
}

// latest is the last instant at which it may be sent. A notice of a closing is not sent after the closing, and one of hours
// not after these have ended.
func (a NotifyArgs) latest() time.Time {
	latest := a.Boundary.Add(hours.NoticeTooLate)
	if !a.Until.IsZero() && a.Until.Before(latest) {
		return a.Until
	}
	return latest
}

// reader is the agent that a notice goes to.
type reader struct {
	agent   agent.Agent
	zone    *time.Location // of the times in the notice
	foreign bool           // it may not be the zone in which they live, and is named
	told    time.Time      // the last boundary that was announced
}

// noticeText is the text for an agent, in the local time of the agent.
func noticeText(args NotifyArgs, r reader) (title, text string) {
	clock := func(t time.Time) string { return t.In(r.zone).Format("Mon 15:04") }
	zone := ""
	if r.foreign {
		zone = " (" + r.zone.String() + ")"
	}
	switch args.Notice {
	case action.KindTrigger:
		title = "About a visitor of " + args.Property
		return title, cmp.Or(args.Text, title)
	case string(agent.SlowChat):
		title, text = "A chat of "+args.Property+" waits", args.Text
	case string(agent.ShiftEnd):
		title, text = "A chat of "+args.Property+" is open", args.Text
	case string(agent.ClosingSoon):
		place := args.Property
		if args.Department != "" {
			place += "/" + args.Department
		}
		title, text = place+" closes soon", place+" closes "+clock(args.Until)+zone
	case string(agent.DigestOpened):
		title, text = "This came in", args.Text
	case string(agent.HoursStarted):
		title, text = "Your hours have started", "You are online since "+clock(args.Boundary)
		if !args.Until.IsZero() {
			text += ", until " + clock(args.Until)
		}
		text += zone
	case string(agent.AutoOffline):
		title, text = "You are offline", "A chat"
		if args.Property != "" {
			text += " of " + args.Property
		}
		text += " waited for you until " + clock(args.Boundary) + zone + ", and so you are offline. Whatever you do next brings you back"
	case string(agent.Idle):
		title, text = "You take no new chats", "Nothing was heard of you until "+clock(args.Boundary)+zone+". Whatever you do next brings you back"
	default:
		title, text = "Your hours have ended", "You are offline since "+clock(args.Boundary)
		if !args.Until.IsZero() {
			text += ". Your next hours start " + clock(args.Until)
		}
		text += zone
	}
	return title, text + "."
}

// loadAgent gives an agent, as defined and as a reader. An agent who was removed
// has no services, and gets no notice.
func (j notifyJob) loadAgent(ctx context.Context, id string) (*definition.Agent, reader, error) {
	records, err := j.store.Load(ctx, []store.Subject{store.AgentSubject(id)})
	if err != nil {
		return nil, reader{}, err
	}
	b, err := j.engine.Decider().Gather(ctx, records)
	if err != nil {
		return nil, reader{}, err
	}
	if err := b.Broken[store.AgentSubject(id)]; err != nil {
		return nil, reader{}, err
	}
	def := b.Agents[id]
	if def == nil {
		return new(definition.Agent), reader{zone: time.UTC}, nil
	}
	a, err := b.AgentAt(id, j.now())
	if err != nil {
		return nil, reader{}, err
	}
	zone, err := b.Zone(def, a.Hours)
	if err != nil {
		return nil, reader{}, err
	}
	var state agent.State
	if err := engine.DecodeState(records[0].State, &state); err != nil {
		return nil, reader{}, err
	}
	return def, reader{a, zone, b.IsForeign(def, zone), state.Told}, nil
}

package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// A notice is worth sending only while it is true: that hours have started, until they end; that they have ended, until the next
// begin; that a property closes, until it does; that an agent is lowered, until they are back. It is looked at before each try, by each way on which it may be late: a service of an
// agent's own, a destination, a replay.

// ofHours tells whether a notice is about the agent's own hours.
func (a NotifyArgs) ofHours() bool {
	return a.Notice == string(agent.HoursStarted) || a.Notice == string(agent.HoursEnded)
}

// ofPresence tells whether a notice is about what the agent left undone.
func (a NotifyArgs) ofPresence() bool {
	return a.Notice == string(agent.AutoOffline) || a.Notice == string(agent.Idle)
}

// isOver tells whether the time of a notice has passed.
func (a NotifyArgs) isOver(at time.Time) bool { return !a.Until.IsZero() && !at.Before(a.Until) }

// isTrue tells whether a notice about the agent is true at an instant, by their hours and their presence as they are now: an
// edit may have moved the hours in the meantime, and the agent may be back. A worker whose clock is behind sees the boundary as
// come.
func (a NotifyArgs) isTrue(who agent.Agent, at time.Time) bool {
	at = hours.Later(a.Boundary, at)
	switch {
	case a.ofHours():
		return who.Hours.At(at).Open == (a.Notice == string(agent.HoursStarted))
	case a.ofPresence():
		who.AsOf = at
		return who.At(at).Reason == a.Notice
	}
	return true
}

// noticeTruth checks the notices that destinations get.
type noticeTruth struct{ *parts }

// check tells of each notice whether it is true. One that cannot be read is: the receiver may know better.
func (t noticeTruth) check(ctx context.Context, notices [][]byte) ([]bool, error) {
	now := t.now()
	all, holds := make([]NotifyArgs, len(notices)), make([]bool, len(notices))
	var agents []store.Subject
	for i, body := range notices {
		_, args, err := readNotice(body)
		all[i], holds[i] = args, err != nil || !args.isOver(now)
		if holds[i] && (args.ofHours() || args.ofPresence()) {
			agents = append(agents, store.AgentSubject(args.Agent))
		}
	}
	if len(agents) == 0 {
		return holds, nil
	}
	records, err := t.store.Load(ctx, agents)
	if err != nil {
		return nil, err
	}
	b, err := t.engine.Decider().Gather(ctx, records)
	if err != nil {
		return nil, err
	}
	for i, args := range all {
		if !holds[i] || b.Agents[args.Agent] == nil {
			continue
		}
		if a, err := b.AgentAt(args.Agent, now); err == nil { // else the agent's own decision logs it
			holds[i] = args.isTrue(a, now)
		}
	}
	return holds, nil
}

// overtaken tells whether a later notice of the agent's hours was made for the same service. Tasks are kept for longer than a
// notice may be late, also those that are done.
func (j notifyJob) overtaken(ctx context.Context, args NotifyArgs, told time.Time) (bool, error) {
	if !args.ofHours() || !told.After(args.Boundary) {
		return false, nil
	}
	queue, _ := asynq.GetQueueName(ctx)
	for _, kind := range []agent.Kind{agent.HoursStarted, agent.HoursEnded} {
		id := action.ID(action.AgentNotify, args.Agent+":"+string(kind), action.Cause{Boundary: told})
		_, err := j.inspect.GetTaskInfo(queue, noticeTask(id, args.way()))
		switch {
		case err == nil:
			return true, nil
		case !errors.Is(err, asynq.ErrTaskNotFound):
			return false, fmt.Errorf("looking for a later notice: %w", err)
		}
	}
	return false, nil
}

// noticeTask is the id of the task that sends a notice by one way.
func noticeTask(id, way string) string { return id + ":" + way }

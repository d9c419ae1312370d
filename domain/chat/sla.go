package chat

import "cmp"

// sla warns once that a first answer is about to be late. Its time is open time.
func (d *decider) sla() {
	s, asks := &d.State, d.State.asks()
	if d.policy.FirstAnswer <= 0 || len(asks) == 0 || s.firstAnswered() || s.Progress.Warned.After(s.Ended) {
		return
	}
	base := asks[0]
	moment, _ := d.scene.Door.Add(base.At, d.policy.FirstAnswer-d.policy.WarnBefore)
	due, inSight := d.scene.Door.Add(base.At, d.policy.FirstAnswer)
	switch {
	case !inSight:
		return
	case moment.After(d.at):
		d.wake(moment)
		return
	}
	s.Progress.Warned = base.At
	if !due.After(d.at) {
		d.skip(SLA, Late, moment.UTC())
		return
	}
	d.Effects = append(d.Effects, Effect{
		Chat: s.ID, At: moment.UTC(), Reason: Unanswered, Cause: Cause{Rule: SLA, Event: base.Event, Base: base.At},
		Warning: &Warning{Department: cmp.Or(d.scene.Department, s.Department.ID), Due: due.UTC()},
	})
}

// firstAnswered tells whether an agent has answered since the visitor first asked, or since the chat last ended.
func (s *State) firstAnswered() bool { return !s.Answered.Before(s.Began) && s.Answered.After(s.Ended) }

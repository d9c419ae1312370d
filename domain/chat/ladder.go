package chat

import (
	"cmp"
	"slices"
	"time"
)

// ladder carries out the steps that are due, and finds the next one.
func (d *decider) ladder() {
	before, steps := d.State.Progress.Next, map[string]time.Time{}
	var ahead []Rung
	for _, s := range d.policy.steps {
		taken := d.State.Progress.Steps[s.key]
		for {
			base, asked := s.base(d.State.asks(), taken)
			if !asked {
				break
			}
			due := base.At.Add(time.Duration(s.After))
			if due.After(d.at) {
				ahead = append(ahead, Rung{s.key, base.At, due})
				break
			}
			taken = due
			d.take(s, base, due)
		}
		if !taken.IsZero() {
			steps[s.key] = taken
		}
	}
	d.State.Progress.Steps, d.State.Progress.Next = nil, Rung{}
	if len(steps) > 0 {
		d.State.Progress.Steps = steps
	}
	if len(ahead) > 0 {
		d.State.Progress.Next = slices.MinFunc(ahead, func(a, b Rung) int { return a.Due.Compare(b.Due) })
		d.wake(d.State.Progress.Next.Due)
	}
	stays := slices.ContainsFunc(ahead, func(r Rung) bool { return r.Step == before.Step })
	if before.Step != "" && !stays && steps[before.Step].Before(before.Due) {
		d.dropped(before)
	}
}

// base is the ask from which a step counts: the first that it has not followed yet.
func (s step) base(asks []Ask, taken time.Time) (Moment, bool) {
	for _, a := range asks {
		if a.At.After(taken) && (a.Request || s.Repeat) {
			return a.Moment, true
		}
	}
	return Moment{}, false
}

func (d *decider) take(s step, base Moment, due time.Time) {
	switch {
	case d.late(due):
		d.skipStep(s.key, Late, due)
	case d.scene.Widget == "offline":
		d.skipStep(s.key, WidgetOffline, due)
	default:
		d.act(s, Rest{Step: s.key, Base: base, Due: due})
	}
}

// dropped is the reason to drop a step that was to come.
func (d *decider) dropped(r Rung) {
	reason := Removed
	if _, defined := d.policy.step(r.Step); defined {
		reason = cmp.Or(d.over(r.Base), Removed)
	}
	d.skipStep(r.Step, reason, r.Due)
}

// over is the reason why an ask no longer waits; empty while it does.
func (d *decider) over(ask time.Time) Reason {
	switch s := &d.State; {
	case !ask.After(s.Answered):
		return Answered
	case !ask.After(s.Ended):
		return Ended
	case s.BotAnswers() || ask.Before(s.Handoff.At):
		return Bot
	}
	return ""
}

// rests goes on with steps after their wait, as long as the visitor waits too.
func (d *decider) rests() {
	waiting := d.State.Progress.Rests
	d.State.Progress.Rests = nil
	for _, r := range waiting {
		s, defined := d.policy.step(r.Step)
		over := d.over(r.Base.At)
		switch {
		case over != "":
			d.skipStep(r.Step, over, r.Due)
		case r.Due.After(d.at):
			d.wait(r)
		case d.late(r.Due):
			d.skipStep(r.Step, Late, r.Due)
		case !defined || r.Action >= len(s.Actions):
			d.skipStep(r.Step, Removed, r.Due)
		case d.scene.Widget == "offline":
			d.skipStep(r.Step, WidgetOffline, r.Due)
		default:
			d.act(s, r)
		}
	}
}

// act carries out the rest of a step, up to the next wait.
func (d *decider) act(s step, r Rest) {
	for i := r.Action; i < len(s.Actions); i++ {
		if pause := time.Duration(s.Actions[i].Wait); pause > 0 {
			r.Action, r.Due = i+1, latest(r.Due, d.at).Add(pause)
			if r.Action < len(s.Actions) {
				d.wait(r)
			}
			return
		}
		d.do(s.Actions[i], Effect{
			At: r.Due, Reason: Unanswered,
			Cause: Cause{Rule: Rescue, Event: r.Base.Event, Base: r.Base.At, Step: s.key, Action: i},
		})
	}
}

func (d *decider) wait(r Rest) {
	if len(d.State.Progress.Rests) == mostRests {
		d.skipStep(r.Step, TooMany, r.Due)
		return
	}
	d.State.Progress.Rests = append(d.State.Progress.Rests, r)
	d.wake(r.Due)
}

func (d *decider) skipStep(key string, reason Reason, due time.Time) {
	d.Skipped = append(d.Skipped, Skipped{d.State.ID, Rescue, key, reason, due})
}

package chat

import (
	"cmp"
	"slices"
	"time"
)

// rescue goes on with the ladder. A step that puts the chat aside moves all other steps, too.
func (d *decider) rescue() {
	snoozed := d.State.Progress.Snoozed
	d.rests()
	d.ladder()
	if d.State.Progress.Snoozed != snoozed {
		d.Due = time.Time{}
		d.rests()
		d.ladder()
	}
}

// ladder carries out the steps that are due, and finds the next one.
func (d *decider) ladder() {
	before, steps, waiting := d.State.Progress, map[string]time.Time{}, map[string]time.Time{}
	var ahead []Rung
	for _, s := range d.policy.steps {
		taken := before.Steps[s.key]
		for {
			base, asked := s.base(d.asks(), taken)
			if !asked {
				break
			}
			due, deferred := d.due(s, base.At, time.Duration(s.After), before.Deferred[s.key].Equal(base.At))
			if deferred {
				waiting[s.key] = base.At
			}
			if due.After(d.at) && d.scene.Full {
				d.skipStep(s.key, Quota, due)
				taken = due
				continue
			}
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
	d.State.Progress.Steps, d.State.Progress.Deferred, d.State.Progress.Next = filled(steps), filled(waiting), Rung{}
	if len(ahead) > 0 {
		d.State.Progress.Next = slices.MinFunc(ahead, func(a, b Rung) int { return a.Due.Compare(b.Due) })
		d.wake(d.State.Progress.Next.Due)
	}
	next := before.Next
	stays := slices.ContainsFunc(ahead, func(r Rung) bool { return r.Step == next.Step })
	if next.Step != "" && !stays && steps[next.Step].Before(next.Base) {
		d.dropped(next)
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
		reason = cmp.Or(d.over(d.askedAt(r.Base)), Removed)
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
		if d.snoozed(r.Base.At) {
			over = cmp.Or(over, Snooze)
		}
		if over == "" {
			r = d.timed(s, r)
		}
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
			begins := latest(r.Due, d.at)
			r.Action, r.Due, r.From, r.For, r.Deferred = i+1, begins.Add(pause), time.Time{}, 0, false
			if !s.Plain() {
				r.From, r.For = begins, s.Actions[i].Wait
			}
			if r.Action < len(s.Actions) {
				d.wait(d.timed(s, r))
			}
			return
		}
		e := Effect{
			At: r.Due, Reason: Unanswered,
			Cause: Cause{Rule: Rescue, Event: r.Base.Event, Base: r.Base.At, Step: s.key, Action: i},
		}
		if s.Actions[i].Snooze == "" || d.snooze(s, &e) {
			d.do(s.Actions[i], e)
		}
	}
}

func (d *decider) wait(r Rest) {
	if d.snoozed(r.Base.At) {
		d.skipStep(r.Step, Snooze, r.Due)
		return
	}
	if d.scene.Full {
		d.skipStep(r.Step, Quota, r.Due)
		return
	}
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

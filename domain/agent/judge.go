package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// verdict is a status with its cause.
type verdict struct {
	status   Status
	reason   string
	since    time.Time // the instant of the cause, in UTC
	event    string    // the event that is the cause, where it is known
	chat     string    // of auto_offline
	own      bool      // the presence is the cause, not the hours
	deadline bool      // it is that time has passed without a sign of life
}

// isOwn tells whether the presence gave a reason.
func isOwn(reason string) bool {
	switch reason {
	case ReasonLocked, ReasonChosen, ReasonLoggedIn, ReasonNotLoggedIn, ReasonAutoOffline, ReasonIdle:
		return true
	}
	return false
}

// judge answers for one agent, as long as nothing about them changes. It stays on the stack: widgets ask for hundreds.
type judge struct {
	*Agent
	attendance []span // when they were logged in; nil where nobody asks
}

func judgeOf(a *Agent) judge {
	j := judge{Agent: a}
	if !a.Rules.bySchedule() {
		j.attendance = a.Presence.attendance(a.AsOf)
	}
	return j
}

// verdict gives the status at a whole second; h are the hours there.
func (j *judge) verdict(t time.Time, h hours.State) verdict {
	if byHoursAlone(j.Agent) {
		return verdict{status: status(h.Open), reason: h.Reason, since: h.Since.UTC()}
	}
	v := j.wanted(t, h)
	if back := j.backFromLeave(t, h); v.own && back.After(v.since) {
		v.since, v.event = back, ""
	}
	return j.lowered(v, t, h)
}

// backFromLeave is when a leave last ended, as far back as the cause of a status may lie; zero: there was none.
func (j *judge) backFromLeave(t time.Time, h hours.State) time.Time {
	if !j.Hours.HasLeave() || h.OnLeave() {
		return time.Time{}
	}
	for range mostTurns {
		var back time.Time
		for at, then := h.Since, j.Hours.At(h.Since); !h.Open && !at.IsZero(); {
			next := j.Hours.ReasonUntil(at, then)
			if next.IsZero() || next.After(t) {
				break
			}
			before := then
			if at, then = next, j.Hours.At(next); before.OnLeave() && !then.OnLeave() {
				back = at.UTC()
			}
		}
		if !back.IsZero() || h.Since.IsZero() {
			return back
		}
		began := h.Since
		t = began.Add(-time.Second)
		if h = j.Hours.At(t); h.OnLeave() {
			return began.UTC()
		}
	}
	return time.Time{}
}

// wanted is the status without regard to what the agent leaves undone.
func (j *judge) wanted(t time.Time, h hours.State) verdict {
	byHours := verdict{status: status(h.Open), reason: h.Reason, since: h.Since.UTC()}
	c := &j.Presence.Choice
	made := second(c.At)
	choice := verdict{status: c.Status, reason: ReasonChosen, since: made, event: c.Event, own: true}
	isMade := c.Status != "" && !made.After(t)
	switch {
	case h.OnLeave():
		return byHours
	case isMade && c.Locked:
		choice.reason = ReasonLocked
		return choice
	case isMade && c.Status != Scheduled && j.choiceHolds(t, h):
		return choice
	}
	v := j.byLogin(byHours, t, h)
	if ended := j.choiceEnded(t); isMade && ended.After(v.since) {
		v.since, v.own = ended, true
		if v.event = ""; c.Status == Scheduled {
			v.event = c.Event
		}
	}
	return v
}

// choiceEnded is when the latest choice, which no longer holds, ceased to; zero: by something that the status tells itself.
func (j *judge) choiceEnded(t time.Time) time.Time {
	c := &j.Presence.Choice
	made := second(c.At)
	if c.Status == Scheduled {
		return made
	}
	if j.Rules.OnlineWhen != WhenLoggedIn { // the hours count, and tell
		return time.Time{}
	}
	ended := j.Hours.NextBoundary(made).UTC()
	if ended.After(t) || leftSince(j.attendance, made, ended) {
		return time.Time{}
	}
	return ended
}

// choiceHolds tells whether a choice that is not locked holds still.
func (j *judge) choiceHolds(t time.Time, h hours.State) bool {
	made := second(j.Presence.Choice.At)
	return !h.Since.After(made) && (j.Rules.bySchedule() || !leftSince(j.attendance, made, t))
}

// byLogin is the status by the hours and by the sessions, as far as either counts.
func (j *judge) byLogin(byHours verdict, t time.Time, h hours.State) verdict {
	if j.Rules.bySchedule() || j.Rules.OnlineWhen == WhenScheduledAndLoggedIn && !h.Open {
		return byHours
	}
	there, since := loggedIn(j.attendance, t)
	v := verdict{status: Offline, reason: ReasonNotLoggedIn, since: since, own: true}
	if there {
		v.status, v.reason = Online, ReasonLoggedIn
	}
	if j.Rules.OnlineWhen == WhenScheduledAndLoggedIn && h.Since.After(since) {
		v.since, v.own = h.Since.UTC(), false
	}
	return v
}

// turn is a change that is foreseen. Where it is not known the status is the same up to at, as far as anybody looked; a
// zero at is never.
type turn struct {
	at     time.Time
	status Status
	known  bool
}

const mostTurns = 64 // that are looked at for another status, two months of usual hours

// next is the first change of the status after a whole second.
func (j *judge) next(t time.Time, now Status) turn {
	for range mostTurns {
		at := second(j.candidate(t))
		if at.IsZero() {
			return turn{}
		}
		if s := j.verdict(at, j.Hours.At(at)).status; s != now {
			return turn{at, s, true}
		}
		t = at
	}
	return turn{at: t}
}

// candidate is the first instant after t at which the status may differ.
func (j *judge) candidate(t time.Time) time.Time {
	h := j.Hours.At(t)
	var at time.Time
	if j.hoursMatter(t, h) || j.Hours.HasLeave() {
		at = h.Until
	}
	if j.Hours.HasLeave() {
		at = hours.Earliest(at, j.Hours.ReasonUntil(t, h))
	}
	if made := second(j.Presence.Choice.At); made.After(t) { // by a clock that is ahead
		at = hours.Earliest(at, made)
	}
	if j.AsOf.IsZero() || t.Before(j.AsOf) {
		if due := first(t, j.deadlines(h)); j.AsOf.IsZero() || !due.After(j.AsOf) {
			at = hours.Earliest(at, due)
		}
	}
	return at
}

// hoursMatter tells whether the next boundary of the hours may change the status.
func (j *judge) hoursMatter(t time.Time, h hours.State) bool {
	c := &j.Presence.Choice
	made := second(c.At)
	switch isMade := c.Status != "" && !made.After(t); {
	case isMade && c.Locked:
		return j.Rules.OnlineWhen != WhenLoggedIn && j.verdict(t, h).deadline // the next start ends it
	case j.Rules.bySchedule(), isMade && c.Status != Scheduled && !h.Since.After(made):
		return true
	}
	there, _ := loggedIn(j.attendance, t)
	return there && j.Rules.OnlineWhen == WhenScheduledAndLoggedIn
}

// reasonUntil is when the reason may differ.
func (j *judge) reasonUntil(t time.Time, h hours.State) time.Time {
	at := j.Hours.ReasonUntil(t, h).UTC()
	if !byHoursAlone(j.Agent) {
		at = hours.Earliest(at, h.Until.UTC())
	}
	return at
}

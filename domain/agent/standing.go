package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

// Standing is the status of an agent at an instant.
type Standing struct {
	Status Status
	Reason string    // of the hours, or one of the reasons here
	Since  time.Time // when the cause of the status was; zero: always
	Until  time.Time // when the status changes as far as it is foreseen; zero: never
	Next   Status    // the status from Until on; empty with Until
}

// At gives the status at an instant. It is a function of the definition, the presence and t alone.
func (a Agent) At(t time.Time) Standing {
	t = second(t)
	v := a.judge(t, a.Hours.At(t))
	s := Standing{Status: v.status, Reason: v.reason, Since: v.since}
	if next := a.next(t, v.status); next.known {
		s.Until, s.Next = next.at, next.status
	}
	return s
}

// Available tells whether the agent takes new chats at an instant.
func (a Agent) Available(at time.Time) bool {
	h := a.Hours.At(at)
	if a.byHoursAlone() {
		return h.Open
	}
	return a.judge(second(at), h).status == Online
}

// NextBoundary is the first instant after t at which the agent's status may differ; zero when it never does.
func (a Agent) NextBoundary(t time.Time) time.Time {
	if a.byHoursAlone() {
		return a.Hours.NextBoundary(t)
	}
	t = second(t)
	return a.next(t, a.judge(t, a.Hours.At(t)).status).at
}

// byHoursAlone tells whether nothing but the hours decides.
func (a *Agent) byHoursAlone() bool {
	r, p := &a.Rules, &a.Presence
	return a.bySchedule() && r.IdleAfter == 0 && p.Choice.Status == "" && (r.AutoOfflineAfter == 0 || len(p.Chats) == 0)
}

func (a *Agent) bySchedule() bool { return a.Rules.OnlineWhen == "" || a.Rules.OnlineWhen == WhenScheduled }

// refuses gives the reason for which a choice is refused; empty: it is not.
func (a *Agent) refuses(s Sign) string {
	if s.Kind != event.AgentStatusSet || s.Status != Online {
		return ""
	}
	switch h := a.Hours.At(s.At); {
	case h.OnLeave():
		return ReasonLeave
	case !h.Open && !a.Rules.OnlineOutsideHours && a.Rules.OnlineWhen != WhenLoggedIn:
		return ReasonOutsideHours
	}
	return ""
}

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

// judge gives the status at a whole second; h are the hours there.
func (a *Agent) judge(t time.Time, h hours.State) verdict {
	if a.byHoursAlone() {
		return verdict{status: status(h.Open), reason: h.Reason, since: h.Since.UTC()}
	}
	return a.lowered(a.wanted(t, h), t, h)
}

// wanted is the status without regard to what the agent leaves undone.
func (a *Agent) wanted(t time.Time, h hours.State) verdict {
	byHours := verdict{status: status(h.Open), reason: h.Reason, since: h.Since.UTC()}
	c := &a.Presence.Choice
	made := second(c.At)
	choice := verdict{status: c.Status, reason: ReasonChosen, since: made, event: c.Event, own: true}
	isMade := c.Status != "" && !made.After(t)
	switch {
	case h.OnLeave():
		return byHours
	case isMade && c.Locked:
		choice.reason = ReasonLocked
		return choice
	case isMade && c.Status != Scheduled && a.choiceHolds(t, h):
		return choice
	}
	v := a.byLogin(byHours, t, h)
	if undone := isMade && c.Status == Scheduled && made.After(v.since); undone && !h.Since.After(made) {
		v.since, v.event, v.own = made, c.Event, true
	}
	return v
}

// choiceHolds tells whether a choice that is not locked holds still.
func (a *Agent) choiceHolds(t time.Time, h hours.State) bool {
	made := second(a.Presence.Choice.At)
	return !h.Since.After(made) && (a.bySchedule() || !leftSince(a.Presence.attendance(a.AsOf), made, t))
}

// byLogin is the status by the hours and by the sessions, as far as either counts.
func (a *Agent) byLogin(byHours verdict, t time.Time, h hours.State) verdict {
	if a.bySchedule() || a.Rules.OnlineWhen == WhenScheduledAndLoggedIn && !h.Open {
		return byHours
	}
	there, since := loggedIn(a.Presence.attendance(a.AsOf), t)
	v := verdict{status: Offline, reason: ReasonNotLoggedIn, since: since, own: true}
	if there {
		v.status, v.reason = Online, ReasonLoggedIn
	}
	if a.Rules.OnlineWhen == WhenScheduledAndLoggedIn && h.Since.After(since) {
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
func (a *Agent) next(t time.Time, now Status) turn {
	for range mostTurns {
		at := second(a.candidate(t))
		if at.IsZero() {
			return turn{}
		}
		if s := a.judge(at, a.Hours.At(at)).status; s != now {
			return turn{at, s, true}
		}
		t = at
	}
	return turn{at: t}
}

// candidate is the first instant after t at which the status may differ.
func (a *Agent) candidate(t time.Time) time.Time {
	h := a.Hours.At(t)
	var at time.Time
	if a.hoursMatter(t, h) || a.Hours.HasLeave() {
		at = h.Until
	}
	if a.Hours.HasLeave() {
		at = hours.Earliest(at, a.Hours.ReasonUntil(t, h))
	}
	if due := a.deadline(t, h); a.AsOf.IsZero() || !due.After(a.AsOf) {
		at = hours.Earliest(at, due)
	}
	return at
}

// hoursMatter tells whether the next boundary of the hours may change the status.
func (a *Agent) hoursMatter(t time.Time, h hours.State) bool {
	if a.bySchedule() {
		c := &a.Presence.Choice
		return !c.Locked || second(c.At).After(t)
	}
	if c := &a.Presence.Choice; c.Status != "" && !second(c.At).After(t) {
		if c.Locked {
			return false
		}
		if c.Status != Scheduled && !h.Since.After(second(c.At)) {
			return true
		}
	}
	there, _ := loggedIn(a.Presence.attendance(a.AsOf), t)
	return there && a.Rules.OnlineWhen == WhenScheduledAndLoggedIn
}

// reasonUntil is when the reason may differ.
func (a *Agent) reasonUntil(t time.Time, h hours.State) time.Time {
	at := a.Hours.ReasonUntil(t, h).UTC()
	if !a.byHoursAlone() {
		at = hours.Earliest(at, h.Until.UTC())
	}
	return at
}

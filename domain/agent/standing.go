package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/event"
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
	j := judgeOf(&a)
	v := j.verdict(t, a.Hours.At(t))
	s := Standing{Status: v.status, Reason: v.reason, Since: v.since}
	if next := j.next(t, v.status); next.known {
		s.Until, s.Next = next.at, next.status
	}
	return s
}

// Available tells whether the agent takes new chats at an instant.
func (a Agent) Available(at time.Time) bool {
	if byHoursAlone(&a) {
		return a.Hours.At(at).Open
	}
	at = second(at)
	j := judgeOf(&a)
	return j.verdict(at, a.Hours.At(at)).status == Online
}

// NextBoundary is the first instant after t at which the agent's status may differ; zero when it never does.
func (a Agent) NextBoundary(t time.Time) time.Time {
	if byHoursAlone(&a) {
		return a.Hours.NextBoundary(t)
	}
	t = second(t)
	j := judgeOf(&a)
	return j.next(t, j.verdict(t, a.Hours.At(t)).status).at
}

// byHoursAlone tells whether nothing but the hours decides.
func byHoursAlone(a *Agent) bool {
	r, p := &a.Rules, &a.Presence
	return r.bySchedule() && r.IdleAfter == 0 && p.Choice.Status == "" && (r.AutoOfflineAfter == 0 || len(p.Chats) == 0)
}

func (r *Rules) bySchedule() bool { return r.OnlineWhen == "" || r.OnlineWhen == WhenScheduled }

// refuses gives the reason for which a choice is refused; empty: it is not.
func (a Agent) refuses(s Sign) string {
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

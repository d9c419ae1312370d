package agent

import (
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// lowered is a status after those for which the agent does too little. Nothing raises anybody.
func (j *judge) lowered(v verdict, t time.Time, h hours.State) verdict {
	if chat, since := j.unanswered(t, h); chat != "" && rank(v.status) > rank(Offline) {
		return verdict{status: Offline, reason: ReasonAutoOffline, since: since, chat: chat, own: true, deadline: true}
	}
	if due := j.idleDue(h); j.isPast(due, t) && rank(v.status) > rank(j.Rules.idle()) {
		return verdict{status: j.Rules.idle(), reason: ReasonIdle, since: due, own: true, deadline: true}
	}
	if back := later(j.awake(v, h), j.answering(v, h)); back.After(v.since) && !back.After(t) {
		v.since, v.own, v.event = back, true, ""
	}
	return v
}

// idle is the status of an idle agent.
func (r *Rules) idle() Status {
	if r.IdleTo == Offline {
		return Offline
	}
	return Away
}

// awake is when a sign of life ended the last time that the agent was idle, in the present hours; zero: they were not.
func (j *judge) awake(v verdict, h hours.State) time.Time {
	if runs := j.Presence.Runs; j.Rules.IdleAfter > 0 && len(runs) > 0 && rank(v.status) > rank(j.Rules.idle()) {
		before := j.began(h)
		if len(runs) > 1 {
			before = later(before, runs[len(runs)-2].To)
		}
		if from := second(runs[len(runs)-1].From); !before.IsZero() && second(before).Add(j.Rules.IdleAfter).Before(from) {
			return from
		}
	}
	return time.Time{}
}

// answering is when a sign of life ended the last time that the agent was offline for a chat, in the present hours; zero:
// they were not.
func (j *judge) answering(v verdict, h hours.State) (back time.Time) {
	if j.Rules.AutoOfflineAfter == 0 || rank(v.status) == rank(Offline) {
		return back
	}
	for _, held := range j.Presence.Chats {
		if due := j.Rules.answerDue(held); !due.IsZero() && !due.Before(j.began(h)) && second(held.Back).After(due) {
			back = later(back, second(held.Back))
		}
	}
	return back
}

func rank(s Status) int {
	switch s {
	case Online:
		return 3
	case Away:
		return 2
	case Invisible:
		return 1
	}
	return 0
}

// isPast tells whether a deadline has passed at an instant.
func (j *judge) isPast(due, t time.Time) bool {
	return !due.IsZero() && !due.After(t) && (j.AsOf.IsZero() || !due.After(j.AsOf))
}

// idleDue is when the agent becomes idle, if nothing is heard of them; zero: never.
func (j *judge) idleDue(h hours.State) time.Time {
	if j.Rules.IdleAfter == 0 {
		return time.Time{}
	}
	from := later(j.Presence.Active, j.began(h))
	if from.IsZero() {
		return from
	}
	return second(from).Add(j.Rules.IdleAfter)
}

// began is the latest start of hours. Where the hours say nothing it is zero.
func (j *judge) began(h hours.State) time.Time {
	switch {
	case j.Rules.OnlineWhen == WhenLoggedIn || h.Since.IsZero():
		return time.Time{}
	case h.Open:
		return h.Since
	}
	return j.Hours.At(h.Since.Add(-time.Second)).Since
}

// unanswered is the chat that waited too long for the agent's answer, and since when it was too long; of several the
// first. A sign of life after that, or the next start of hours, ends it. That the chat is another's by now does not.
func (j *judge) unanswered(t time.Time, h hours.State) (chat string, since time.Time) {
	if j.Rules.AutoOfflineAfter == 0 || len(j.Presence.Chats) == 0 {
		return "", since
	}
	active, began := second(j.Presence.Active), j.began(h)
	for id, held := range j.Presence.Chats {
		due := j.Rules.answerDue(held)
		if !j.isPast(due, t) || active.After(due) || began.After(due) {
			continue
		}
		if chat == "" || due.Before(since) || due.Equal(since) && id < chat {
			chat, since = strings.TrimSuffix(id, missed), due
		}
	}
	return chat, since
}

// answerDue is by when the agent has to answer in a chat; zero: they need not.
func (r *Rules) answerDue(held Held) time.Time {
	if r.AutoOfflineAfter == 0 || held.Asked.IsZero() || held.Assigned.IsZero() {
		return time.Time{}
	}
	due := second(later(held.Asked, held.Assigned)).Add(r.AutoOfflineAfter)
	isAnswered := !held.Answered.Before(held.Asked) && !second(held.Answered).After(due)
	if hasLeft := !held.Holds() && !second(held.Left).After(due); hasLeft || isAnswered {
		return time.Time{}
	}
	return due
}

// ends are when sessions end without a sign of life before. Some may have passed, or be zero.
func (j *judge) ends() (ends []time.Time) {
	if !j.Rules.bySchedule() {
		for id := range j.Presence.Sessions {
			ends = append(ends, j.Presence.session(id).expiry())
		}
	}
	return ends
}

// deadlines are the same of all that a sign of life puts off.
func (j *judge) deadlines(h hours.State) []time.Time {
	all := append(j.ends(), j.idleDue(h))
	for _, held := range j.Presence.Chats {
		all = append(all, j.Rules.answerDue(held))
	}
	return all
}

// passed gives the deadlines between an instant and a later one, and the last of all that may be acted on.
func (j *judge) passed(before, t time.Time, h hours.State) (settled []time.Time, last time.Time) {
	if last = before; byHoursAlone(j.Agent) {
		return nil, last
	}
	for _, due := range j.deadlines(h) {
		if due.After(before) && !due.After(t) {
			settled = append(settled, due)
			if !due.After(j.AsOf) {
				last = later(last, due)
			}
		}
	}
	return settled, last
}

// due is the first deadline after t that may change a status or what is foreseen of it; zero: none.
func (j *judge) due(t time.Time, h hours.State, v verdict) (at time.Time) {
	deadlines := j.ends()
	if rank(v.status) > rank(Offline) {
		deadlines = j.deadlines(h)
	}
	return first(t, deadlines)
}

// first is the first of some instants that is after t; zero: none is.
func first(t time.Time, of []time.Time) (at time.Time) {
	for _, due := range of {
		if due.After(t) {
			at = hours.Earliest(at, due)
		}
	}
	return at
}

func later(a, b time.Time) time.Time { return hours.Later(a, b).UTC() }

func earlier(a, b time.Time) time.Time { return hours.Earlier(a, b).UTC() }

package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// lowered is a status after those for which the agent does too little. Nothing raises anybody.
func (j *judge) lowered(v verdict, t time.Time, h hours.State) verdict {
	if rank(v.status) > rank(Offline) {
		if chat, since := j.unanswered(t, h); chat != "" {
			return verdict{status: Offline, reason: ReasonAutoOffline, since: since, chat: chat, own: true, deadline: true}
		}
	}
	to := Away
	if j.Rules.IdleTo == Offline {
		to = Offline
	}
	if due := j.idleDue(h); rank(v.status) > rank(to) && j.isPast(due, t) {
		return verdict{status: to, reason: ReasonIdle, since: due, own: true, deadline: true}
	}
	return v
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
		return "", time.Time{}
	}
	active, began := second(j.Presence.Active), j.began(h)
	for id, held := range j.Presence.Chats {
		due := j.answerDue(held)
		if !j.isPast(due, t) || active.After(due) || began.After(due) {
			continue
		}
		if chat == "" || due.Before(since) || due.Equal(since) && id < chat {
			chat, since = id, due
		}
	}
	return chat, since
}

// answerDue is by when the agent has to answer in a chat; zero: they need not.
func (j *judge) answerDue(held Held) time.Time {
	if held.Asked.IsZero() || held.Assigned.IsZero() {
		return time.Time{}
	}
	due := second(later(held.Asked, held.Assigned)).Add(j.Rules.AutoOfflineAfter)
	isAnswered := !held.Answered.Before(held.Asked) && !second(held.Answered).After(due)
	if hasLeft := !held.Holds() && !second(held.Left).After(due); hasLeft || isAnswered {
		return time.Time{}
	}
	return due
}

// deadline is the first instant after t at which the agent does too little, or a session ends, unless there is a sign of
// life before; zero: none.
func (j *judge) deadline(t time.Time, h hours.State) (at time.Time) {
	add := func(due time.Time) {
		if due.After(t) {
			at = hours.Earliest(at, due)
		}
	}
	add(j.idleDue(h))
	if j.Rules.AutoOfflineAfter > 0 {
		for _, held := range j.Presence.Chats {
			add(j.answerDue(held))
		}
	}
	if !j.Rules.bySchedule() {
		for id := range j.Presence.Sessions {
			add(j.Presence.session(id).expiry())
		}
	}
	return at
}

func later(a, b time.Time) time.Time { return hours.Later(a, b).UTC() }

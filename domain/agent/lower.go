package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// lowered is a status after those for which the agent does too little. Nothing raises anybody.
func (a *Agent) lowered(v verdict, t time.Time, h hours.State) verdict {
	if rank(v.status) > rank(Offline) {
		if chat, since := a.unanswered(t, h); chat != "" {
			return verdict{status: Offline, reason: ReasonAutoOffline, since: since, chat: chat, own: true, deadline: true}
		}
	}
	to := Away
	if a.Rules.IdleTo == Offline {
		to = Offline
	}
	if due := a.idleDue(t, h); rank(v.status) > rank(to) && a.isPast(due, t) {
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
func (a *Agent) isPast(due, t time.Time) bool {
	return !due.IsZero() && !due.After(t) && (a.AsOf.IsZero() || !due.After(a.AsOf))
}

// idleDue is when the agent becomes idle, if nothing is heard of them; zero: never.
func (a *Agent) idleDue(t time.Time, h hours.State) time.Time {
	if a.Rules.IdleAfter == 0 {
		return time.Time{}
	}
	from := later(a.Presence.Active, a.began(h))
	if from.IsZero() {
		return from
	}
	return second(from).Add(a.Rules.IdleAfter)
}

// began is the latest start of hours. Where the hours say nothing it is zero.
func (a *Agent) began(h hours.State) time.Time {
	switch {
	case a.Rules.OnlineWhen == WhenLoggedIn || h.Since.IsZero():
		return time.Time{}
	case h.Open:
		return h.Since
	}
	return a.Hours.At(h.Since.Add(-time.Second)).Since
}

// unanswered is the chat that waited too long for the agent's answer, and since when it was too long; of several the
// first. A sign of life after that, or the next start of hours, ends it. That the chat is another's by now does not.
func (a *Agent) unanswered(t time.Time, h hours.State) (chat string, since time.Time) {
	if a.Rules.AutoOfflineAfter == 0 || len(a.Presence.Chats) == 0 {
		return "", time.Time{}
	}
	active, began := second(a.Presence.Active), a.began(h)
	for id, held := range a.Presence.Chats {
		due := a.answerDue(held)
		if !a.isPast(due, t) || active.After(due) || began.After(due) {
			continue
		}
		if chat == "" || due.Before(since) || due.Equal(since) && id < chat {
			chat, since = id, due
		}
	}
	return chat, since
}

// answerDue is by when the agent has to answer in a chat; zero: they need not.
func (a *Agent) answerDue(held Held) time.Time {
	if held.Asked.IsZero() || held.Assigned.IsZero() {
		return time.Time{}
	}
	due := second(later(held.Asked, held.Assigned)).Add(a.Rules.AutoOfflineAfter)
	isAnswered := !held.Answered.Before(held.Asked) && !second(held.Answered).After(due)
	if hasLeft := !held.Holds() && !second(held.Left).After(due); hasLeft || isAnswered {
		return time.Time{}
	}
	return due
}

// deadline is the first instant after t at which the agent does too little, or a session ends, unless there is a sign of
// life before; zero: none.
func (a *Agent) deadline(t time.Time, h hours.State) (at time.Time) {
	add := func(due time.Time) {
		if due.After(t) {
			at = hours.Earliest(at, due)
		}
	}
	add(a.idleDue(t, h))
	if a.Rules.AutoOfflineAfter > 0 {
		for _, held := range a.Presence.Chats {
			add(a.answerDue(held))
		}
	}
	if !a.bySchedule() {
		for id := range a.Presence.Sessions {
			add(a.Presence.session(id).expiry())
		}
	}
	return at
}

func later(a, b time.Time) time.Time { return hours.Later(a, b).UTC() }

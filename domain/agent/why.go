package agent

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Step is one question of the decision on a status, with its answer.
type Step struct {
	Question Question
	Answer   string // in a few English words, without times
	Decisive bool   // the status comes from it
	Since    time.Time
	Until    time.Time // when the answer changes, as far as it is foreseen; of the last two when it would, without a sign of life
}

// Question names a step.
type Question string

// The questions, in the order in which they are asked.
const (
	AskLeave   Question = "leave"
	AskLocked  Question = "locked"
	AskChoice  Question = "choice"
	AskHours   Question = "hours"
	AskSession Question = "session"
	AskChats   Question = "chats"
	AskIdle    Question = "idle"
)

// Why gives the status at an instant and how it came about: all questions in their order, one of them decisive. Nothing but
// the definition, the presence and t counts, as with At. Instants are in UTC; zero ones are not there.
func (a Agent) Why(t time.Time) (Standing, []Step) {
	t = second(t)
	h := a.Hours.At(t)
	j := judgeOf(&a)
	steps := []Step{j.whyLeave(h), j.whyLocked(t), j.whyChoice(t, h), j.whyHours(h), j.whySession(t), j.whyChats(t, h), j.whyIdle(t, h)}
	s := a.At(t)
	for i := range steps {
		steps[i].Decisive = steps[i].Question == decisive(s.Reason, h)
		steps[i].Since, steps[i].Until = steps[i].Since.UTC(), steps[i].Until.UTC()
	}
	return s, steps
}

// decisive is the question that gives a reason.
func decisive(reason string, h hours.State) Question {
	switch {
	case reason == ReasonLocked:
		return AskLocked
	case reason == ReasonChosen:
		return AskChoice
	case reason == ReasonLoggedIn, reason == ReasonNotLoggedIn:
		return AskSession
	case reason == ReasonAutoOffline:
		return AskChats
	case reason == ReasonIdle:
		return AskIdle
	case h.OnLeave():
		return AskLeave
	}
	return AskHours
}

func (j *judge) whyLeave(h hours.State) Step {
	if h.OnLeave() {
		return Step{Question: AskLeave, Answer: "on leave", Since: h.Since, Until: h.Until}
	}
	return Step{Question: AskLeave, Answer: "not on leave"}
}

func (j *judge) whyLocked(t time.Time) Step {
	c := &j.Presence.Choice
	if made := second(c.At); c.Locked && !made.After(t) {
		return Step{Question: AskLocked, Answer: fmt.Sprintf("locked: %s, until they undo it", c.Status), Since: made}
	}
	return Step{Question: AskLocked, Answer: "no choice is locked"}
}

func (j *judge) whyChoice(t time.Time, h hours.State) Step {
	c, refused := &j.Presence.Choice, &j.Presence.Refused
	step := Step{Question: AskChoice, Since: second(c.At)}
	switch made := second(c.At); {
	case refused.At.After(c.At) && !h.Since.After(second(refused.At)):
		step.Answer, step.Since = fmt.Sprintf("%s was refused: %s", refused.Status, refused.Reason), second(refused.At)
		if j.holdsChoice(t, h) {
			step.Answer += fmt.Sprintf("; %s holds from before", c.Status)
		}
	case c.Status == "" || made.After(t):
		step.Answer, step.Since = "none", time.Time{}
	case c.Status == Scheduled:
		step.Answer = "undone: as their hours say"
	case c.Locked:
		step.Answer = "locked: see before"
	case h.Since.After(made):
		step.Answer, step.Until = fmt.Sprintf("%s, up to the boundary after it", c.Status), j.Hours.NextBoundary(made)
	case !j.choiceHolds(t, h):
		step.Answer = fmt.Sprintf("%s, until they left", c.Status)
	default:
		step.Answer, step.Until = fmt.Sprintf("%s, until the next boundary", c.Status), h.Until
	}
	return step
}

func (j *judge) holdsChoice(t time.Time, h hours.State) bool {
	c := &j.Presence.Choice
	return c.Status != "" && c.Status != Scheduled && !second(c.At).After(t) && (c.Locked || j.choiceHolds(t, h))
}

func (j *judge) whyHours(h hours.State) Step {
	step := Step{Question: AskHours, Answer: "outside their hours: " + h.Reason, Since: h.Since, Until: h.Until}
	if h.Open {
		step.Answer = "in their hours: " + h.Reason
	}
	if j.Rules.OnlineWhen == WhenLoggedIn {
		step.Answer += " (they do not put this agent online)"
	}
	return step
}

func (j *judge) whySession(t time.Time) Step {
	if j.Rules.bySchedule() {
		return Step{Question: AskSession, Answer: "logins do not count"}
	}
	there, since := loggedIn(j.attendance, t)
	step := Step{Question: AskSession, Answer: "not logged in", Since: since}
	if there {
		step.Answer, step.Until = "logged in", first(t, j.ends())
		for id := range j.Presence.Sessions {
			if s := j.Presence.session(id); s.isOpen() && s.expiry().IsZero() {
				step.Until = time.Time{} // this one lasts
			}
		}
	}
	return step
}

func (j *judge) whyChats(t time.Time, h hours.State) Step {
	step := Step{Question: AskChats, Answer: "chats may wait for as long as they like"}
	if j.Rules.AutoOfflineAfter == 0 {
		return step
	}
	if chat, since := j.unanswered(t, h); chat != "" {
		return Step{Question: AskChats, Answer: "has not answered " + chat + " in time", Since: since}
	}
	var dues []time.Time
	for _, held := range j.Presence.Chats {
		dues = append(dues, j.Rules.answerDue(held))
	}
	step.Answer, step.Until = "no chat waits for their answer", first(t, dues)
	if !step.Until.IsZero() {
		step.Answer = "a chat waits for their answer"
	}
	return step
}

func (j *judge) whyIdle(t time.Time, h hours.State) Step {
	due := j.idleDue(h)
	step := Step{Question: AskIdle, Answer: "not idle yet", Until: due}
	switch {
	case j.Rules.IdleAfter == 0:
		return Step{Question: AskIdle, Answer: "no idle time is set"}
	case due.IsZero():
		step.Answer = "never heard of, and their hours have no start to count from"
	case j.isPast(due, t):
		step.Answer, step.Since, step.Until = "nothing heard of them for too long", due, time.Time{}
	case j.Presence.Active.IsZero():
		step.Answer, step.Since = "not heard of since their hours began", h.Since
	}
	return step
}

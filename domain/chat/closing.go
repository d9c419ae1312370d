package chat

import (
	"cmp"
	"slices"
	"time"
)

// closingSoon sends its message to a visitor who is chatting or waiting, so long before the hours end.
func (d *decider) closingSoon() {
	s, h := &d.State, d.scene.Hours
	if d.policy.ClosingMessage == "" || d.policy.ClosingBefore <= 0 || h.Until.IsZero() || !s.Going() {
		return
	}
	if !h.Open {
		if !d.gone() {
			d.wake(h.Until) // the hours that open then will end
		}
		return
	}
	moment := h.Until.Add(-d.policy.ClosingBefore).UTC()
	switch {
	case moment.Before(h.Since) || !h.Until.After(s.Progress.Closing):
		return
	case moment.After(d.at):
		d.wake(moment)
		return
	}
	if s.Began.After(moment) {
		return // the time for the message had passed
	}
	s.Progress.Closing = h.Until.UTC()
	switch {
	case d.late(moment):
		d.skip(ClosingSoon, Late, moment)
	case d.gone():
		d.skip(ClosingSoon, VisitorLeft, moment)
	case s.BotAnswers():
		d.skip(ClosingSoon, Bot, moment)
	default:
		d.say(d.policy.closes, Effect{At: moment, Reason: HoursEndSoon, Cause: Cause{Rule: ClosingSoon, Base: s.Progress.Closing}})
	}
}

// gone tells whether the visitor is not there to read it. A visitor who waits for an answer to a question of these
// hours may well be reading, however long it takes.
func (d *decider) gone() bool {
	h := d.scene.Hours
	waits := slices.ContainsFunc(d.State.asks(), func(a Ask) bool { return h.Open && !a.At.Before(h.Since) })
	return d.scene.Left || d.scene.Silent && !waits
}

// atClose is for a request of the ended hours that no agent has answered or joined.
func (d *decider) atClose() {
	h := d.scene.Hours
	if d.policy.WaitingAtClose != closeReply && d.policy.WaitingAtClose != closeMessage {
		return
	}
	if h.Open {
		if _, waits := d.request(h.Since, latest(d.at, h.Until)); waits {
			d.wake(h.Until)
		}
		return
	}
	if !h.Since.After(d.State.Progress.Closed) { // also where the chat has gone to a department that closed before
		return
	}
	ask, waits := d.request(h.Opened, h.Since.Add(-1))
	if !waits {
		return
	}
	d.State.Progress.Closed = h.Since.UTC()
	cause := Cause{Rule: WaitingAtClose, Event: ask.Event, Base: h.Since.UTC()}
	if d.policy.Outside != "" && !d.given(Outside) {
		if d.say(d.policy.outside, Effect{Offered: d.offers(), At: h.Since.UTC(), Reason: HoursEnded, Cause: cause}) {
			d.answered(Outside)
		}
	}
	if d.policy.WaitingAtClose == closeMessage {
		d.Effects = append(d.Effects, Effect{
			Chat: d.State.ID, At: h.Since.UTC(), Reason: HoursEnded, Cause: cause,
			Ticket: &Ticket{Department: cmp.Or(d.scene.Department, d.State.Department.ID), WaitingSince: ask.At},
		})
	}
}

// request is the first of a period that waits and that no agent has joined.
func (d *decider) request(from, to time.Time) (Ask, bool) {
	for _, a := range d.State.asks() {
		if a.Request && !a.At.Before(from) && !a.At.After(to) && a.At.After(d.State.Joined) {
			return a, true
		}
	}
	return Ask{}, false
}

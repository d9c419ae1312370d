package chat

import "time"

// closingSoon tells a visitor who is chatting or waiting, so long before the hours end.
func (d *decider) closingSoon() {
	s, h := &d.State, d.scene.Hours
	if d.policy.ClosingMessage == "" || d.policy.ClosingBefore <= 0 || h.Until.IsZero() || !s.Going() {
		return
	}
	if !h.Open {
		if !d.scene.Left {
			d.wake(h.Until) // the hours that open then will end
		}
		return
	}
	moment := h.Until.Add(-d.policy.ClosingBefore).UTC()
	switch {
	case moment.Before(h.Since) || s.Told.Closing.Equal(h.Until):
		return
	case moment.After(d.at):
		d.wake(moment)
		return
	}
	s.Told.Closing = h.Until.UTC()
	if s.Began.After(moment) {
		return // they came when it was said already that the hours end
	}
	switch {
	case d.late(moment):
		d.skip(ClosingSoon, Late, moment)
	case d.scene.Left:
		d.skip(ClosingSoon, VisitorLeft, moment)
	case s.BotAnswers():
		d.skip(ClosingSoon, Bot, moment)
	default:
		d.say(d.policy.closes, Effect{At: moment, Reason: HoursEndSoon, Cause: Cause{Rule: ClosingSoon, Base: s.Told.Closing}})
	}
}

// atClose is for a request of the hours that have ended which no agent has taken.
func (d *decider) atClose() {
	h := d.scene.Hours
	if d.policy.WaitingAtClose != closeReply && d.policy.WaitingAtClose != closeMessage {
		return
	}
	if h.Open {
		if _, waits := d.request(h.Since, d.at); waits {
			d.wake(h.Until)
		}
		return
	}
	if h.Since.IsZero() || d.State.Told.Closed.Equal(h.Since) {
		return
	}
	ask, waits := d.request(h.Opened, h.Since.Add(-1))
	d.State.Told.Closed = h.Since.UTC()
	if !waits {
		return
	}
	cause := Cause{Rule: WaitingAtClose, Event: ask.Event, Base: h.Since.UTC()}
	if d.policy.Outside != "" && !d.given(Outside) {
		d.answered(Outside)
		d.say(d.policy.outside, Effect{Offered: d.offers(), At: h.Since.UTC(), Reason: HoursEnded, Cause: cause})
	}
	if d.policy.WaitingAtClose == closeMessage {
		d.Effects = append(d.Effects, Effect{
			Chat: d.State.ID, At: h.Since.UTC(), Reason: HoursEnded, Cause: cause,
			Ticket: &Ticket{Department: d.State.Department.ID, WaitingSince: ask.At},
		})
	}
}

// request is the first of a time that waits and that no agent has joined.
func (d *decider) request(from, to time.Time) (Ask, bool) {
	for _, a := range d.State.asks() {
		if a.Request && !a.At.Before(from) && !a.At.After(to) && a.At.After(d.State.Joined) {
			return a, true
		}
	}
	return Ask{}, false
}

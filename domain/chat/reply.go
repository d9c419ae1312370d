package chat

import (
	"cmp"
	"slices"
	"time"
)

// quiet is how long after an agent's message a visitor's gets no auto-reply: the agent is likely to be there still.
const quiet = 5 * time.Minute

// reply answers the visitor's newest message.
func (d *decider) reply() {
	s, closed := &d.State, d.closedDepartment()
	said := s.Wrote
	if closed {
		said = said.or(s.Request)
	}
	isNew := said.At.After(s.Progress.Considered)
	s.Progress.Considered = latest(s.Progress.Considered, said.At, s.Request.At) // a request has had its chance, also where it has no text
	if !isNew {
		return
	}
	rule, text, source := Outside, d.policy.outside, d.policy.Outside
	if d.scene.Hours.Open {
		rule, text, source = During, d.policy.during, d.policy.During
	}
	offers := d.offers()
	if !d.policy.scheduled(d.scene.Department) || source == "" && len(offers) == 0 {
		return
	}
	if reason := d.unsaid(rule, said.At); reason != "" {
		d.skip(rule, reason, said.At)
		return
	}
	if d.say(text, Effect{Offered: offers, At: said.At, Reason: d.why(), Cause: d.periodCause(rule, said.Event)}) {
		d.answered(rule)
	}
}

// closedDepartment tells whether the chat's department is closed while the property is open.
func (d *decider) closedDepartment() bool { return d.scene.PropertyOpen && !d.scene.Hours.Open }

func (d *decider) offers() []Offer {
	if !d.closedDepartment() {
		return nil
	}
	var offers []Offer
	for _, id := range slices.Sorted(slices.Values(d.scene.Offered)) { // a repeat of the action lists them alike
		if id != d.scene.Department {
			offers = append(offers, Offer{id, cmp.Or(d.policy.Departments[id].Name, id)})
		}
	}
	return offers
}

func (d *decider) why() Reason {
	switch {
	case d.scene.Hours.Open:
		return WithinHours
	case d.closedDepartment():
		return ClosedDepartment
	}
	return OutsideHours
}

// unsaid is the reason for no auto-reply; empty where there is one.
func (d *decider) unsaid(rule Rule, said time.Time) Reason {
	s := &d.State
	switch {
	case s.BotAnswers() || said.Before(s.Handoff.At):
		return Bot
	case !said.After(s.Ended):
		return Ended
	case !said.After(s.Answered):
		return Answered
	case !s.Answered.IsZero() && said.Sub(s.Answered) < quiet:
		return JustAnswered
	case rule == During && d.late(said):
		return Late
	case said.Before(d.scene.Hours.Since):
		return HoursChanged
	case d.given(rule):
		return Frequency
	}
	return ""
}

// given tells whether a reply has been given in this period.
func (d *decider) given(rule Rule) bool {
	last := d.State.Progress.Outside
	if rule == During {
		last = d.State.Progress.During
	}
	return !last.IsZero() && !last.Before(d.scene.Hours.Since)
}

func (d *decider) answered(rule Rule) {
	if rule == During {
		d.State.Progress.During = d.at
	} else {
		d.State.Progress.Outside = d.at
	}
}

// periodCause is that of a message once in a period: the period, or the event where the period has no beginning.
func (d *decider) periodCause(rule Rule, id string) Cause {
	return Cause{Rule: rule, Event: id, Base: d.scene.Hours.Since.UTC()}
}

// handoff sends the text on when a person will follow up.
func (d *decider) handoff() {
	s, h := &d.State, d.State.Handoff
	if !h.At.After(s.Progress.Handoff) {
		return
	}
	s.Progress.Handoff = h.At
	if d.policy.Handoff == "" {
		return
	}
	switch {
	case !h.At.After(s.Ended):
		d.skip(Handoff, Ended, h.At)
	case !h.At.After(s.Answered):
		d.skip(Handoff, Answered, h.At)
	case d.late(h.At):
		d.skip(Handoff, Late, h.At)
	default:
		d.say(d.policy.handoff, Effect{At: h.At, Reason: HandedOver, Cause: Cause{Rule: Handoff, Event: h.Event, Base: h.At}})
	}
}

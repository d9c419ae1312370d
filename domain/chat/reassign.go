package chat

import (
	"cmp"
	"slices"
	"time"
)

// mostTried is how many agents a chat is offered to before it has an answer. Then it stays where it is.
const mostTried = 50

// Holder is an agent who was given a chat.
type Holder struct {
	Agent string    `json:"agent"`
	At    time.Time `json:"at"`
	Event string    `json:"event,omitempty"`
}

// or is the later of two holders.
func (h Holder) or(o Holder) Holder {
	if cmp.Or(o.At.Compare(h.At), cmp.Compare(o.Agent, h.Agent), cmp.Compare(o.Event, h.Event)) > 0 {
		return o
	}
	return h
}

// holder is the agent with the chat: by the last event that names one, or by a reassignment after it, until the next event.
// It is zero where nobody has the chat.
func (s *State) holder() Holder {
	last := s.last()
	if g := s.Progress.Given; g.At.After(last.At) && g.At.After(s.Ended) {
		return g
	}
	return Holder{Agent: last.Name, At: last.At}
}

// assigned is the agent to whom the chat is assigned. It is zero where a colleague has joined since, or has written: then
// somebody sees to it.
func (s *State) assigned() Holder {
	h := s.holder()
	switch {
	case h.Agent == "":
		return Holder{}
	case h.Agent == s.Assigned.Agent && s.Assigned.At.After(s.Ended) && !s.Progress.Given.At.After(s.Assigned.At):
		return s.Assigned // joining does not make it any later
	case h == s.Progress.Given:
		return h
	}
	return Holder{}
}

// tried tells whether an agent has had the chat, or was given it, since the last answer.
func (s *State) tried(id string) bool {
	since := latest(s.Answered, s.Ended)
	return slices.ContainsFunc(s.Agents, func(a Switch) bool { return a.Name == id && a.At.After(since) }) ||
		slices.ContainsFunc(s.Progress.Tried, func(h Holder) bool { return h.Agent == id && h.At.After(since) })
}

// reassign gives a chat to another agent when the one to whom it is assigned has not answered for so long.
func (d *decider) reassign() {
	s := &d.State
	since := latest(s.Answered, s.Ended)
	s.Progress.Tried = kept(s.Progress.Tried, func(h Holder) bool { return h.At.After(since) })
	h, asks := s.assigned(), d.asks()
	if d.policy.ReassignAfter <= 0 || h.Agent == "" || len(asks) == 0 || !s.Answered.Before(h.At) {
		return
	}
	base := Moment{h.At, h.Event}.or(asks[0].Moment)
	due := base.At.Add(d.policy.ReassignAfter)
	switch {
	case !base.At.After(s.Progress.Passed):
		return
	case due.After(d.at):
		d.wake(due)
		return
	}
	s.Progress.Passed = base.At
	if reason := d.helpless(due); reason != "" {
		d.skip(Reassign, reason, due)
		return
	}
	to := d.successor(h.Agent)
	if to == nil {
		d.skip(Reassign, NobodyLeft, due)
		return
	}
	// Nobody is given the chat twice for one ask. Each reassignment has an id of its own by that, at whatever instant it is made.
	d.give(to, h.Agent, Effect{At: due, Reason: Unanswered, Cause: Cause{
		Rule: Reassign, Event: cmp.Or(base.Event, asks[0].Event), Base: asks[0].At, Step: to.ID,
	}})
	d.wake(d.at.Add(d.policy.ReassignAfter))
}

// successor is the next colleague in the order of choice to whom the chat of an agent is given. Those who have been tried are
// passed over. It is nil where nobody is left: then the chat stays where it is.
func (d *decider) successor(from string) *Colleague {
	if len(d.State.Progress.Tried) >= mostTried {
		return nil
	}
	return Next(d.team(), func(id string) bool { return id == from || d.State.tried(id) })
}

// give gives the chat of an agent to a colleague.
func (d *decider) give(to *Colleague, from string, e Effect) {
	s := &d.State
	s.Progress.Given = Holder{Agent: to.ID, At: d.at}
	s.Progress.Tried = append(slices.Clone(s.Progress.Tried), Holder{Agent: from, At: d.at}, s.Progress.Given)
	e.Do.Reassign, e.Agent, e.From = true, to.ID, from
	d.add(e)
}

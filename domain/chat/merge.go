package chat

import (
	"cmp"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Merge adds an event. Events of another chat, and those that are about no chat, change nothing. The zero State becomes
// that of the first event's chat.
//
// Merging is commutative, associative and idempotent: events may come in any order and any number of times.
func (s *State) Merge(e event.Event) {
	if e.Data.Chat == "" || s.ID != "" && s.ID != e.Data.Chat {
		return
	}
	s.ID = e.Data.Chat
	at := e.Time.Round(0).UTC()
	moment := Moment{at, e.ID}
	switch e.Type {
	case event.ChatRequested:
		s.Requested = hours.Earliest(s.Requested, at)
		s.Request = s.Request.or(moment)
		s.ask(Ask{moment, true})
		if e.Data.Text != "" {
			s.Wrote = s.Wrote.or(moment)
		}
	case event.ChatMessage:
		s.message(e.Data, moment)
	case event.ChatQueued:
		s.Queue = s.Queue.or(Queue{e.Data.QueuePosition, at})
	case event.ChatAssigned:
		s.Assigned = s.Assigned.or(Holder{e.Data.Agent, at, e.ID})
		s.agent(e.Data.Agent, true, at)
	case event.ChatAgentJoined:
		s.Joined = latest(s.Joined, at)
		s.agent(e.Data.Agent, true, at)
	case event.ChatAgentLeft:
		s.agent(e.Data.Agent, false, at)
	case event.ChatHandoff:
		s.Handoff = s.Handoff.or(moment)
		s.ask(Ask{moment, true})
	case event.ChatTagged:
		s.tag(e.Data, at)
	case event.ChatEnded:
		s.Ended = latest(s.Ended, at)
		s.Queue = s.Queue.or(Queue{At: at})
	}
	if e.Data.Department != "" {
		s.Department = s.Department.or(Department{e.Data.Department, at, false})
	}
	s.places(e, at)
	if e.Data.Bot {
		s.Bot = latest(s.Bot, at)
	}
	s.Waiting = kept(s.Waiting, s.waits)
}

func (s *State) message(d event.Data, m Moment) {
	switch d.From {
	case event.FromVisitor:
		s.Wrote = s.Wrote.or(m)
		s.ask(Ask{m, false})
	case event.FromAgent:
		s.Answered = latest(s.Answered, m.At)
		s.agent(d.Agent, true, m.At)
	case event.FromBot: // no answer
	}
}

func (s *State) agent(id string, has bool, at time.Time) {
	if id != "" {
		s.Agents = put(s.Agents, Switch{id, has, at}, trigger.MostHolders)
	}
	if has {
		s.Queue = s.Queue.or(Queue{At: at})
	}
}

func (s *State) tag(d event.Data, at time.Time) {
	for _, name := range d.Added {
		s.Tags = put(s.Tags, Switch{name, true, at}, trigger.MostTags)
	}
	for _, name := range d.Removed {
		s.Tags = put(s.Tags, Switch{name, false, at}, trigger.MostTags)
	}
}

// ask adds an ask of the visitor. It waits or not by bounds that only grow, so that an ask once left out never belongs
// in again.
func (s *State) ask(a Ask) {
	s.Asked = latest(s.Asked, a.At)
	s.Began = hours.Earliest(s.Began, a.At)
	list := slices.Clone(s.Waiting)
	i, known := slices.BinarySearchFunc(list, a, Ask.compare)
	switch {
	case !known:
		list = slices.Insert(list, i, a)
	case a.Event < list[i].Event:
		list[i] = a
	}
	messages, requests := 0, 0
	for i := len(list) - 1; i >= 0; i-- {
		n, most := &messages, mostMessages
		if list[i].Request {
			n, most = &requests, mostRequests
		}
		if *n++; *n > most {
			list = slices.Delete(list, i, i+1)
		}
	}
	s.Waiting = list
}

// waits tells whether an ask has no answer. One from before a hand-over was for a bot.
func (s *State) waits(a Ask) bool {
	return a.At.After(s.Answered) && a.At.After(s.Ended) && !a.At.Before(s.Handoff.At)
}

// compare orders asks by time; of one instant the request comes first.
func (a Ask) compare(b Ask) int {
	if c := a.At.Compare(b.At); c != 0 || a.Request == b.Request {
		return c
	}
	if a.Request {
		return -1
	}
	return 1
}

// put sets a switch as it was last set. Of two settings at one instant, on wins. The newest switches are kept.
func put(list []Switch, s Switch, most int) []Switch {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, func(o Switch) bool { return o.Name == s.Name })
	switch {
	case i < 0:
		list = append(list, s)
	case s.At.After(list[i].At), s.At.Equal(list[i].At) && s.On:
		list[i] = s
	}
	slices.SortFunc(list, func(a, b Switch) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Name, b.Name)) })
	return list[max(0, len(list)-most):]
}

// or is the later of two moments.
func (m Moment) or(o Moment) Moment {
	if c := o.At.Compare(m.At); c > 0 || c == 0 && o.Event > m.Event {
		return o
	}
	return m
}

// or is the department that was named later.
func (d Department) or(o Department) Department {
	if c := o.At.Compare(d.At); c > 0 || c == 0 && o.ID > d.ID {
		return o
	}
	return d
}

// or is the later place. Of one instant, no place wins: the chat has left the queue.
func (q Queue) or(o Queue) Queue {
	switch c := o.At.Compare(q.At); {
	case c != 0:
		if c > 0 {
			return o
		}
	case o.Position == nil, q.Position != nil && *o.Position < *q.Position:
		return o
	}
	return q
}

// kept is the part of a list that fits, in memory of its own; nil where none does.
func kept[T any](list []T, fits func(T) bool) []T {
	var fit []T
	for _, v := range list {
		if fits(v) {
			fit = append(fit, v)
		}
	}
	return fit
}

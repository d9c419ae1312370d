package agent

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Presence is all that events have said about an agent. Events may come in any order and twice: the presence is the
// same. Its maps are never changed, so that a copy stays as it is. The zero value is an agent of whom nothing was heard.
type Presence struct {
	Sessions map[string]Session `json:"sessions,omitempty"` // by id; "" is the one of events that name none
	Active   time.Time          `json:"active,omitzero"`    // the latest sign of life; zero: none
	Signs    Signs              `json:"signs,omitempty"`    // the latest of them, Active among them
	Runs     []Run              `json:"runs,omitempty"`     // of an agent who may become idle: when they were not, as far as it is known
	Choice   Choice             `json:"choice,omitzero"`    // the latest that was not refused
	Refused  Choice             `json:"refused,omitzero"`   // the latest that was refused, with its Reason
	Chats    map[string]Held    `json:"chats,omitempty"`    // by "property/chat"
}

// Choice is a status that an agent has set themselves. The zero value is none.
type Choice struct {
	Status Status    `json:"status"` // Scheduled: the one before is undone
	At     time.Time `json:"at"`
	Event  string    `json:"event"` // its id; of two choices at one time the one with the later id counts
	Locked bool      `json:"locked,omitempty"`
	Reason string    `json:"reason,omitempty"` // why it was refused: ReasonOutsideHours or ReasonLeave
}

// Held is a chat as far as one agent is concerned. A visitor's decision tells it.
type Held struct {
	Visitor  string    `json:"visitor,omitempty"`
	Assigned time.Time `json:"assigned,omitzero"` // when the agent got it, the last time
	Left     time.Time `json:"left,omitzero"`     // when they had it no longer: it ended, was reassigned, or they left; zero or before Assigned: they have it
	Asked    time.Time `json:"asked,omitzero"`    // since when the visitor waits for an answer, or did last
	Answered time.Time `json:"answered,omitzero"` // when the agent last answered
	Rev      int64     `json:"rev,omitempty"`     // of a chat that Deskbell gave them: the revision of the visitor on which that was decided last
	Back     time.Time `json:"back,omitzero"`     // the first sign of life after they should have answered; see Rules.AutoOfflineAfter
}

// Stirred is when the agent last got, answered or left the chat; zero: never.
func (h Held) Stirred() time.Time { return later(h.Assigned, later(h.Answered, h.Left)) }

// Holds tells whether the agent has the chat.
func (h Held) Holds() bool { return !h.Assigned.IsZero() && h.Left.Before(h.Assigned) }

// Sign is an agent's part of one event. The zero Kind is a sign of life that says nothing else.
type Sign struct {
	ID      string // of the event
	Kind    event.Type
	At      time.Time
	Session string
	TTL     time.Duration // AgentLoggedIn; 0: the session lasts until it logs out
	Status  Status        // AgentStatusSet
	Locked  bool          // AgentStatusSet
	Idle    bool          // AgentActive: no sign of life but of the session
}

// SignOf is the part of an agent in an event, and the agent. It is false for an event in which no agent did anything.
func SignOf(e event.Event) (agent string, s Sign, ok bool) {
	if agent, ok = event.Doer(&e); !ok {
		return "", Sign{}, false
	}
	s = Sign{ID: e.ID, Kind: e.Type, At: e.Time, Session: e.Data.Session}
	switch e.Type {
	case event.AgentLoggedIn:
		s.TTL = time.Duration(e.Data.TTL) * time.Second
	case event.AgentStatusSet:
		s.Status, s.Locked = Status(e.Data.Status), e.Data.Locked
	case event.AgentActive:
		s.Idle = e.Data.Idle
	case event.AgentLoggedOut:
	default: // in a chat
		s.Kind = event.AgentActive
	}
	return agent, s, true
}

// With is the presence with one more sign. Whether a choice is refused depends on the agent's definition of now. A logout is
// no sign of life: nobody comes back by leaving.
func (p Presence) With(a Agent, s Sign) Presence {
	at := s.At.UTC()
	if s.Kind != event.AgentLoggedOut && !s.Idle {
		p = p.alive(a.Rules, at)
	}
	if s.Session != "" || s.Idle || s.Kind == event.AgentLoggedIn || s.Kind == event.AgentLoggedOut {
		p.Sessions = withSession(p.Sessions, s)
	}
	if s.Kind == event.AgentStatusSet {
		c := Choice{Status: s.Status, At: at, Event: s.ID, Locked: s.Locked && s.Status != Scheduled, Reason: a.refuses(s)}
		if last := &p.Choice; c.Reason != "" {
			p.Refused = laterChoice(p.Refused, c)
		} else {
			*last = laterChoice(*last, c)
		}
	}
	return p
}

// alive is the presence with a sign of life.
func (p Presence) alive(r Rules, at time.Time) Presence {
	p.Active, p.Signs = later(p.Active, at), p.Signs.with(p.Active, at)
	if r.IdleAfter > 0 {
		p.Runs = withRun(p.Runs, at, r.IdleAfter)
	}
	for id, held := range p.Chats {
		if due := r.answerDue(held); !due.IsZero() && second(at).After(due) && (held.Back.IsZero() || held.Back.After(at)) {
			held.Back = at
			p.Chats = withChat(p.Chats, id, held)
		}
	}
	return p
}

func laterChoice(a, b Choice) Choice {
	if cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event)) < 0 {
		return b
	}
	return a
}

// mostChats bounds the chats of an agent that are kept. Beyond it those that the agent left first are forgotten, of the property that has
// most: no property makes another's be forgotten.
const mostChats = 200

func withChat(chats map[string]Held, id string, h Held) map[string]Held {
	chats = added(chats, id, h)
	if len(chats) > mostChats {
		delete(chats, oldest(chats, ofFullest(chats), heldLast))
	}
	return chats
}

func heldLast(h Held) (goesOn bool, last time.Time) { return h.Holds(), later(h.Assigned, h.Left) }

// ofFullest are the chats of the property that has most; of two, the one with the lesser id.
func ofFullest(chats map[string]Held) (ids []string) {
	by := make(map[string][]string)
	for id := range chats {
		property, _, _ := strings.Cut(id, "/")
		by[property] = append(by[property], id)
	}
	for _, property := range slices.Sorted(maps.Keys(by)) {
		if len(by[property]) > len(ids) {
			ids = by[property]
		}
	}
	return ids
}

// missed ends the id of a chat in which the agent left a question unanswered too long, while another one waits there, or it was
// given to them anew. No id of a chat has a blank.
const missed = " missed"

// Hold is the presence with what a chat's decision told: its id is "property/chat". A zero field says nothing new, and Back is
// not for the caller. Whoever has a chat, and gets it once more, has had it all the time.
func (p Presence) Hold(r Rules, chat string, h Held) Presence {
	was := p.Chats[chat]
	h.Visitor, h.Rev = cmp.Or(h.Visitor, was.Visitor), max(h.Rev, was.Rev)
	for _, f := range []struct{ now, before *time.Time }{{&h.Assigned, &was.Assigned}, {&h.Left, &was.Left}, {&h.Asked, &was.Asked}, {&h.Answered, &was.Answered}} {
		if f.now.IsZero() {
			*f.now = *f.before
		}
		*f.now = f.now.UTC()
	}
	if was.Holds() && was.Assigned.Before(h.Assigned) && h.Left.Before(was.Assigned) {
		h.Assigned = was.Assigned
	}
	h.Back = time.Time{}
	if h.Asked.Equal(was.Asked) && h.Assigned.Equal(was.Assigned) { // else it is another question
		h.Back = was.Back
	} else if old, ok := r.leftBehind(was, h); ok && (p.Chats[chat+missed].Asked.IsZero() || !p.Chats[chat+missed].Back.IsZero()) {
		p.Chats = withChat(p.Chats, chat+missed, old)
	}
	p.Chats = withChat(p.Chats, chat, h)
	return p
}

// leftBehind is a chat as it was, where the agent should have answered before the next question, or before they got it anew. What
// comes then raises nobody.
func (r *Rules) leftBehind(was, now Held) (old Held, ok bool) {
	if old = was; old.Holds() {
		old.Answered, old.Left = now.Answered, later(now.Asked, now.Assigned)
	}
	due := r.answerDue(old)
	return old, !due.IsZero() && due.Before(later(now.Asked, now.Assigned))
}

// Forget is the presence without the chats for which is says so, and how many there were.
func (p Presence) Forget(is func(chat string, h Held) bool) (left Presence, n int) {
	before := len(p.Chats)
	p.Chats = maps.Clone(p.Chats)
	maps.DeleteFunc(p.Chats, is)
	return p, before - len(p.Chats)
}

// Holding is how many chats the agent has.
func (p Presence) Holding() int {
	n := 0
	for _, h := range p.Chats {
		if h.Holds() {
			n++
		}
	}
	return n
}

// put gives a copy of a map with a value more. Of more than most values it leaves out the one that is over the longest,
// or else the oldest.
func put[V any](m map[string]V, id string, v V, most int, rank func(V) (goesOn bool, last time.Time)) map[string]V {
	m = added(m, id, v)
	if len(m) > most {
		delete(m, oldest(m, slices.Collect(maps.Keys(m)), rank))
	}
	return m
}

// added gives a copy of a map with a value more.
func added[V any](m map[string]V, id string, v V) map[string]V {
	m = maps.Clone(m)
	if m == nil {
		m = make(map[string]V, 1)
	}
	m[id] = v
	return m
}

// oldest is the one of some values of a map that is over the longest, or else the oldest.
func oldest[V any](m map[string]V, ids []string, rank func(V) (goesOn bool, last time.Time)) string {
	return slices.MinFunc(ids, func(a, b string) int {
		onA, lastA := rank(m[a])
		onB, lastB := rank(m[b])
		if onA != onB {
			if onB {
				return -1
			}
			return 1
		}
		return cmp.Or(lastA.Compare(lastB), cmp.Compare(a, b))
	})
}

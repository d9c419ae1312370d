package visit

import (
	"time"

	"github.com/deskbell/deskbell/domain/trigger"
)

// Home is the visit to which all that belongs to a chat goes: the one in which it was requested, else the one that spoke in it
// last. Nobody hears what is said to a visit that is over, so such a one gives way to the visit that spoke. It is empty where
// no event has named a visit.
func (s *State) Home(requestedIn, spokenIn string, at time.Time) string {
	if requestedIn == "" || spokenIn != "" && s.gone(requestedIn, at) {
		return spokenIn
	}
	return requestedIn
}

// home gives a timer that belongs to a chat to the chat's visit. The event that says where the chat was requested may come
// after the timer has started.
func (r *run) home(t Timer) Timer {
	c, _ := r.policy.named(t.Trigger)
	chat, known := r.scene.Chats[t.Chat]
	if c == nil || !known || !c.ofChat() {
		return t
	}
	if id := r.State.Home(chat.RequestedIn, chat.SpokenIn, r.at); id != "" && id != t.Visit {
		t.Visit, t.Tab = id, ""
	}
	return t
}

// ofChat tells whether the trigger starts at an event of a chat.
func (c *compiled) ofChat() bool {
	start, _ := trigger.StartNamed(c.Start())
	return start.Chat
}

// visitOf is the visit that hears an action of a chat, which a timer may belong to or not.
func (r *run) visitOf(chat string, t Timer) string {
	c, known := r.scene.Chats[chat]
	if id := r.State.Home(c.RequestedIn, c.SpokenIn, r.at); known && id != "" {
		return id
	}
	return t.Visit
}

// unnamedVisit is the visit of an event that names none: of a chat's, the visitor's latest when the chat began.
func (r *run) unnamedVisit(chat string, at time.Time) string {
	if began := r.scene.Chats[chat].Began; !began.IsZero() {
		at = began
	}
	return r.State.latestAt(at).ID
}

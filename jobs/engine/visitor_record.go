package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/visit"
)

// WaitingMessage is one that waits for its time, or another thing that is to be done for a visitor. It is looked at again then: whether
// its conditions still hold is decided at Due.
type WaitingMessage struct {
	Trigger string    `json:"trigger,omitempty"` // its name
	Rule    string    `json:"rule,omitempty"`    // of the chat itself, instead of a trigger: rescue, snooze, or chat for another
	Step    string    `json:"step,omitempty"`    // of the rescue ladder
	Visit   string    `json:"visit,omitempty"`
	Chat    string    `json:"chat,omitempty"`
	Event   string    `json:"event,omitempty"` // the id of the one from which it counts
	Since   time.Time `json:"since,omitzero"`  // from when it counts
	Due     time.Time `json:"due"`
	Why     string    `json:"why"` // in a few English words
}

// VisitorRecord reads the state of a visitor for those who ask what is kept: without what tells events apart that come twice, and
// without the actions for pages.
func VisitorRecord(state []byte) (record json.RawMessage, waiting []WaitingMessage, err error) {
	var s visitorState
	if err := DecodeState(state, &s); err != nil {
		return nil, nil, err
	}
	for _, t := range s.Visit.Timers {
		waiting = append(waiting, waitingTimer(t))
	}
	for id, due := range s.Wakes {
		c := s.Chats[id]
		waiting = append(waiting, waitingIn(id, &c, due)...)
	}
	slices.SortFunc(waiting, func(a, b WaitingMessage) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Chat, b.Chat), cmp.Compare(a.Trigger+a.Step, b.Trigger+b.Step))
	})
	s.Visit.Known, s.Visit.Timers = nil, nil
	if record, err = json.Marshal(struct {
		visit.State
		Chats map[string]chat.State `json:"chats,omitempty"`
	}{s.Visit, s.Chats}); err != nil {
		return nil, nil, fmt.Errorf("encoding what is kept of a visitor: %w", err)
	}
	return record, waiting, nil
}

func waitingTimer(t visit.Timer) WaitingMessage {
	why := "its conditions are asked when it is due"
	switch {
	case t.Away:
		why = "the visitor has left: it is asked when they come back"
	case t.Deferred:
		why = "it waits for the opening"
	case t.Waits:
		why = "it begins when it is due, if nothing happens until then"
	case t.Step > 0:
		why = "the rest of its actions, after a wait"
	}
	return WaitingMessage{Trigger: t.Trigger, Visit: t.Visit, Chat: t.Chat, Event: t.Event, Since: t.Started, Due: t.Due, Why: why}
}

// waitingIn is what waits in a chat that is looked at again at an instant.
func waitingIn(id string, c *chat.State, due time.Time) (all []WaitingMessage) {
	p := &c.Progress
	if next := p.Next; !next.Due.IsZero() {
		why := "nobody has answered so far"
		if _, deferred := p.Deferred[next.Step]; deferred {
			why = "nobody has answered so far, and it waits for the opening"
		}
		all = append(all, WaitingMessage{Rule: string(chat.Rescue), Step: next.Step, Chat: id, Since: next.Base, Due: next.Due, Why: why})
	}
	for _, r := range p.Rests {
		all = append(all, WaitingMessage{
			Rule: string(chat.Rescue), Step: r.Step, Chat: id, Event: r.Base.Event, Since: r.Base.At, Due: r.Due, Why: "the rest of its actions, after a wait",
		})
	}
	if p.Snoozed.Until.Equal(due) {
		all = append(all, WaitingMessage{Rule: "snooze", Chat: id, Since: p.Snoozed.At, Due: due, Why: "the chat was put aside until then"})
	}
	if !slices.ContainsFunc(all, func(w WaitingMessage) bool { return w.Due.Equal(due) }) {
		all = append(all, WaitingMessage{Rule: "chat", Chat: id, Due: due, Why: "the chat is looked at again: a closing, an answer that is late, or a colleague to ask"})
	}
	return all
}

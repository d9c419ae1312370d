package engine

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/visit"
)

// visitorState is the state of a visitor in a store.
type visitorState struct {
	Visit    visit.State           `json:"visit,omitzero"`
	Chats    map[string]chat.State `json:"chats,omitempty"` // by id
	ForPages []json.RawMessage     `json:"told,omitempty"`  // the last actions for pages that come back; see feed.go
	Wakes    map[string]time.Time  `json:"wakes,omitempty"` // by chat: when something is due in it

	Held time.Time `json:"held,omitzero"` // since when something that is due waits for events; see waits.go

	Chatting bool `json:"chatting,omitempty"` // the store knows that an edit of the hours may matter
}

// timerTasks are the tasks that a visitor needs.
func (s *visitorState) timerTasks() []TimerTask {
	var all []TimerTask
	for _, t := range s.Visit.Timers {
		if t.Away {
			continue
		}
		cause := t.Visit + ":" + t.Trigger
		if t.Back > 0 { // another task than the one whose cancelling may still be under way
			cause += ":" + strconv.Itoa(t.Back)
		}
		all = append(all, TimerTask{cause, t.Due})
	}
	for id, at := range s.Wakes {
		all = append(all, TimerTask{"chat:" + id, at})
	}
	return all
}

// waiting is how many messages wait for the visitor.
func (s *visitorState) waiting() int { return len(s.Visit.Timers) + len(s.Wakes) }

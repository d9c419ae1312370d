// Package widget decides what the chat widget of a property shows: it joins the
// opening hours of the property (and of its departments) with the agents who can
// take a chat, and says for how long the answer holds.
//
//	hours closed                      offline, mode as Policy.OutsideHours
//	hours open, an agent available    online,  mode chat
//	hours open, no agents listed      online,  mode chat
//	hours open, nobody available      as Policy.NoAgents
//
// A property is online while one of its departments is, also one that an override opens beside the property's hours; an
// override that closes the property beats that. Else its own agents are asked. Where neither lists agents, its hours decide.
//
// The answer carries its horizon: since when it holds, until when, and the state
// after it, so that a reader can show the next flip on time by itself.
//
// ClosingSoon says which agents get a notice before the hours end.
package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Status says whether there are people behind the widget.
type Status string

// The statuses.
const (
	Online  Status = "online"  // a chat can be started
	Away    Status = "away"    // in hours, but nobody can take a new chat
	Offline Status = "offline" // outside hours
)

// Mode is the widget's offer to a visitor.
type Mode string

// The modes.
const (
	Chat        Mode = "chat"
	Messaging   Mode = "messaging"    // leave a message in the conversation, answered later
	OfflineForm Mode = "offline_form" // a form that becomes a ticket
	ContactForm Mode = "contact_form" // a form with the property's own fields
	Message     Mode = "message"      // a fixed text, Policy.Message
	Hidden      Mode = "hidden"       // no widget at all
)

// ReasonNoAgents is why a widget in hours is not online: nobody is available.
// Every other reason is that of the hours (hours.State.Reason).
const ReasonNoAgents = "no_agents"

// Agent is the part of an agent that a widget needs.
type Agent interface {
	// Available tells whether the agent takes new chats at an instant.
	Available(at time.Time) bool
	// NextBoundary is the first instant after t at which Available may differ;
	// zero when it never does.
	NextBoundary(t time.Time) time.Time
}

// Property is the part of a property that Decide needs.
type Property struct {
	Hours       *hours.Schedule // nil: always open
	Agents      []Agent         // beside its departments; where neither lists any, the hours alone decide
	Policy      Policy
	Departments []Department
	ClosingSoon time.Duration // how long before its hours end Listeners get a notice; 0: never
	Listeners   []Listener    // of its Agents
	Revision    int64         // of its record: see hours.NextVersion

	// Lost are versions by department ("": its own) that were said, and that the state before does not know of: these places
	// change, if only in their versions, which come after those.
	Lost map[string]int64
}

// Department is a part of a property with hours and agents of its own. It is
// closed whenever its property is, except by an override of its own.
type Department struct {
	ID       string
	Hours    *hours.Schedule // nil: the property's
	Override *hours.Override // beats its hours and its property's; nil: none
	Agents   []Agent         // empty: judged by the hours alone

	Listeners []Listener // of its Agents; see ClosingSoon
}

// State is the state of a widget, with its horizon.
type State struct {
	Status   Status    `json:"status"`
	Mode     Mode      `json:"mode"`
	NewChats bool      `json:"new_chats"`
	Message  string    `json:"message,omitempty"` // the text of mode message
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`               // when Status, Mode or NewChats last changed
	Until    time.Time `json:"until"`               // when they change next; zero (null): not in sight
	Next     Status    `json:"next"`                // the status from Until on; empty (null) with Until
	NextMode Mode      `json:"next_mode,omitempty"` // the mode from Until on; empty with Until, and in records of earlier versions
	NextOpen time.Time `json:"next_open"`           // when the widget next turns online; zero (null): not in sight
	Version  int64     `json:"version"`             // grows with every change, see hours.NextVersion; 0: never decided

	Departments map[string]State `json:"departments,omitempty"`
}

// equal compares two states of one place without version and departments, and
// without reason: that an exception takes over from the week while the widget
// stays offline is no news. Neither is a NextMode that a record of an earlier
// version lacks.
func (s State) equal(o State) bool {
	return s.face() == o.face() && s.Next == o.Next && (s.NextMode == o.NextMode || o.NextMode == "") &&
		s.Since.Equal(o.Since) && s.Until.Equal(o.Until) && s.NextOpen.Equal(o.NextOpen)
}

func (s State) face() face { return face{s.Status, s.Mode, s.NewChats, s.Message} }

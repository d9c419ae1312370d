// Package agent decides whether an agent is online, and which notices are due.
//
// An agent's hours are a schedule of their own, closed on the dates of leave. At a
// start of hours the agent goes online, at an end offline, and gets a notice if
// they asked for it.
package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Status is whether an agent takes chats.
type Status string

// The statuses.
const (
	Online  Status = "online"
	Offline Status = "offline"
)

// Kind is the subject of a notice.
type Kind string

// The kinds of notices.
const (
	HoursStarted Kind = "hours_started"
	HoursEnded   Kind = "hours_ended"
	ClosingSoon  Kind = "closing_soon"  // of a property that they serve; see widget.ClosingSoon
	DigestOpened Kind = "digest_opened" // the same; Decide knows nothing of either
)

// Kinds are all kinds of notices that an agent can ask for.
func Kinds() []Kind { return []Kind{HoursStarted, HoursEnded, ClosingSoon, DigestOpened} }

// Agent is an agent as Decide needs it.
type Agent struct {
	Hours    *hours.Schedule // leave applied; nil: always on duty
	NotifyOn []Kind          // empty: no notices
	First    int64           // versions of a new state come after it: above any of an agent of that name before
}

// Available tells whether the agent takes new chats at an instant.
func (a Agent) Available(at time.Time) bool { return a.Hours.At(at).Open }

// NextBoundary is the first instant after t at which Available differs; zero when
// it never does.
func (a Agent) NextBoundary(t time.Time) time.Time { return a.Hours.NextBoundary(t) }

// State is the state of an agent, with its horizon.
type State struct {
	Status  Status    `json:"status"`
	Reason  string    `json:"reason"`         // of the hours: hours.State.Reason
	Since   time.Time `json:"since"`          // when Status last changed
	Until   time.Time `json:"until,omitzero"` // when it changes next; zero: never
	Next    Status    `json:"next,omitempty"` // the status from Until on; empty with Until
	Version int64     `json:"version"`        // grows by one with every change; 0: never decided

	// Told is the last boundary of the agent's hours that was announced, or passed
	// over because no notice was wanted or it was too late.
	Told time.Time `json:"told,omitzero"`
}

// Notice is one message to an agent.
type Notice struct {
	Kind     Kind
	Boundary time.Time // the start or end of hours
	Until    time.Time // hours_started: when they end; hours_ended: when the next begin; zero: never
	Reason   string    // of the hours at the boundary: hours.State.Reason
}

// Decision is the answer of Decide.
type Decision struct {
	State    State
	Changed  bool      // State differs from before for a reader
	Before   Status    // the status before; empty: there was none
	Boundary time.Time // the boundary that changed it; zero: an edit did
	Notices  []Notice  // in the order of their boundaries
	Due      time.Time // when to decide again; zero: only when something is edited
}

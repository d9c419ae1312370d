// Package agent decides whether an agent takes chats, and which notices are due.
//
// An agent's hours are a schedule of their own, closed on the dates of leave. What events say about the agent is their
// Presence. Both together give their status at an instant (Agent.At):
//
//	                                       status              reason
//	on leave                               offline             leave
//	a locked choice                        theirs              locked
//	a choice since the last boundary       theirs              chosen
//	scheduled                              as the hours say    that of the hours
//	scheduled_and_logged_in, logged_in     while logged in     not_logged_in, logged_in
//	then, and only if that is less:
//	a chat unanswered for too long         offline             auto_offline
//	nothing done for too long              away or offline     idle
package agent

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Status is whether an agent takes chats.
type Status string

// The statuses.
const (
	Online    Status = "online"
	Away      Status = "away"
	Invisible Status = "invisible" // at work, and not offered to visitors
	Offline   Status = "offline"

	Scheduled Status = "scheduled" // of a choice: none, as the hours say
)

// Reasons that no hours give.
const (
	ReasonLocked      = "locked"        // the agent chose it until they undo it
	ReasonChosen      = "chosen"        // the agent chose it since their last boundary
	ReasonLoggedIn    = "logged_in"     // OnlineWhen asks for a session, and there is one
	ReasonNotLoggedIn = "not_logged_in" // there is none
	ReasonAutoOffline = "auto_offline"  // a chat waited for Rules.AutoOfflineAfter
	ReasonIdle        = "idle"          // nothing was heard of them for Rules.Idle.After

	ReasonLeave        = "leave"         // they are on leave; also the hours' own word
	ReasonOutsideHours = "outside_hours" // why a choice was refused
)

// Kind is the subject of a notice.
type Kind string

// The kinds of notices.
const (
	HoursStarted Kind = "hours_started"
	HoursEnded   Kind = "hours_ended"
	ClosingSoon  Kind = "closing_soon"  // of a property that they serve; see widget.ClosingSoon
	DigestOpened Kind = "digest_opened" // the same; Decide knows nothing of either
	AutoOffline  Kind = "auto_offline"
	Idle         Kind = "idle"
	SlowChat     Kind = "slow_chat" // of a chat of a property; Decide knows nothing of it
	ShiftEnd     Kind = "shift_end" // the same
)

// Kinds are all kinds of notices that an agent can ask for.
func Kinds() []Kind {
	return []Kind{HoursStarted, HoursEnded, ClosingSoon, DigestOpened, AutoOffline, Idle, SlowChat, ShiftEnd}
}

// The ways to come online.
const (
	WhenScheduled            = "scheduled"
	WhenScheduledAndLoggedIn = "scheduled_and_logged_in"
	WhenLoggedIn             = "logged_in"
)

// Ways are all ways to come online, the default first.
func Ways() []string { return []string{WhenScheduled, WhenScheduledAndLoggedIn, WhenLoggedIn} }

// Rules are an agent's definition beside their hours. The zero value goes by the hours alone.
type Rules struct {
	OnlineWhen         string        // one of the ways; empty: WhenScheduled
	OnlineOutsideHours bool          // they may choose online outside their hours
	AutoOfflineAfter   time.Duration // a chat may wait for their answer so long; 0: as long as it likes
	IdleAfter          time.Duration // they may do nothing for so long; 0: as long as they like
	IdleTo             Status        // Away (also where it is empty) or Offline
}

// Agent is an agent as Decide needs it.
type Agent struct {
	Hours    *hours.Schedule // leave applied; nil: always on duty
	NotifyOn []Kind          // empty: no notices
	Revision int64           // of their record: see hours.NextVersion
	Lost     int64           // a version that was said, and that the state before does not know of: it is said again; 0: none

	Rules    Rules
	Presence Presence // of At, Available and NextBoundary; Decide takes that of the state

	// AsOf is the present of At, Available and NextBoundary: beyond it nobody is foreseen to become idle, to leave a chat
	// unanswered, or to lose a session without a word, since one sign of life puts it off. Zero: all of them are foreseen.
	// Decide acts on no such deadline after it, though it may have passed: a sign of life from before may still come. Zero: the
	// instant of the decision.
	AsOf time.Time
}

// State is the state of an agent, with its horizon.
type State struct {
	Status  Status    `json:"status"`
	Reason  string    `json:"reason"`         // of the hours: hours.State.Reason, or one of the reasons here
	Since   time.Time `json:"since"`          // when Status last changed, or was chosen anew
	Until   time.Time `json:"until,omitzero"` // when it changes next; zero: never
	Next    Status    `json:"next,omitempty"` // the status from Until on; empty with Until
	Version int64     `json:"version"`        // grows with every change, see hours.NextVersion; 0: never decided

	// Told is the last boundary of the agent's hours that was announced, or passed
	// over because no notice was wanted or it was too late.
	Told time.Time `json:"told,omitzero"`

	// LoweredBy is when the agent last was lowered for each cause, as far as they were told, or passed over. Lowered is the same
	// in records from before each cause had an instant of its own: it counts for all of them.
	LoweredBy Causes    `json:"lowered_by,omitzero"`
	Lowered   time.Time `json:"lowered,omitzero"`

	// Passed is the latest deadline that has passed, for all who look at the agent: see Foreseen.
	Passed time.Time `json:"passed,omitzero"`

	Held     time.Time `json:"held,omitzero"` // since when a deadline that has passed waits for events; zero: none does
	Presence Presence  `json:"presence,omitzero"`
}

// Causes have an instant for each cause of being lowered.
type Causes struct {
	AutoOffline time.Time `json:"auto_offline,omitzero"`
	Idle        time.Time `json:"idle,omitzero"`
}

// of is the instant of a cause, by its reason.
func (c *Causes) of(reason string) *time.Time {
	if reason == ReasonAutoOffline {
		return &c.AutoOffline
	}
	return &c.Idle
}

// lowered is when the agent was last told of a cause, or passed over.
func (s State) lowered(reason string) time.Time { return later(*s.LoweredBy.of(reason), s.Lowered) }

// Foreseen is the Agent.AsOf of everybody who looks at the agent of a state, and is not their own decision. A deadline counts
// once that decision has acted on it: until then, an event from before the deadline may be on its way.
func (s State) Foreseen() time.Time { return later(later(s.Passed, s.Lowered), time.Unix(0, 0)) }

// Shown is the state as its readers see it: of the presence the agent's own choices alone, without visitors.
func (s State) Shown() State {
	s.Presence = Presence{Choice: s.Presence.Choice, Refused: s.Presence.Refused}
	return s
}

// Notice is one message to an agent.
type Notice struct {
	Kind     Kind
	Boundary time.Time // the start or end of hours; of auto_offline and idle when it happened
	Until    time.Time // hours_started: when they end; hours_ended: when the next begin; zero: never
	Reason   string    // of the hours at the boundary: hours.State.Reason; of the others their Kind
	Chat     string    // auto_offline: the chat that waits, "property/chat"
}

// Decision is the answer of Decide.
type Decision struct {
	State    State
	Changed  bool      // State differs from before for a reader
	Told     bool      // those who follow the agent hear of it: the status is another, or until when; the reason alone tells them nothing
	Before   Status    // the status before; empty: there was none
	Boundary time.Time // the boundary that changed it; zero: an event or an edit did
	Event    string    // the event that the status comes from, as far as it is known; empty where Boundary is not
	Notices  []Notice  // in the order of their boundaries

	// Unforeseen says that those who foresaw the agent by the state before are wrong: an event, or the lack of one, changed it.
	Unforeseen bool
	Due        time.Time // when to decide again; zero: only when something is edited

	// Settled are the deadlines that had not passed when the agent was last decided on, and have by now: what happened before
	// them has to be known.
	Settled []time.Time
}

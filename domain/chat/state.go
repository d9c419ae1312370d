package chat

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// State holds the facts of a conversation, and the decisions made in it. All instants are in UTC; a zero one has not
// been.
type State struct {
	ID string `json:"id"`

	Department Department `json:"department,omitzero"`
	Queue      Queue      `json:"queue,omitzero"`
	Agents     []Switch   `json:"agents,omitempty"` // by id; on: they have the chat
	Tags       []Switch   `json:"tags,omitempty"`

	Assigned Holder `json:"assigned,omitzero"` // by the last chat.assigned

	Began     time.Time `json:"began,omitzero"`     // the visitor's first request or message
	Requested time.Time `json:"requested,omitzero"` // the first chat.requested
	Asked     time.Time `json:"asked,omitzero"`     // the visitor's last request or message, or the hand-over
	Answered  time.Time `json:"answered,omitzero"`  // an agent's last message
	Joined    time.Time `json:"joined,omitzero"`    // when an agent last joined
	Bot       time.Time `json:"bot,omitzero"`       // when an event last said that a bot is answering
	Ended     time.Time `json:"ended,omitzero"`

	Request Moment `json:"request,omitzero"` // the last chat.requested
	Wrote   Moment `json:"wrote,omitzero"`   // the visitor's last text
	Handoff Moment `json:"handoff,omitzero"` // the last chat.handoff
	Waiting []Ask  `json:"waiting,omitempty"`

	RequestedIn Place `json:"requested_in,omitzero"` // where it was last requested, as far as events name visits
	SpokenIn    Place `json:"spoken_in,omitzero"`    // where the visitor last wrote

	Progress Progress `json:"told,omitzero"`
}

// Progress is how far the decisions in a conversation have come.
type Progress struct {
	Steps map[string]time.Time `json:"steps,omitempty"` // by Step.Key: when it was last due
	Next  Rung                 `json:"next,omitzero"`   // the step that comes next
	Rests []Rest               `json:"rests,omitempty"` // the steps that go on after a wait

	Considered time.Time `json:"heard,omitzero"`   // the visitor's last text that an auto-reply was considered for
	Handoff    time.Time `json:"handoff,omitzero"` // the last hand-over that was
	During     time.Time `json:"during,omitzero"`  // when the reply in hours was last given
	Outside    time.Time `json:"outside,omitzero"` // when the reply outside hours was
	Closing    time.Time `json:"closing,omitzero"` // the closing before which the visitor was told, or not
	Closed     time.Time `json:"closed,omitzero"`  // the last closing at which the chat waited, and it was decided on
	Digest     time.Time `json:"digest,omitzero"`  // the last ask that was given to an opening digest
	Warned     time.Time `json:"warned,omitzero"`  // the ask that a warning of a late first answer was due for

	Sent     []time.Time          `json:"sent,omitempty"`     // when triggers and steps last sent messages
	Notes    int                  `json:"notes,omitempty"`    // that triggers and steps have added since they last replaced them
	Deferred map[string]time.Time `json:"deferred,omitempty"` // by Step.Key: the ask for which it was recorded that the step waits for an opening
	Snoozed  Snoozed              `json:"snoozed,omitzero"`

	Called   Called    `json:"called,omitzero"`    // helpers
	Given    Holder    `json:"given,omitzero"`     // the last reassignment by an agent's name
	Tried    []Holder  `json:"tried,omitempty"`    // who had the chat, or was given it, since the last answer
	Passed   time.Time `json:"passed,omitzero"`    // from when the last reassignment counted, or one that was held back
	ShiftEnd time.Time `json:"shift_end,omitzero"` // the last end of a shift of whoever had the chat that was decided on
}

// Moment is the time of an event, and its id.
type Moment struct {
	At    time.Time `json:"at"`
	Event string    `json:"event,omitempty"`
}

// Ask is a request or message that nobody has answered.
type Ask struct {
	Moment
	Request bool `json:"request,omitempty"` // a request or a hand-over, not a message
}

// Department is the department that a chat names, and since when that is known.
type Department struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`

	// Ours tells that Deskbell has set it, and not the application: then the visitor's later choice counts, also where it names
	// no chat.
	Ours bool `json:"ours,omitempty"`
}

// Queue is the place in a queue, and since when that is known.
type Queue struct {
	Position *int      `json:"position,omitempty"` // nil: in none
	At       time.Time `json:"at"`
}

// Switch is an agent or a tag that was last put on a chat, or taken off it, at an instant.
type Switch struct {
	Name string    `json:"name"`
	On   bool      `json:"on,omitempty"`
	At   time.Time `json:"at"`
}

// Rung is a step to be carried out.
type Rung struct {
	Step string    `json:"step"` // its Key
	Base time.Time `json:"base"` // the ask from which it counts
	Due  time.Time `json:"due"`
}

// Rest is the part of a step after a wait.
type Rest struct {
	Step   string    `json:"step"` // its Key
	Base   Moment    `json:"base"`
	Action int       `json:"action"` // the first that is left
	Due    time.Time `json:"due"`

	// Of a step whose delays depend on the hours.
	From     time.Time      `json:"from,omitzero"`      // when the wait began
	For      hours.Duration `json:"for,omitzero"`       // the wait
	Deferred bool           `json:"deferred,omitempty"` // it was recorded that it waits for an opening
}

// Snoozed is when a chat was put aside, and until when.
type Snoozed struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Moved int       `json:"moved,omitempty"` // how often the hours have moved its end
}

// The bounds of the lists beside trigger.RecordLimits. The newest are kept, so that a list does not depend on the order of events.
const (
	mostMessages = 47 // of Waiting: beyond, the wait seems to begin later than it did
	mostRequests = 4  // of Waiting
	mostRests    = 10
)

// Going tells whether the chat is going on: the visitor has asked for something since it last ended.
func (s *State) Going() bool { return s.Asked.After(s.Ended) }

// BotAnswers tells whether a bot is answering, so that the visitor waits for nobody.
func (s *State) BotAnswers() bool {
	return s.Bot.After(latest(s.Handoff.At, s.Joined, s.Answered))
}

// WaitingSince is since when the visitor has waited for an answer; zero where they do not.
func (s *State) WaitingSince() time.Time {
	if asks := s.asks(); len(asks) > 0 {
		return asks[0].At
	}
	return time.Time{}
}

// Agent is the agent who has the chat, the latest where several have; empty where none has.
func (s *State) Agent() string { return s.last().Name }

// last is when the agent who has the chat came to it, or last wrote.
func (s *State) last() (last Switch) {
	for _, a := range s.Agents {
		if a.On && a.At.After(s.Ended) && a.At.After(last.At) {
			last = a
		}
	}
	return last
}

// TagNames are the tags that the chat has, in the order in which it got them.
func (s *State) TagNames() []string {
	var names []string
	for _, t := range s.Tags {
		if t.On {
			names = append(names, t.Name)
		}
	}
	return names
}

// asks are those that wait for an answer by a person, the oldest first.
func (s *State) asks() []Ask {
	if s.BotAnswers() {
		return nil
	}
	return s.Waiting
}

// latest is the last of some instants.
func latest(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}

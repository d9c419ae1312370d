package trigger

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Type is a kind of trigger.
type Type string

// The types.
const (
	Site      Type = "site"
	Page      Type = "page"
	Rescue    Type = "rescue"
	Maximized Type = "maximized"
	Advanced  Type = "advanced"
)

// Types are all types of triggers.
func Types() []Type { return []Type{Site, Page, Rescue, Maximized, Advanced} }

// Doc says when triggers of a type start, and when they are dropped at their due time.
func (t Type) Doc() string {
	switch t {
	case Site:
		return "Starts when a visitor arrives. Dropped when they have left."
	case Page:
		return "Starts on a page that matches `url`. Dropped when the visitor is on another."
	case Rescue:
		return "Starts when a chat is requested. Dropped when an agent has answered (or joined, with `until: joined`), or the chat has ended."
	case Maximized:
		return "Starts when the visitor opens the widget. Dropped when they have minimised it."
	case Advanced:
		return "Starts at the event that `on` names. Dropped when its conditions no longer hold, unless it says `recheck: false`."
	default:
		return ""
	}
}

// Off is a switch that is on unless it is turned off. In JSON and YAML it is the opposite: `enabled: false`.
type Off bool

// MarshalJSON writes the opposite.
func (o Off) MarshalJSON() ([]byte, error) { return json.Marshal(!bool(o)) }

// UnmarshalJSON reads the opposite.
func (o *Off) UnmarshalJSON(b []byte) error {
	var on bool
	err := json.Unmarshal(b, &on)
	*o = Off(!on)
	return err
}

// The ends of the wait of a rescue trigger.
const (
	UntilAnswered = "answered" // an agent has written
	UntilJoined   = "joined"   // an agent has joined the chat
)

// How conditions are combined.
const (
	MatchAll = "all"
	MatchAny = "any"
)

// DefaultExpiry is how late a message may still be sent where a trigger does not say.
const DefaultExpiry = time.Minute

// Trigger is a message, or a row of actions, that a property sends by itself. It is known by its name: renamed, it is
// another, and may be sent again to those who have had it.
type Trigger struct {
	Name     string         `json:"name"`
	Type     Type           `json:"type"`
	Disabled Off            `json:"enabled,omitzero"`
	Delay    hours.Duration `json:"delay,omitzero"`  // from the event to the message, 0 to MostDelay
	Expiry   hours.Duration `json:"expiry,omitzero"` // zero: DefaultExpiry; see Late
	Timing                  // of Delay, After and the waits among the actions

	URL        Condition      `json:"url,omitzero"`     // page: without a field
	Until      string         `json:"until,omitempty"`  // rescue: empty: UntilAnswered
	On         string         `json:"on,omitempty"`     // advanced: the name of a Start
	Event      string         `json:"event,omitempty"`  // on visitor.custom: the application's name of it
	After      hours.Duration `json:"after,omitzero"`   // for starts that need it: how long nothing has happened
	Match      string         `json:"match,omitempty"`  // advanced: empty: MatchAll
	Unchecked  Off            `json:"recheck,omitzero"` // advanced: conditions are not checked again at the due time
	Conditions []Condition    `json:"conditions,omitempty"`

	// Either a message, or (advanced) actions; see Do.
	Message   string    `json:"message,omitempty"`
	Shortcut  string    `json:"shortcut,omitempty"`
	Sender    Sender    `json:"sender,omitzero"`
	Suggested []string  `json:"suggested,omitempty"`
	Actions   []Action  `json:"actions,omitempty"`
	Frequency Frequency `json:"frequency,omitzero"`

	WhileChatting bool `json:"while_chatting,omitempty"` // its message may enter a running chat: of triggers that YieldToChat
}

// Late is how late the message may still be sent.
func (t *Trigger) Late() time.Duration {
	if t.Expiry == 0 {
		return DefaultExpiry
	}
	return time.Duration(t.Expiry)
}

// Do is the list of effects at the due time: the message, or the actions.
func (t *Trigger) Do() []Action {
	if t.Message == "" && t.Shortcut == "" {
		return t.Actions
	}
	return []Action{{SendMessage: &Message{Text: t.Message, Shortcut: t.Shortcut, Sender: t.Sender, Suggested: t.Suggested}}}
}

// Start is the name of the event at which it starts. A visitor who arrives on a page views it: page triggers start there
// too.
func (t *Trigger) Start() string {
	switch t.Type {
	case Site:
		return "visitor.arrived"
	case Page:
		return "page.viewed"
	case Rescue:
		return "chat.requested"
	case Maximized:
		return "widget.maximized"
	default:
		return t.On
	}
}

// Proactive tells whether it speaks to a visitor who has not begun to chat: such messages count where a property allows
// one in a visit.
func (t *Trigger) Proactive() bool {
	start, _ := StartNamed(t.Start())
	return !start.Chat
}

// YieldsToChat tells whether its messages are for visitors who are not in a chat: site and page triggers, and advanced ones
// that start at no event of a chat. They are held back while a chat is running, unless the trigger says WhileChatting. A
// maximized trigger answers a visitor who has just opened the widget, and yields to nothing.
func (t *Trigger) YieldsToChat() bool {
	switch t.Type {
	case Site, Page:
		return true
	case Advanced:
		return t.Proactive()
	default:
		return false
	}
}

// AsksFragment tells whether it asks about the fragment of a URL, the part from "#" on. To such a trigger, another fragment
// is another page.
func (t *Trigger) AsksFragment() bool {
	return slices.ContainsFunc(append([]Condition{t.URL}, t.Conditions...), Condition.asksFragment)
}

// Default is for a property that does not mention triggers: a welcome.
func Default() []Trigger {
	return []Trigger{{
		Name: "Welcome message", Type: Site, Delay: hours.Duration(5 * time.Second),
		Message: "Hello {{visitor.name|there}}, how can we help?",
	}}
}

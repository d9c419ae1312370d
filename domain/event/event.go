package event

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"github.com/deskbell/deskbell/domain/trace"
	"github.com/deskbell/deskbell/domain/wire"
)

// Event is one report of a chat application. An Intake gives complete and checked ones. encoding/json can read the
// output of MarshalJSON, and checks nothing: events from outside go through an Intake.
type Event struct {
	ID     string    `json:"id"`     // names it among the events of its source; a repeat has the same
	Type   Type      `json:"type"`   // says which fields Data has
	Time   time.Time `json:"time"`   // when it happened, in UTC
	Source string    `json:"source"` // its sender, a URI reference

	// Unverified tells that a web page has sent it: its facts are the word of whoever uses the browser. No Intake sets it, so that no sender
	// can: the server that takes a page's events does.
	Unverified bool `json:"unverified,omitempty"`

	trace.Context // of the sender, or none. It goes on with the actions that the event causes at once

	Data Data `json:"data"`
}

// New makes an event to send. It says nothing about id and time, which Intake.Complete gives it, or the server to which
// it is sent. Set the ID yourself where you may send an event twice, so that it is known again.
//
//	event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: "v1", Chat: "c1", Text: "Hello?"})
//
// Each type has a function that asks for the fields it needs: NewChatRequested and so on. Complete checks which fields
// a type needs and which it has no place for.
func New(t Type, d Data) Event { return Event{Type: t, Data: d} }

// DefaultSource is the source of an event that names none.
const DefaultSource = "application"

type envelope struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id,omitempty"`
	Type        Type      `json:"type"`
	Source      string    `json:"source"`
	Time        time.Time `json:"time,omitzero"`
	Unverified  bool      `json:"unverified,omitempty"`
	trace.Context
	Data Data `json:"data"`
}

// MarshalJSON writes the CloudEvents 1.0 form.
func (e Event) MarshalJSON() ([]byte, error) {
	return e.AppendJSON(make([]byte, 0, 512))
}

// AppendJSON appends the output of MarshalJSON.
func (e *Event) AppendJSON(b []byte) ([]byte, error) {
	full := *e
	if full.Source = cmp.Or(e.Source, DefaultSource); !e.Time.IsZero() {
		full.Time = e.Time.UTC()
	}
	if body, ok := wire.Append(b, &full, (*Event).Form); ok {
		return body, nil
	}
	body, err := json.Marshal(envelope{"1.0", full.ID, full.Type, full.Source, full.Time, full.Unverified, full.Context, full.Data})
	return append(b, body...), err
}

// Data is the content of an event. Each type has some of these fields; the zero value of a field is absent.
type Data struct {
	Property   string `json:"property,omitempty"`
	Visitor    string `json:"visitor,omitempty"`
	Visit      string `json:"visit,omitempty"` // empty: the visitor's latest
	Tab        string `json:"tab,omitempty"`   // of the visit; empty: not said
	Chat       string `json:"chat,omitempty"`
	Department string `json:"department,omitempty"`
	Agent      string `json:"agent,omitempty"`

	Page       Page       `json:"page,omitzero"`
	Attributes Attributes `json:"attributes,omitzero"`

	Name   string `json:"name,omitempty"`   // visitor.custom
	Values Values `json:"values,omitempty"` // visitor.custom
	Form   Form   `json:"form,omitzero"`

	From          Author   `json:"from,omitempty"` // chat.message
	Text          string   `json:"text,omitempty"`
	Bot           bool     `json:"bot,omitempty"`            // a bot is answering
	QueuePosition *int     `json:"queue_position,omitempty"` // nil: not said
	Added         []string `json:"added,omitempty"`          // tags, chat.tagged
	Removed       []string `json:"removed,omitempty"`        // tags, chat.tagged

	Status  Status `json:"status,omitempty"`  // agent.status_set
	Locked  bool   `json:"locked,omitempty"`  // agent.status_set: until undone, not only until the next boundary
	Session string `json:"session,omitempty"` // agent.*; empty: the one without a name
	TTL     int    `json:"ttl,omitempty"`     // agent.logged_in: seconds that the session lasts without a sign of life; 0: until it logs out
	Idle    bool   `json:"idle,omitempty"`    // agent.active: the session is open, and the agent does nothing there
}

// Page is where a visitor is.
type Page struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"` // where they came from
}

// Attributes are the known facts of a visitor. An absent one stays as it was.
type Attributes struct {
	Country        string   `json:"country,omitempty"`
	Region         string   `json:"region,omitempty"`
	City           string   `json:"city,omitempty"`
	Language       string   `json:"language,omitempty"`
	Browser        string   `json:"browser,omitempty"`
	OS             string   `json:"os,omitempty"`
	Device         string   `json:"device,omitempty"`
	IP             string   `json:"ip,omitempty"`
	Name           string   `json:"name,omitempty"`
	Email          string   `json:"email,omitempty"`
	PreviousVisits *int     `json:"previous_visits,omitempty"` // nil: not said, which is not none
	PreviousChats  *int     `json:"previous_chats,omitempty"`  // nil: not said
	Tags           []string `json:"tags,omitzero"`             // nil: not said; empty: none
	Custom         Values   `json:"custom,omitempty"`          // a null forgets the value of that name
}

// Form is a form that a visitor left or filled in.
type Form struct {
	Kind   FormKind `json:"kind"`
	Fields Values   `json:"fields,omitempty"`
}

// Author is the writer of a message.
type Author string

// The authors.
const (
	FromVisitor Author = "visitor"
	FromAgent   Author = "agent"
	FromBot     Author = "bot"
)

// Status is the status that an agent has chosen.
type Status string

// The statuses.
const (
	Online    Status = "online"
	Away      Status = "away"
	Invisible Status = "invisible"
	Offline   Status = "offline"
	Scheduled Status = "scheduled" // no choice: as the agent's hours say
)

// FormKind is which form it is.
type FormKind string

// The forms.
const (
	OfflineForm  FormKind = "offline"
	ContactForm  FormKind = "contact"
	CallbackForm FormKind = "callback"
)

// FormKinds are all forms.
func FormKinds() []FormKind { return []FormKind{OfflineForm, ContactForm, CallbackForm} }

// Shown is the form's name in definitions and in form.show: "offline_form". It is one form by either name, and an event may
// have it by either. Empty for no form.
func (k FormKind) Shown() string {
	if k == "" {
		return ""
	}
	return string(k) + "_form"
}

// Values are values of the application's own, by name: a string, bool, json.Number, nil, []any or map[string]any.
// A number is a whole one of 64 bits or else the shortest form of a float64.
type Values map[string]any

// UnmarshalJSON keeps numbers as they are written.
func (v *Values) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode((*map[string]any)(v))
}

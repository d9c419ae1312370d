// Package action holds the messages of Deskbell to the outside: CloudEvents 1.0 in JSON. Each
// action has an id that is derived from its cause, so that a repeat is recognised everywhere.
package action

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/trace"
)

// Type names a kind of action. A type is never renamed: receivers know it.
type Type string

// The types.
const (
	WidgetStateChanged     Type = "widget.state_changed"
	DepartmentStateChanged Type = "department.state_changed"
	AgentStatusChanged     Type = "agent.status_changed"
	AgentNotify            Type = "agent.notify"
	DigestOpened           Type = "digest.opened"
)

// Types are all types of actions.
func Types() []Type {
	types := []Type{WidgetStateChanged, DepartmentStateChanged, AgentStatusChanged, AgentNotify, DigestOpened}
	for _, t := range visitorTypes() {
		types = append(types, t.Type)
	}
	return types
}

// Doc says when there is an action of a type.
func (t Type) Doc() string {
	switch t {
	case WidgetStateChanged:
		return "What a property's widget shows has changed, or until when it will."
	case DepartmentStateChanged:
		return "The same of one department."
	case AgentStatusChanged:
		return "An agent has come, gone or changed their status, or it has changed until when. `properties` are those that they serve, as far as these " +
			"use the destination; absent for an agent who serves none."
	case AgentNotify:
		return "An agent is to be told that their hours have started or ended: `kind` is `hours_started` or `hours_ended`; " +
			"or why they are not online: a chat has waited for them for too long (`auto_offline`), or they did nothing (`idle`); " +
			"or that a property closes soon: `closing_soon`; " +
			"or what came in while one was closed: `digest_opened`; or that a chat has no answer, or is open after a colleague's hours: " +
			"`slow_chat`, `shift_end`; or agents a text: `trigger`. `properties` as with `agent.status_changed`."
	case DigestOpened:
		return "A property has opened, and something came in while it was closed: `forms`, `chats` that wait and `messages`, each " +
			"with a `count` and its `ids`."
	}
	for _, v := range visitorTypes() {
		if v.Type == t {
			return v.doc
		}
	}
	return ""
}

// Action is one message of Deskbell to the outside.
type Action struct {
	ID   string    // see ID
	Type Type      // names the type of Data
	Time time.Time // when it was decided

	trace.Context // of the event that caused it, or none

	Data any // State, AgentStatus, Notice, Digest or Visitor; json.RawMessage when decoded
}

// source is the source of every action, in the sense of CloudEvents.
const source = "deskbell"

type envelope struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Type        Type      `json:"type"`
	Source      string    `json:"source"`
	Time        time.Time `json:"time"`
	trace.Context
	Data any `json:"data"`
}

// UnmarshalJSON reads the output of MarshalJSON; Data stays a json.RawMessage.
func (a *Action) UnmarshalJSON(b []byte) error {
	var data json.RawMessage
	e := envelope{Data: &data}
	if err := json.Unmarshal(b, &e); err != nil {
		return err
	}
	*a = Action{ID: e.ID, Type: e.Type, Time: e.Time, Context: e.Context, Data: data}
	return nil
}

// Cause is the reason of an action: a boundary, an edit of a definition, an event, or a loss. The zero
// value is no cause and is not valid.
type Cause struct {
	Boundary time.Time `json:"boundary,omitzero"` // the nominal time at which it was due
	Edit     int64     `json:"edit,omitzero"`     // the revision that the edit gave the subject
	Event    string    `json:"event,omitempty"`   // the id of the event from which it counts
	Lost     int64     `json:"lost,omitzero"`     // the version of the state that was said last, which Redis has lost: the state is said again
}

// ID is the id of an action on a subject ("acme", "acme:sales", "lea"): the same
// type, subject and cause always have the same id, and no others do. It serves as
// the id of an asynq task, so it has no characters that the web monitor cannot link.
func ID(t Type, subject string, c Cause) string {
	b := make([]byte, 0, 64)
	b = append(b, t...)
	b = append(b, ':')
	b = append(b, subject...)
	b = append(b, ':')
	switch {
	case c.Lost > 0:
		b = append(b, 'l')
		return string(strconv.AppendInt(b, c.Lost, 10))
	case !c.Boundary.IsZero():
		return string(strconv.AppendInt(b, c.Boundary.Unix(), 10))
	case c.Event != "":
		return hashed(string(b), c.Event)
	}
	b = append(b, 'e')
	return string(strconv.AppendInt(b, c.Edit, 10))
}

// hashed is an id that ends with a hash of a key, which may have any characters.
func hashed(id, key string) string {
	sum := sha256.Sum256([]byte(key))
	return id + hex.EncodeToString(sum[:10])
}

// State is the data of WidgetStateChanged and DepartmentStateChanged.
type State struct {
	Property   string     `json:"property"`
	Department string     `json:"department,omitempty"`
	Previous   string     `json:"previous,omitempty"` // status before; absent: there was none
	Status     string     `json:"status"`
	Mode       string     `json:"mode"`
	NewChats   bool       `json:"new_chats"`
	Message    string     `json:"message,omitempty"`
	Reason     string     `json:"reason"`
	Since      time.Time  `json:"since"`
	Until      *time.Time `json:"until"`               // null: no boundary in sight
	Next       *string    `json:"next"`                // null with until
	NextMode   string     `json:"next_mode,omitempty"` // absent with until
	NextOpen   *time.Time `json:"next_open"`           // null: not in sight
	Version    int64      `json:"version"`
	Cause      Cause      `json:"cause"`
}

// AgentStatus is the data of AgentStatusChanged.
type AgentStatus struct {
	Agent    string     `json:"agent"`
	Previous string     `json:"previous,omitempty"` // absent: there was none
	Status   string     `json:"status"`
	Reason   string     `json:"reason"`
	Since    time.Time  `json:"since"`
	Until    *time.Time `json:"until"` // null: no boundary in sight
	Next     *string    `json:"next"`  // null with until
	Version  int64      `json:"version"`
	Cause    Cause      `json:"cause"`

	Properties []string `json:"properties,omitempty"` // see WithProperties
}

// Notice is the data of AgentNotify.
type Notice struct {
	Agent  string     `json:"agent"`
	Name   string     `json:"name,omitempty"`
	Kind   string     `json:"kind"`             // hours_started | hours_ended | auto_offline | idle | closing_soon | digest_opened
	Reason string     `json:"reason,omitempty"` // of the hours at the boundary; auto_offline, idle: the same word; closing_soon: hours_end_soon
	Until  *time.Time `json:"until"`            // hours_started: when they end; hours_ended: when the next begin; null: not in sight; auto_offline, idle: the next boundary; closing_soon: the closing
	Cause  Cause      `json:"cause"`

	Property   string `json:"property,omitempty"`   // closing_soon: the one that closes, or its property; digest_opened; auto_offline: that of the chat
	Department string `json:"department,omitempty"` // does, before it
	Chat       string `json:"chat,omitempty"`       // auto_offline: the one that waits; to the agent's own services alone, like its property
	Text       string `json:"text,omitempty"`       // digest_opened: the items that came in

	Properties []string `json:"properties,omitempty"` // see WithProperties; closing_soon and digest_opened: Property alone
}

// OrNull is how a value goes out where it may be missing: the zero value is nil, and null in JSON.
func OrNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

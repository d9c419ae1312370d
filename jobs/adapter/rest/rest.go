// Package rest joins a chat product to Deskbell whose API is JSON over HTTP, without a program: rules say by JSON pointers (RFC 6901) what its
// requests tell, and templates what it is to be asked. It is the smallest adapter, and shows what another one needs.
//
// As in every adapter, the name of the destination stands before the ids of visitors, visits and chats: the chat 12 is "desk:12". Templates have the
// id without it, and a chat with another name before it gets nothing from here.
//
// It makes each call again when an answer was lost. A product that can tell repeats gets the id of the action, as {id}.
package rest

import (
	"encoding/json"

	"github.com/deskbell/deskbell/domain/event"
)

// Table says what the requests of a product tell, and what it is to be asked. Whoever makes one has checked it. It is never written to while
// it is used.
type Table struct {
	Name     string            // of the destination
	Property string            // all of it is of this one
	Agents   map[string]string // agent by the product's id of them. What others write is an agent's, who has no name

	Rules []Rule // the first that fits counts

	Send   *Template // message.send; nil: none
	Note   *Template // note.add and note.replace
	Assign *Template // chat.reassign to an agent
	Status *Template // chat.close and chat.snooze, as {status}: closed or snoozed; {until} is when a snooze ends
}

// Rule makes an event of a request.
type Rule struct {
	When map[string]string // text by pointer: it fits where all are there. Numbers and flags count as they are written
	Type event.Type        // empty: the request tells nothing, as one about Deskbell's own messages
	ID   string            // pointer to what the event is about: a message, a change
	Time string            // pointer; empty: the time of arrival
	Data map[string]string // pointer by key of the event's data, or a text after "="
}

// Template is a call.
type Template struct {
	Method string          // empty: POST
	Path   string          // "/rooms/{chat}/messages"
	Body   json.RawMessage // each of its texts may have placeholders; nil: none
}

// The placeholders of templates.
const (
	chat    = "chat"
	visitor = "visitor"
	text    = "text"
	agent   = "agent"
	status  = "status"
	until   = "until"
	id      = "id"
)

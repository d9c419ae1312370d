package action

import (
	"time"
)

// The types of actions for a visitor.
const (
	MessageSend          Type = "message.send"
	NoteAdd              Type = "note.add"
	NoteReplace          Type = "note.replace"
	TagAdd               Type = "tag.add"
	TagRemove            Type = "tag.remove"
	VisitorSetName       Type = "visitor.set_name"
	VisitorSetDepartment Type = "visitor.set_department"
	WidgetHide           Type = "widget.hide"
	FormShow             Type = "form.show"
	AgentsInvite         Type = "agents.invite"
	ChatReassign         Type = "chat.reassign"
	ChatSnooze           Type = "chat.snooze"
	ChatClose            Type = "chat.close"
	TicketCreate         Type = "ticket.create"
	ChatSLAWarning       Type = "chat.sla_warning"

	// MessageSkipped is never delivered: simulations and logs show with it a message that was decided
	// against.
	MessageSkipped Type = "message.skipped"
)

// visitorTypes are those that are delivered, each with its occasion.
func visitorTypes() []struct {
	Type
	doc string
} {
	return []struct {
		Type
		doc string
	}{
		{MessageSend, "A visitor is to get a message: `text`, `attachments`, `sender`, `suggested`, `departments` to choose from."},
		{NoteAdd, "A note for agents about a visitor is to be added."},
		{NoteReplace, "A note is to take the place of those that there are."},
		{TagAdd, "A tag is to be put on the chat, or else on the visitor."},
		{TagRemove, "A tag is to be taken off."},
		{VisitorSetName, "A visitor is to be named."},
		{VisitorSetDepartment, "A department is to be chosen for a visitor."},
		{WidgetHide, "The widget is to be hidden from a visitor."},
		{FormShow, "A visitor is to be shown a form: `offline_form`, `contact_form` or `callback_form`."},
		{AgentsInvite, "Invisible agents are to be invited to a chat that has no answer: those of `agents`, or all who help when it is slow where it names none."},
		{ChatReassign, "A chat is to be given to `agent`, or to one who has not had it yet where it names none. `previous` is the agent who has it."},
		{ChatSnooze, "A chat is to be put aside `until` the next opening of its department, or of its property; once more when the hours move that opening."},
		{ChatClose, "A chat is to be ended."},
		{TicketCreate, "People are to answer later: a form, or a chat that waited when the hours ended."},
		{ChatSLAWarning, "A chat has had no first answer, and at `due` the time that the property's `sla` allows for it will have passed."},
	}
}

// Visitor is the data of an action for a visitor. Each type has some of the fields below Cause.
type Visitor struct {
	Property string `json:"property"`
	Visitor  string `json:"visitor"`
	Visit    string `json:"visit,omitempty"`
	Chat     string `json:"chat,omitempty"`
	Trigger  string `json:"trigger,omitempty"` // the name of the trigger that did it, or else:
	Rule     string `json:"rule,omitempty"`    // rescue, auto_reply.outside, …
	Reason   string `json:"reason"`
	Cause    Cause  `json:"cause"`

	Kind        string       `json:"kind,omitempty"` // of AgentNotify: KindTrigger, slow_chat or shift_end
	Text        string       `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Sender      Sender       `json:"sender,omitzero"`
	Suggested   []string     `json:"suggested,omitempty"`   // replies to choose from
	Departments []Choice     `json:"departments,omitempty"` // to choose from
	Tag         string       `json:"tag,omitempty"`
	Name        string       `json:"name,omitempty"`
	Department  string       `json:"department,omitempty"`
	Agent       string       `json:"agent,omitempty"`       // of ChatReassign: who is to get the chat; empty: whoever has not had it
	Previous    string       `json:"previous,omitempty"`    // of ChatReassign and shift_end: the agent who has the chat
	Agents      []string     `json:"agents,omitempty"`      // those that get it, or are invited; empty: all of the property's, or:
	Destination string       `json:"destination,omitempty"` // the one that gets it instead, whatever types it asks for
	Form        string       `json:"form,omitempty"`
	Until       time.Time    `json:"until,omitzero"` // of ChatSnooze
	Due         time.Time    `json:"due,omitzero"`   // of ChatSLAWarning: when the time for a first answer will have passed
	Ticket      *Ticket      `json:"ticket,omitempty"`
	Properties  []string     `json:"properties,omitempty"` // of AgentNotify: Property alone, as with all actions of agents
}

// KindTrigger is the kind of an AgentNotify by which a trigger, or a step of the rescue ladder,
// notifies agents.
const KindTrigger = "trigger"

// Attachment is one of a file, a form, an image and a link.
type Attachment struct {
	File  string `json:"file,omitempty"`
	Form  string `json:"form,omitempty"`
	Image string `json:"image,omitempty"`
	Link  string `json:"link,omitempty"`
	Title string `json:"title,omitempty"`
}

// Sender is the apparent sender of a message. The zero value is the property.
type Sender struct {
	Name  string `json:"name,omitempty"`
	Image string `json:"image,omitempty"`
}

// Choice is a department that takes chats.
type Choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Ticket is a request that people are to answer later.
type Ticket struct {
	Form         string         `json:"form,omitempty"`   // offline_form, contact_form or callback_form, as in form.show; empty: it was a chat. Earlier versions wrote offline, contact, callback
	Fields       map[string]any `json:"fields,omitempty"` // of the form
	Page         string         `json:"page,omitempty"`   // its URL
	WaitingSince time.Time      `json:"waiting_since,omitzero"`
}

// VisitorID is the id of an action for a visitor. key tells it from all others of its type for
// that visitor, and is the same for a repeat.
func VisitorID(t Type, property, visitor, key string) string {
	return hashed(string(t)+":"+property+":"+visitor+":", key)
}

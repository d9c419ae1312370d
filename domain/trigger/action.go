package trigger

import "github.com/deskbell/deskbell/domain/hours"

// Action is one thing that a trigger or a step of the rescue ladder does. Exactly one of its fields is set.
type Action struct {
	SendMessage   *Message       `json:"send_message,omitempty"`
	Wait          hours.Duration `json:"wait,omitzero"`
	AddNote       string         `json:"add_note,omitempty"`
	ReplaceNote   string         `json:"replace_note,omitempty"`
	AddTag        string         `json:"add_tag,omitempty"`
	RemoveTag     string         `json:"remove_tag,omitempty"`
	SetName       string         `json:"set_name,omitempty"`
	SetDepartment string         `json:"set_department,omitempty"`
	HideWidget    bool           `json:"hide_widget,omitempty"`
	ShowForm      Form           `json:"show_form,omitempty"`
	InviteAgents  bool           `json:"invite_agents,omitempty"`
	Reassign      bool           `json:"reassign,omitempty"`
	Snooze        Snooze         `json:"snooze,omitempty"`
	CloseChat     bool           `json:"close_chat,omitempty"`
	Notify        *Notify        `json:"notify,omitempty"`
}

// Message is the data of send_message. It has either a text or a shortcut.
type Message struct {
	Text      string   `json:"text,omitempty"`     // for ParseText
	Shortcut  string   `json:"shortcut,omitempty"` // the name of one of the property's
	Sender    Sender   `json:"sender,omitzero"`
	Suggested []string `json:"suggested,omitempty"` // replies for the visitor to choose from
}

// Sender is the apparent sender of a message. The zero value is the property.
type Sender struct {
	Agent string `json:"agent,omitempty"` // of the property: their name and image; the others are empty then
	Name  string `json:"name,omitempty"`
	Image string `json:"image,omitempty"` // its URL
}

// Notify is the data of notify: a text for agents, or for a destination. Without either, for the property's agents.
type Notify struct {
	Text        string   `json:"text"` // for ParseText
	Agents      []string `json:"agents,omitempty"`
	Destination string   `json:"destination,omitempty"`
}

// Form is one that a widget shows.
type Form string

// The forms.
const (
	OfflineForm  Form = "offline_form"
	ContactForm  Form = "contact_form"
	CallbackForm Form = "callback_form"
)

// Forms are all forms.
func Forms() []Form { return []Form{OfflineForm, ContactForm, CallbackForm} }

// Snooze is until when a chat is put aside.
type Snooze string

// NextOpening is the next instant at which the chat's department opens, or the property where the chat has none.
const NextOpening Snooze = "next_opening"

// ActionKind is a kind of action.
type ActionKind struct {
	Name string // its key: "send_message"
	Doc  string
	set  func(*Action) bool
}

// Actions are all kinds of actions.
func Actions() []ActionKind {
	return []ActionKind{
		{"send_message", "Send the visitor a message: a text, or a text or shortcut with a sender and suggested replies.",
			func(a *Action) bool { return a.SendMessage != nil }},
		{"wait", "Wait, then go on without looking at the conditions again.", func(a *Action) bool { return a.Wait != 0 }},
		{"add_note", "Add a note for agents about the visitor.", func(a *Action) bool { return a.AddNote != "" }},
		{"replace_note", "Replace the notes about the visitor by this one.", func(a *Action) bool { return a.ReplaceNote != "" }},
		{"add_tag", "Add a tag to the chat, or else to the visitor.", func(a *Action) bool { return a.AddTag != "" }},
		{"remove_tag", "Remove a tag from there.", func(a *Action) bool { return a.RemoveTag != "" }},
		{"set_name", "Name the visitor.", func(a *Action) bool { return a.SetName != "" }},
		{"set_department", "Choose one of the property's departments for the visitor.", func(a *Action) bool { return a.SetDepartment != "" }},
		{"hide_widget", "Hide the widget from the visitor.", func(a *Action) bool { return a.HideWidget }},
		{"show_form", "Show the visitor a form.", func(a *Action) bool { return a.ShowForm != "" }},
		{"invite_agents", "Invite the invisible agents who help when it is slow.", func(a *Action) bool { return a.InviteAgents }},
		{"reassign", "Give the chat to an agent who has not had it yet.", func(a *Action) bool { return a.Reassign }},
		{"snooze", "Put the chat aside until the next opening. The rescue ladder begins again then, once.", func(a *Action) bool { return a.Snooze != "" }},
		{"close_chat", "End the chat.", func(a *Action) bool { return a.CloseChat }},
		{"notify", "Tell the property's agents, some of them, or a destination.", func(a *Action) bool { return a.Notify != nil }},
	}
}

// Kind is the name of the action's kind, the first that is set; empty for the zero Action.
func (a *Action) Kind() string {
	for _, k := range Actions() {
		if k.set(a) {
			return k.Name
		}
	}
	return ""
}

// Empty tells whether an action has come to nothing when its text was rendered. A message needs none if it has
// attachments (attached is their number), or replies to choose from.
func (a *Action) Empty(attached int) bool {
	switch m, n := a.SendMessage, a.Notify; {
	case m != nil:
		return m.Text == "" && len(m.Suggested)+attached == 0
	case n != nil:
		return n.Text == ""
	}
	return a.Kind() == ""
}

// Shortcut is a text that a property names, to be sent by triggers, with its attachments.
type Shortcut struct {
	Text        string       `json:"text,omitempty"` // for ParseText
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Attachment is one of a file, a form, an image and a link.
type Attachment struct {
	File  string `json:"file,omitempty"` // URL
	Form  Form   `json:"form,omitempty"`
	Image string `json:"image,omitempty"` // URL
	Link  string `json:"link,omitempty"`  // URL
	Title string `json:"title,omitempty"`
}

// Step is one of the rescue ladder: its actions when nobody has answered for so long.
type Step struct {
	After   hours.Duration `json:"after"`
	Timing                 // of After and the waits among the actions
	Repeat  bool           `json:"repeat,omitempty"` // also for later messages that are left unanswered, not for the chat request alone
	Actions []Action       `json:"actions"`
}

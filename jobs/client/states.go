package client

import "time"

// Widget is the state of a property's widget, or of a department. By Dial it is the one that a worker committed last; over HTTP it is
// computed for this very instant. From Until on, Next and NextMode hold.
type Widget struct {
	Status   string    `json:"status"`    // online or offline
	Mode     string    `json:"mode"`      // what it shows: chat, messaging, offline_form, contact_form, message or hidden
	NewChats bool      `json:"new_chats"` // whether visitors may begin a chat
	Message  string    `json:"message"`   // the text of mode message; empty in others
	Reason   string    `json:"reason"`    // of the hours: weekly, override, the name of a holiday, …
	Since    time.Time `json:"since"`     // when Status, Mode or NewChats last changed
	Until    time.Time `json:"until"`     // when they change next; zero: not in sight
	Next     string    `json:"next"`      // the status from Until on; empty with Until
	NextMode string    `json:"next_mode"` // the mode from Until on; empty with Until
	NextOpen time.Time `json:"next_open"` // when it next turns online; zero: not in sight
	Version  int64     `json:"version"`   // grows with every change; 0: no worker has decided yet, and all else is zero

	Departments map[string]Widget `json:"departments"` // by id, without departments of their own; nil: there are none
}

// Agent is the state of an agent. By Dial it is the one that a worker committed last; over HTTP it is computed for this very instant.
type Agent struct {
	Status string    `json:"status"` // online, away, invisible or offline; empty: no worker has decided yet, and all else is zero
	Reason string    `json:"reason"` // of the hours, or what was chosen or happened
	Since  time.Time `json:"since"`  // by Dial when Status last changed, over HTTP when its cause was; zero: always
	Until  time.Time `json:"until"`  // when it changes next, as far as it is foreseen; zero: it is not
	Next   string    `json:"next"`   // the status from Until on; empty with Until
}

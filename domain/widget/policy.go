package widget

// Policy is a property's choice for its widget when nobody can chat. The zero value is the default: an offline
// form outside hours, away in hours.
type Policy struct {
	OutsideHours Mode   `json:"outside_hours,omitempty"` // offline_form (default), contact_form, messaging, message, hidden
	NoAgents     string `json:"no_agents,omitempty"`     // one of NoAgentsPolicies; empty: the first
	Message      string `json:"message,omitempty"`       // the text shown where OutsideHours is message

	// WaitingAtClose is the fate of a chat that still waits when the hours end; one of WaitingAtClosePolicies,
	// empty: the first. Nothing that a widget shows depends on it.
	WaitingAtClose string `json:"waiting_at_close,omitempty"`
}

// WaitingAtClosePolicies are the fates of a chat that still waits when the hours end, the default first: it
// waits on, gets the reply for outside hours, or is turned into a message.
func WaitingAtClosePolicies() []string { return []string{"keep", "reply", "message"} }

// OutsideHoursModes are the modes that a property may choose for outside its
// hours, the default first.
func OutsideHoursModes() []Mode {
	return []Mode{OfflineForm, ContactForm, Messaging, Message, Hidden}
}

// NoAgentsPolicies are the ways to show that nobody is available in hours, the
// default first.
func NoAgentsPolicies() []string { return []string{"away", "offline", "messaging", "hidden"} }

// face is the part of a State that a visitor sees: two states with one face are
// no flip.
type face struct {
	status   Status
	mode     Mode
	newChats bool
	message  string
}

// outside is the face outside hours.
func (p Policy) outside() face {
	f := face{status: Offline, mode: p.OutsideHours}
	switch f.mode {
	case "":
		f.mode = OfflineForm
	case Message:
		f.message = p.Message
	}
	return f
}

// nobody is the face in hours with no agent available. Only "offline" hides that
// the hours are open.
func (p Policy) nobody() face {
	switch p.NoAgents {
	case "offline":
		return p.outside()
	case "messaging":
		return face{status: Away, mode: Messaging}
	case "hidden":
		return face{status: Away, mode: Hidden}
	default:
		return face{status: Away, mode: Chat}
	}
}

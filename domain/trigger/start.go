package trigger

// Start is an event at which an advanced trigger may start.
type Start struct {
	Name  string
	Chat  bool // it belongs to a chat
	After bool // it is no event but a while without one; `after` says how long
	Named bool // it is one of the application's own, and `event` says which
	Doc   string
}

// Starts are all of them.
func Starts() []Start {
	return []Start{
		{Name: "visitor.arrived", Doc: "A visitor arrives."},
		{Name: "page.viewed", Doc: "A visitor sees a page, also the first."},
		{Name: "page.unchanged", After: true, Doc: "A visitor has been on the same page for as long as `after` says."},
		{Name: "widget.maximized", Doc: "A visitor opens the widget."},
		{Name: "chat.requested", Chat: true, Doc: "A visitor asks for a chat."},
		{Name: "chat.message", Chat: true, Doc: "A visitor writes."},
		{Name: "chat.queued", Chat: true, Doc: "A chat waits in a queue."},
		{Name: "chat.assigned", Chat: true, Doc: "A chat is given to an agent."},
		{Name: "chat.unanswered", Chat: true, After: true, Doc: "A visitor's message has had no answer for as long as `after` says. Each message counts for itself."},
		{Name: "chat.idle", Chat: true, After: true, Doc: "A visitor has been silent in a chat for as long as `after` says."},
		{Name: "chat.ended", Chat: true, Doc: "A chat ends."},
		{Name: "department.chosen", Doc: "A visitor chooses a department."},
		{Name: "form.abandoned", Doc: "A visitor leaves a form without sending it."},
		{Name: "visitor.custom", Named: true, Doc: "The application's own event of the name in `event`."},
	}
}

// StartNamed finds a start.
func StartNamed(name string) (Start, bool) {
	for _, s := range Starts() {
		if s.Name == name {
			return s, true
		}
	}
	return Start{}, false
}

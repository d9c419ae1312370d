package event

// Each of these makes an event of one type with all that the type needs. Other facts go into its Data. They are
// without an id and a time, as New explains.

// NewVisitorArrived says that a visitor has come to the site: it begins a visit.
func NewVisitorArrived(property, visitor, visit string) Event {
	return New(VisitorArrived, Data{Property: property, Visitor: visitor, Visit: visit})
}

// NewPageViewed says that a visitor has opened a page.
func NewPageViewed(property, visitor, visit string, p Page) Event {
	return New(PageViewed, Data{Property: property, Visitor: visitor, Visit: visit, Page: p})
}

// NewVisitorLeft says that a visitor has gone: it ends the visit.
func NewVisitorLeft(property, visitor, visit string) Event {
	return New(VisitorLeft, Data{Property: property, Visitor: visitor, Visit: visit})
}

// NewVisitorUpdated says that more is known about a visitor. Attributes that are not given stay as they were.
func NewVisitorUpdated(property, visitor string, a Attributes) Event {
	return New(VisitorUpdated, Data{Property: property, Visitor: visitor, Attributes: a})
}

// NewVisitorCustom says that something of the application's own has happened to a visitor.
func NewVisitorCustom(property, visitor, name string) Event {
	return New(VisitorCustom, Data{Property: property, Visitor: visitor, Name: name})
}

// NewWidgetMaximized says that a visitor has opened the widget.
func NewWidgetMaximized(property, visitor string) Event {
	return New(WidgetMaximized, Data{Property: property, Visitor: visitor})
}

// NewWidgetMinimized says that a visitor has closed the widget.
func NewWidgetMinimized(property, visitor string) Event {
	return New(WidgetMinimized, Data{Property: property, Visitor: visitor})
}

// NewDepartmentChosen says that a visitor has chosen a department.
func NewDepartmentChosen(property, visitor, department string) Event {
	return New(DepartmentChosen, Data{Property: property, Visitor: visitor, Department: department})
}

// NewFormAbandoned says that a visitor has begun a form and not sent it.
func NewFormAbandoned(property, visitor string, f Form) Event {
	return New(FormAbandoned, Data{Property: property, Visitor: visitor, Form: f})
}

// NewFormSubmitted says that a visitor has sent a form.
func NewFormSubmitted(property, visitor string, f Form) Event {
	return New(FormSubmitted, Data{Property: property, Visitor: visitor, Form: f})
}

// NewChatRequested says that a visitor asks for a chat and waits from now on. Their text, if any, goes into Data.Text.
func NewChatRequested(property, visitor, chat string) Event {
	return New(ChatRequested, Data{Property: property, Visitor: visitor, Chat: chat})
}

// NewVisitorMessage says that the visitor has written in a chat.
func NewVisitorMessage(property, chat, text string) Event {
	return New(ChatMessage, Data{Property: property, Chat: chat, From: FromVisitor, Text: text})
}

// NewAgentMessage says that an agent has written in a chat.
func NewAgentMessage(property, chat, agent, text string) Event {
	return New(ChatMessage, Data{Property: property, Chat: chat, From: FromAgent, Agent: agent, Text: text})
}

// NewBotMessage says that a bot has written in a chat.
func NewBotMessage(property, chat, text string) Event {
	return New(ChatMessage, Data{Property: property, Chat: chat, From: FromBot, Text: text})
}

// NewChatQueued says that a chat waits in a queue, or has moved on in it. Its place, from 0, goes into
// Data.QueuePosition.
func NewChatQueued(property, chat string) Event {
	return New(ChatQueued, Data{Property: property, Chat: chat})
}

// NewChatAssigned says that a chat has been given to an agent.
func NewChatAssigned(property, chat, agent string) Event {
	return New(ChatAssigned, Data{Property: property, Chat: chat, Agent: agent})
}

// NewChatAgentJoined says that an agent has joined a chat.
func NewChatAgentJoined(property, chat, agent string) Event {
	return New(ChatAgentJoined, Data{Property: property, Chat: chat, Agent: agent})
}

// NewChatAgentLeft says that an agent has left a chat.
func NewChatAgentLeft(property, chat, agent string) Event {
	return New(ChatAgentLeft, Data{Property: property, Chat: chat, Agent: agent})
}

// NewChatHandoff says that a bot hands a chat over to people.
func NewChatHandoff(property, chat string) Event {
	return New(ChatHandoff, Data{Property: property, Chat: chat})
}

// NewChatTagged says that tags were added to a chat or removed from it; one of both may be nil.
func NewChatTagged(property, chat string, added, removed []string) Event {
	return New(ChatTagged, Data{Property: property, Chat: chat, Added: added, Removed: removed})
}

// NewChatEnded says that a chat is over.
func NewChatEnded(property, chat string) Event {
	return New(ChatEnded, Data{Property: property, Chat: chat})
}

// NewAgentLoggedIn says that an agent has logged in.
func NewAgentLoggedIn(agent string) Event { return New(AgentLoggedIn, Data{Agent: agent}) }

// NewAgentLoggedOut says that an agent has logged out.
func NewAgentLoggedOut(agent string) Event { return New(AgentLoggedOut, Data{Agent: agent}) }

// NewAgentStatusSet says that an agent has chosen a status themselves.
func NewAgentStatusSet(agent string, s Status) Event {
	return New(AgentStatusSet, Data{Agent: agent, Status: s})
}

// NewAgentActive says that an agent is doing something.
func NewAgentActive(agent string) Event { return New(AgentActive, Data{Agent: agent}) }

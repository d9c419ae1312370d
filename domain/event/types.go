package event

// Type names a kind of event. A type is never renamed: applications send it, and tasks in Redis carry it.
type Type string

// The types.
const (
	VisitorArrived  Type = "visitor.arrived"
	PageViewed      Type = "page.viewed"
	VisitorLeft     Type = "visitor.left"
	VisitorUpdated  Type = "visitor.updated"
	VisitorCustom   Type = "visitor.custom"
	WidgetMaximized Type = "widget.maximized"
	WidgetMinimized Type = "widget.minimized"

	DepartmentChosen Type = "department.chosen"
	FormAbandoned    Type = "form.abandoned"
	FormSubmitted    Type = "form.submitted"

	ChatRequested   Type = "chat.requested"
	ChatMessage     Type = "chat.message"
	ChatQueued      Type = "chat.queued"
	ChatAssigned    Type = "chat.assigned"
	ChatAgentJoined Type = "chat.agent_joined"
	ChatAgentLeft   Type = "chat.agent_left"
	ChatHandoff     Type = "chat.handoff"
	ChatTagged      Type = "chat.tagged"
	ChatEnded       Type = "chat.ended"

	AgentLoggedIn  Type = "agent.logged_in"
	AgentLoggedOut Type = "agent.logged_out"
	AgentStatusSet Type = "agent.status_set"
	AgentActive    Type = "agent.active"
)

// Types are all types of events, in the order of the reference.
func Types() []Type {
	types := make([]Type, len(catalogue))
	for i, s := range catalogue {
		types[i] = s.kind
	}
	return types
}

// PageTypes are the types of events that a web page may send, of its own visitor.
func PageTypes() []Type {
	return []Type{
		VisitorArrived, PageViewed, VisitorLeft, VisitorUpdated, VisitorCustom, WidgetMaximized, WidgetMinimized,
		DepartmentChosen, FormAbandoned, FormSubmitted, ChatRequested, ChatMessage,
	}
}

// Doc says when there is an event of a type; it is empty for a type that is none.
func (t Type) Doc() string { return specs[t].doc }

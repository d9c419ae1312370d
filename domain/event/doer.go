package event

// Doer is the agent whose own deed an event is: a sign of life of theirs. ok is false for an event in which no agent did
// anything.
func Doer(e *Event) (agent string, ok bool) {
	switch e.Type {
	case AgentLoggedIn, AgentLoggedOut, AgentStatusSet, AgentActive, ChatMessage, ChatAgentJoined:
		return e.Data.Agent, e.Data.Agent != ""
	}
	return "", false
}

package action

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AllOfAgents stands for the types of actions of agents where a destination lists the types that it wants.
const AllOfAgents = "agent.*"

// OfAgent tells whether an action of a type is about an agent.
func (t Type) OfAgent() bool { return strings.HasPrefix(string(t), "agent.") }

// OfState tells whether an action of a type tells a state as a whole, so that a newer one of the same widget, department or agent replaces it.
func (t Type) OfState() bool {
	return t == WidgetStateChanged || t == DepartmentStateChanged || t == AgentStatusChanged
}

// MostProperties is how many properties an action of an agent names: the first ones.
const MostProperties = 1000

var errNoData = errors.New("adding properties to an action: it does not end as one does")

// WithProperties is an action of an agent, as MarshalJSON writes it, with the properties that the agent serves, as far as they use one
// destination. All other bytes stay as they are. No properties: it is the same action.
func WithProperties(body []byte, properties []string) ([]byte, error) {
	if len(properties) == 0 {
		return body, nil
	}
	list, err := json.Marshal(properties[:min(len(properties), MostProperties)])
	if err != nil {
		return nil, fmt.Errorf("encoding properties: %w", err)
	}
	head, found := bytes.CutSuffix(body, []byte("}}"))
	if !found || len(head) == 0 || head[len(head)-1] == '{' {
		return nil, errNoData
	}
	return slices.Concat(head, []byte(`,"properties":`), list, []byte("}}")), nil
}

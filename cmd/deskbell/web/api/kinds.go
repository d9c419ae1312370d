package api

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/edit"
)

// kind is a kind of definition in the API.
type kind struct {
	edit.Kind
	plural  string // in paths
	tag     string // of its operations in the document
	schema  string // its name in the document
	id      string // of the example
	example string
	inspect func(tree any) (def any, warnings definition.Faults, err error)
}

// one is "a property".
func (k kind) one() string {
	if k.Kind == edit.KindAgent {
		return "an agent"
	}
	return "a " + string(k.Kind)
}

// kinds are in the order of the documentation.
func kinds() []kind {
	return []kind{
		{edit.KindProperty, "properties", "Properties", "Property", "acme",
			`{"name": "ACME shop", "time_zone": "Europe/Paris", "schedule": {"weekly": {"mon-fri": "09:00-12:00, 13:00-18:00"}}, "widget": {"no_agents": "away"}, "departments": {"sales": {"name": "Sales"}}}`,
			func(tree any) (any, definition.Faults, error) { return definition.InspectProperty(tree) }},
		{edit.KindAgent, "agents", "Agents", "Agent", "lea",
			`{"name": "Léa", "time_zone": "Europe/Paris", "schedule": "mon-fri 9-17", "notify": {"on": ["hours_started"]}}`,
			inspectAgent},
		{edit.KindSchedule, "schedules", "Schedules", scheduleSchema, "office",
			`{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "09:00-18:00"}, "holidays": "FR", "exceptions": [{"on": "12-24", "yearly": true, "hours": "09:00-12:00", "name": "Christmas Eve"}]}`,
			func(tree any) (any, definition.Faults, error) { return definition.InspectSchedule(tree) }},
		{edit.KindDestination, "destinations", "Destinations", "Destination", "crm",
			`{"type": "redis_stream", "stream": "crm:actions"}`,
			func(tree any) (any, definition.Faults, error) { return definition.InspectDestination(tree) }},
	}
}

// inspectAgent also asks the library that will send by the agent's services.
func inspectAgent(tree any) (any, definition.Faults, error) {
	a, warnings, err := definition.InspectAgent(tree)
	if err != nil {
		return nil, nil, err
	}
	return a, warnings, shout.Faults(a).Err()
}

// kindOf is one of them.
func kindOf(k edit.Kind) kind {
	all := kinds()
	return all[slices.IndexFunc(all, func(one kind) bool { return one.Kind == k })]
}

// masked is a definition for a key that may only read: without secrets, and with an ETag of its own, which does not help
// to guess them.
func masked(s edit.Stored, k kind) (edit.Stored, error) {
	switch k.Kind {
	case edit.KindAgent:
		return maskedAs(s, (*definition.Agent).WithoutSecrets)
	case edit.KindDestination:
		return maskedAs(s, (*definition.Destination).WithoutSecrets)
	default:
		body, err := definition.WithoutSecrets(s.Body)
		if err != nil || bytes.Equal(body, s.Body) {
			return s, err
		}
		return edit.Stored{Name: s.Name, Body: body, ETag: edit.ETag(body)}, nil
	}
}

func maskedAs[D any](s edit.Stored, without func(*D) *D) (edit.Stored, error) {
	var def D
	if err := json.Unmarshal(s.Body, &def); err != nil {
		return s, err
	}
	body, err := json.Marshal(without(&def))
	return edit.Stored{Name: s.Name, Body: body, ETag: edit.ETag(body)}, err
}

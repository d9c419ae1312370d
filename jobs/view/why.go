package view

import (
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/engine"
)

// Why is an agent's status at an instant, and how it came about.
type Why struct {
	Agent    string       `json:"agent"`
	Name     string       `json:"name,omitempty"`
	TimeZone string       `json:"time_zone"` // an IANA name: theirs
	Status   agent.Status `json:"status"`
	Reason   string       `json:"reason"`
	Since    time.Time    `json:"since,omitzero"` // when its cause was; zero: always
	Until    time.Time    `json:"until,omitzero"` // when it changes as far as it is foreseen; zero: never
	Next     agent.Status `json:"next,omitempty"` // the status from Until on
	Steps    []WhyStep    `json:"steps"`          // in the order in which they are asked
}

// WhyStep is one question of the decision, with its answer.
type WhyStep struct {
	Question agent.Question `json:"question"`
	Answer   string         `json:"answer"` // in a few English words
	Decisive bool           `json:"decisive"`
	Since    time.Time      `json:"since,omitzero"`
	Until    time.Time      `json:"until,omitzero"`
}

// whyOf explains the status of an agent whose definition has been gathered.
func whyOf(b *engine.Batch, id string, at time.Time) (w Why, err error) {
	a, err := b.AgentAt(id, at)
	if err != nil {
		return w, err
	}
	a.AsOf = at // people ask what is so, also where no worker has acted on it
	zone, err := b.Zone(b.Agents[id], a.Hours)
	if err != nil {
		return w, err
	}
	s, steps := a.Why(at)
	w = Why{
		Agent: id, Name: b.Agents[id].Name, TimeZone: zone.String(),
		Status: s.Status, Reason: s.Reason, Since: s.Since.UTC(), Until: s.Until.UTC(), Next: s.Next,
	}
	for _, step := range steps {
		w.Steps = append(w.Steps, WhyStep(step))
	}
	return w, nil
}

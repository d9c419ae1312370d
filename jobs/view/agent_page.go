package view

import (
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// AgentView is an agent as their own page shows them.
type AgentView struct {
	Agent    string      `json:"agent"`
	Name     string      `json:"name,omitempty"`
	TimeZone string      `json:"time_zone"` // an IANA name: theirs
	State    agent.State `json:"state"`     // as a worker has decided; version 0: none has yet
	Today    BoardDay    `json:"today"`     // their hours on the date that their clock shows
	Notices  []string    `json:"notices"`   // kinds of those that they asked for
}

// agentView is an agent whose definition has been gathered.
func agentView(b *engine.Batch, r *store.Record, id string, at time.Time) (v AgentView, err error) {
	a, err := b.Agent(id)
	if err != nil {
		return v, err
	}
	def := b.Agents[id]
	zone, err := b.Zone(def, a.Hours)
	if err != nil {
		return v, err
	}
	v = AgentView{
		Agent: id, Name: def.Name, TimeZone: zone.String(), Today: boardDay(a.Hours, zone, boardDate(zone, at)), Notices: append([]string{}, def.Notify.On...),
	}
	err = engine.DecodeState(r.State, &v.State)
	v.State = v.State.Shown()
	return v, err
}

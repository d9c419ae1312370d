package view

import (
	"encoding/json"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/engine"
)

// VisitorView is what is kept of a visitor, what waits for them, and what was done and held back lately.
type VisitorView struct {
	Property string                  `json:"property"`
	Visitor  string                  `json:"visitor"`
	Record   json.RawMessage         `json:"record"`
	Waiting  []engine.WaitingMessage `json:"waiting"` // the next first
	Recent   []action.Action         `json:"recent"`  // of the last actions of all properties those of this visitor, the newest first
}

// recentLooked is among how many of the last actions those of a visitor are sought.
const recentLooked = 1000

// concerns tells whether an action is one of the visitor.
func (v *VisitorView) concerns(a action.Action) bool {
	var d action.Visitor
	raw, _ := a.Data.(json.RawMessage)
	return json.Unmarshal(raw, &d) == nil && d.Property == v.Property && d.Visitor == v.Visitor
}

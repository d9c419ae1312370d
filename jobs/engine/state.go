package engine

import (
	"encoding/json"
	"fmt"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// PropertyState is the state of a property in a store.
type PropertyState struct {
	Override *hours.Override  `json:"override,omitempty"` // until it has run out
	Widget   storedWidget     `json:"widget"`
	Closing  widget.Announced `json:"closing,omitempty"` // that agents were told of
}

// storedWidget is a widget.State without its wire form, which would be checked and
// copied once more: a tenth of the time of a flip.
type storedWidget widget.State

// DecodeState reads a state; of a subject that was never decided on there is none, and it stays zero.
func DecodeState(body []byte, into any) error {
	if body == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("decoding the state: %w", err)
	}
	return nil
}

// unchanged is the state to commit where a decision changed nothing: none, except for a
// record that was woken, since a commit strikes that out.
func unchanged(r *store.Record) []byte {
	if r.Woken {
		return r.State
	}
	return nil
}

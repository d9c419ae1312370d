package widget

import (
	"encoding/json"
	"time"

	"github.com/deskbell/deskbell/domain/action"
)

// MarshalJSON writes the wire form: instants are RFC 3339 in UTC, and until, next
// and next_open are null when there is none.
func (s State) MarshalJSON() ([]byte, error) {
	type plain State // without this method
	return json.Marshal(struct {
		plain
		Until    *time.Time `json:"until"`
		Next     *Status    `json:"next"`
		NextOpen *time.Time `json:"next_open"`
	}{plain(s), action.OrNull(s.Until), action.OrNull(s.Next), action.OrNull(s.NextOpen)})
}

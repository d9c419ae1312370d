package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
)

// DestinationStatus is how a destination fares.
type DestinationStatus struct {
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	State  string    `json:"state"` // ok, failing, paused or gone
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Error  string    `json:"error,omitempty"`
	Oldest time.Time `json:"oldest,omitzero"` // oldest action waiting; zero: none
	Aside  int       `json:"aside,omitempty"`
}

// Destinations tells how each destination fares, in the order of their names.
func (c *Client) Destinations(ctx context.Context) ([]DestinationStatus, error) {
	bodies, err := c.store.Globals(ctx, GlobalDestination)
	if err != nil {
		return nil, err
	}
	if len(bodies) == 0 {
		bodies = map[string][]byte{"default": []byte("{}")}
	}
	names := slices.Sorted(maps.Keys(bodies))
	oldest, err := c.store.Oldest(ctx, names)
	if err != nil {
		return nil, err
	}
	list := make([]DestinationStatus, len(names))
	for i, name := range names {
		var def definition.Destination
		if err := json.Unmarshal(bodies[name], &def); err != nil {
			return nil, fmt.Errorf("decoding the destination %q: %w", name, err)
		}
		list[i] = DestinationStatus{Name: name, Type: def.Type, State: "ok", Oldest: oldest[i]}
	}
	return list, nil
}

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

// DestinationStatus is how a destination does.
type DestinationStatus struct {
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	State  string    `json:"state"`          // ok | failing | paused | gone
	Since  time.Time `json:"since,omitzero"` // when State began
	Until  time.Time `json:"until,omitzero"` // when it is tried again
	Error  string    `json:"error,omitempty"`
	Oldest time.Time `json:"oldest,omitzero"` // of what waits to be delivered; zero: nothing does
	Aside  int       `json:"aside,omitzero"`  // actions that were set aside
}

// Destinations gives all defined destinations, by name.
func (c *Client) Destinations(ctx context.Context) ([]DestinationStatus, error) {
	bodies, err := c.store.Globals(ctx, GlobalDestination)
	if err != nil {
		return nil, err
	}
	list := make([]DestinationStatus, 0, len(bodies))
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		var def definition.Destination
		if err := json.Unmarshal(bodies[name], &def); err != nil {
			return nil, fmt.Errorf("decoding the destination %q: %w", name, err)
		}
		list = append(list, DestinationStatus{Name: name, Type: def.Type, State: "ok"})
	}
	return list, nil
}

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// shown is what a property shows, by the state that is committed.
type shown struct {
	Status  string
	Version int64
}

// committed are the states that the properties show which are edited and which flip. It asks again where the last of the actions of one is
// another: a flip may be under way.
func (c *campaign) committed(ctx context.Context) (map[string]shown, error) {
	shows := make(map[string]shown)
	for name, n := range map[string]int{"door": faultDoors, "clock": faultClocks} {
		for i := range n {
			property := numbered(name, i)
			for range 50 {
				state, err := c.shows(ctx, property)
				if err != nil {
					return nil, err
				}
				shows[property] = state
				var last shown
				c.hook.look(func(a *arrivals) { last = a.last(property) })
				if last == state {
					break
				}
				if err := pauseFor(ctx, 100*time.Millisecond); err != nil {
					return nil, err
				}
			}
		}
	}
	return shows, nil
}

func (c *campaign) shows(ctx context.Context, property string) (state shown, err error) {
	status, said, err := c.load.try(ctx, http.MethodGet, "/v1/properties/"+property+"/widget", nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("reading the state of %s: %d %s", property, status, said)
	}
	if err != nil {
		return state, err
	}
	return state, json.Unmarshal(said, &state)
}

// last is what the last action of a property says.
func (a *arrivals) last(property string) (state shown) {
	for i := len(a.list) - 1; i >= 0; i-- {
		if came := a.list[i]; came.property == property && came.status != "" {
			return shown{came.status, came.version}
		}
	}
	return state
}

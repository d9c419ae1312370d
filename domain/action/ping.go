package action

import (
	"strconv"
	"time"
)

// PingType is the type of a ping, which is none of Types: no destination can choose it, and it asks its receiver for nothing.
const PingType Type = "destination.ping"

// ping is the data of a PingType.
type ping struct {
	Destination string `json:"destination"`
	Text        string `json:"text"`
}

// Ping is an action that means nothing, by which people see whether a destination takes any.
func Ping(destination string, at time.Time) Action {
	return Action{
		ID: string(PingType) + ":" + destination + ":" + strconv.FormatInt(at.Unix(), 10), Type: PingType, Time: at,
		Data: ping{destination, "It works: actions of Deskbell reach you here. There is nothing to do."},
	}
}

package store

import (
	"context"
	"time"
)

// Beat is a sign of life of a process, and what it says of itself. Fields that it does not know are empty, as those of processes of
// before are.
type Beat struct {
	Process string `json:"process"`           // unique to one run of it
	Zones   string `json:"zones"`             // the version of its rules, "2026f"; the greater text is the newer one
	Content string `json:"content,omitempty"` // a sum of these rules; empty: of a process that names none
	Role    Role   `json:"role"`
	Insists bool   `json:"insists,omitempty"` // it decides though others have newer rules

	Name     string    `json:"name,omitempty"`          // for people: the machine and the number of the process
	Program  string    `json:"program,omitempty"`       // the version of Deskbell
	TimeZone string    `json:"time_zone,omitempty"`     // of schedules and subjects that name none
	Since    time.Time `json:"since,omitzero"`          // when it started
	Clock    string    `json:"clock,omitempty"`         // how its clock does: a clock.State
	Ahead    float64   `json:"ahead_seconds,omitempty"` // how far its clock is ahead of that of Redis; negative: behind
}

// Role is the part of a process.
type Role string

// The roles of processes. A worker that stands by leaves decisions to those with newer rules.
const (
	RoleDecides  Role = "decides"
	RoleStandsBy Role = "stands by"
	RoleShows    Role = "shows" // states, to readers: it is no worker
)

// Beats is the part of a Store by which processes know of each other.
type Beats interface {
	// Beat notes a process's sign of life, which counts for a time by the clock of the store, or takes it back (0). It gives
	// those that count, this one with them, in the order of their processes, and what the clock of the store showed. The last of
	// a process replaces those before.
	Beat(ctx context.Context, b Beat, counts time.Duration) (live []Beat, at time.Time, err error)
	// Live gives the same, and writes nothing.
	Live(ctx context.Context) (live []Beat, at time.Time, err error)
}

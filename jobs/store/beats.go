package store

import (
	"context"
	"time"
)

// Beat is a sign of life of a process that has time zone rules.
type Beat struct {
	Process string `json:"process"`           // unique to one run of it
	Zones   string `json:"zones"`             // the version of its rules, "2026f"; the greater text is the newer one
	Content string `json:"content,omitempty"` // a sum of these rules; empty: of a process that names none
	Role    Role   `json:"role"`
	Insists bool   `json:"insists,omitempty"` // it decides though others have newer rules
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
	// those that count, this one with them, in the order of their processes. The last of a process replaces those before.
	Beat(ctx context.Context, b Beat, counts time.Duration) ([]Beat, error)
}

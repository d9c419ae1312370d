package edit

import (
	"context"
	"fmt"

	"github.com/deskbell/deskbell/jobs/store"
)

// Whether there were keys once is kept apart from the keys: while none was ever made, the API lets its own machine in without one.
// That must not come again because the last key was revoked, or because Redis lost everything: what seems to be this machine
// may be a proxy on it. A process remembers it, too, and a Marker outlives both.

// Marker keeps outside of Redis that there were keys once.
type Marker interface {
	IsSet() (bool, error)
	Set() error
	Clear() error
}

// The value of keysOnce among those of store.GlobalDoor.
const (
	keysOnce   = "keys"
	doorClosed = "closed" // there were keys
	doorOpen   = "open"   // there were, and somebody has said since that none is needed
)

// Once tells whether there were keys once and nobody has called Open since, for a caller who finds no key now; remembered says that
// the caller knows of some. It keeps what it learns in Redis and in the Marker.
func (ks Keys) Once(ctx context.Context, remembered bool) (bool, error) {
	bodies, err := ks.Store.GlobalsOf(ctx, store.GlobalDoor, []string{keysOnce})
	if err != nil {
		return false, err
	}
	switch string(bodies[0]) {
	case doorOpen:
		return false, ks.mark(false)
	case "":
		if !remembered {
			if remembered, err = ks.marked(); err != nil || !remembered {
				return false, err
			}
		}
	}
	return true, ks.Note(ctx)
}

// Note keeps that there are keys.
func (ks Keys) Note(ctx context.Context) error {
	if err := ks.setDoor(ctx, doorClosed); err != nil {
		return err
	}
	return ks.mark(true)
}

// Open lets this machine in without a key again, until there is one.
func (ks Keys) Open(ctx context.Context) error {
	if err := ks.setDoor(ctx, doorOpen); err != nil {
		return err
	}
	return ks.mark(false)
}

func (ks Keys) setDoor(ctx context.Context, to string) error {
	return swap(ctx, ks.Store, store.GlobalDoor, keysOnce, "whether there were keys", func([]byte) ([]byte, error) { return []byte(to), nil })
}

func (ks Keys) marked() (bool, error) {
	if ks.Marker == nil {
		return false, nil
	}
	set, err := ks.Marker.IsSet()
	if err != nil {
		return false, fmt.Errorf("reading whether there were keys: %w", err)
	}
	return set, nil
}

// mark sets or clears the Marker.
func (ks Keys) mark(set bool) error {
	is, err := ks.marked()
	if err != nil || is == set || ks.Marker == nil {
		return err
	}
	change := ks.Marker.Clear
	if set {
		change = ks.Marker.Set
	}
	if err := change(); err != nil {
		return fmt.Errorf("keeping whether there were keys: %w", err)
	}
	return nil
}

package engine

import (
	"context"

	"github.com/deskbell/deskbell/jobs/store"
)

// Reader is as much of a store as decisions read.
type Reader interface {
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	Serving(ctx context.Context, by []store.Subject) ([][]store.Subject, error)
}

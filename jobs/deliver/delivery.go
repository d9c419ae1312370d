package deliver

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
)

// Delivery is one action for a destination. Shard and Seq are its place, which only
// grows within a shard, and so for each subject.
type Delivery struct {
	Shard int
	Seq   string
	ID    string // of the action, the same on every try
	Body  []byte // CloudEvents JSON
}

// Destination receives deliveries. A receiver that must not get an action twice has to
// recognise its id, or its place.
type Destination interface {
	// Most is how many deliveries one call takes; at least 1.
	Most() int
	// Deliver makes one call, of at most Most deliveries of one shard, in their order.
	// The context ends after ten seconds. An error means that none of them counts as
	// delivered: all come again. An *Error says more.
	Deliver(ctx context.Context, batch []Delivery) error
}

// OpenDestination makes a destination of one type ready. The name is that of its
// definition.
type OpenDestination func(name string, def definition.Destination) (Destination, error)

const (
	deliveryBatch = 200 // entries read together
	deliveryLease = 15 * time.Second
)

// CallLimit is how long one call to a destination may take. The lease outlasts it.
const CallLimit = 10 * time.Second

// Snooze is an error after which a job is to be run again at some time, and not
// after a pause that asynq's number of retries gives.
type Snooze struct {
	error
	In time.Duration
}

func (e *Snooze) Unwrap() error { return e.error }

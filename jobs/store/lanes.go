package store

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"
)

// Entry is one action of an outbox.
type Entry struct {
	Seq  string // its place in the shard's outbox, which only grows
	Body []byte
	To   []string  // nil: all
	At   time.Time // when it was committed, to the millisecond, by the clock of the worker that decided it: Change.At
}

// Lane is the way from one shard's outbox to one destination. One run of a job at a
// time is on it, by a lease, so that the order is kept.
type Lane struct {
	Shard       int
	Destination string
}

// Aside is an action that a destination refused, or one of the same subject that has
// to stay behind it. It is past the cursor, and holds up no other subject.
type Aside struct {
	Seq     string
	Subject string    // "property/acme"; empty: in nobody's way
	Tries   int       // refusals
	Since   time.Time // when it was set aside
	Next    time.Time // when to try it again; zero: as soon as it is the first of its subject
	Error   string    // of the last try
	At      time.Time // when the action was committed, as Entry.At
	Body    []byte
}

// Settlement is what became of some deliveries.
type Settlement struct {
	Lease           // For 0 gives it back
	From, To string // moves the cursor, from where it was read; To empty: it stays

	Aside []Aside  // set aside, or tried again in vain
	Done  []string // places of those that are aside no longer
	All   []string // the names of all destinations: what they have all had is dropped
}

// Waiting is what a lane has before it.
type Waiting struct {
	Lane
	Next   string    // place of the first entry that is past the cursor; empty: none
	NextAt time.Time // when that entry was committed, as Entry.At; zero: none
	Aside  int       // how many actions are aside
	First  Aside     // the first of them
}

// Retry says that a lane has something aside that is to be tried again.
type Retry struct {
	Lane
	At time.Time // to the millisecond
}

// Lanes is the part of a Store that brings actions to destinations.
type Lanes interface {
	// Outbox takes the lease of a lane and gives the entries past its cursor,
	// with the cursor to give to Delivered. Finding none, it gives the lease back.
	// busy: another holds it.
	Outbox(ctx context.Context, l Lane, lease Lease, limit int) (entries []Entry, cursor string, busy bool, err error)
	// SetAside takes the lease of a lane and gives all that is aside, in the order
	// of their places. busy: another holds it.
	SetAside(ctx context.Context, l Lane, lease Lease) (aside []Aside, busy bool, err error)
	// Delivered notes a settlement; false: another has the lease, or has moved the
	// cursor, and nothing was noted.
	Delivered(ctx context.Context, l Lane, s Settlement) (bool, error)
	// Waiting tells what lanes have before them, in their order.
	Waiting(ctx context.Context, lanes []Lane) ([]Waiting, error)
	// Forget drops what a lane has aside, and its Retry. The cursor stays, so
	// that a destination which is defined anew does not get again what it has had.
	Forget(ctx context.Context, l Lane) error

	// RetryAt notes when a lane is to try again what it has aside.
	RetryAt(ctx context.Context, r Retry) error
	// Retries gives those that are due at an instant, the longest due first.
	Retries(ctx context.Context, at time.Time, limit int) ([]Retry, error)
	// Retried strikes one out, unless it was noted anew since.
	Retried(ctx context.Context, r Retry) error

	// Circuits gives the circuits of all destinations that have one, as JSON.
	Circuits(ctx context.Context) (map[string][]byte, error)
	// SetCircuit replaces the circuit of a destination; nil is none. false: it was
	// another than before.
	SetCircuit(ctx context.Context, destination string, before, after []byte) (bool, error)
	// Probe takes the lease of the one who may try a destination whose circuit is
	// open, or gives it back (For 0); false: another has it.
	Probe(ctx context.Context, destination string, lease Lease) (bool, error)
}

// NewestFirst orders entries of several shards, whose places are not comparable.
func NewestFirst(a, b Entry) int {
	return cmp.Or(b.At.Compare(a.At), CompareSeq(b.Seq, a.Seq))
}

// CompareSeq orders places: two numbers, with a dash between them. A place tells what comes before what, and never when: its
// numbers come from the clock of Redis, which may differ from those of the workers.
func CompareSeq(a, b string) int {
	m, i := parseSeq(a)
	n, j := parseSeq(b)
	return cmp.Or(cmp.Compare(m, n), cmp.Compare(i, j))
}

// parseSeq gives zeros for what no store gives.
func parseSeq(seq string) (m, n int64) {
	head, tail, _ := strings.Cut(seq, "-")
	m, _ = strconv.ParseInt(head, 10, 64)
	n, _ = strconv.ParseInt(tail, 10, 64)
	return m, n
}

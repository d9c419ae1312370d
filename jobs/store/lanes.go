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
	For  []Share   // as Outgoing.For
	Push bool      // of a notice: it is for subscriptions alone, as Outgoing.Push says
	At   time.Time // when it was committed, to the millisecond, by the clock of the worker that decided it: Change.At
}

// Lane is the way from one shard's outbox to one destination. A lease lets one run of a
// job at a time work on it, so that the order is kept.
type Lane struct {
	Shard       int
	Destination string
}

// Aside is an action that a destination refused, or one of the same subject that has
// to stay behind it. It is past the cursor, and holds up no other subject.
type Aside struct {
	Seq     string
	Subject string    // "property/acme"; empty: holds up no other
	Tries   int       // refusals
	Since   time.Time // when it was set aside
	Next    time.Time // when to try it again; zero: as soon as it is the first of its subject
	Error   string    // of the last try
	At      time.Time // when the action was committed, as Entry.At
	Body    []byte
}

// Entered is what a run of a lane begins with: its actions aside, and the entries past its cursor.
type Entered struct {
	Aside   []Aside // all of them, in the order of their places
	Entries []Entry // as of Outbox
	Cursor  string  // to give to Delivered
}

// Settlement is the result of some deliveries.
type Settlement struct {
	Lease           // For 0 gives it back
	From, To string // moves the cursor, from where it was read; To empty: it stays

	Aside []Aside  // newly set aside, or tried again in vain
	Done  []string // places of the actions that are no longer aside
	All   []string // the names of all destinations: entries that all of them have had are dropped
}

// Waiting describes the deliveries left in a lane.
type Waiting struct {
	Lane
	Next   string    // place of the first entry that is past the cursor; empty: none
	NextAt time.Time // when that entry was committed, as Entry.At; zero: none
	Aside  int       // how many actions are aside
	First  Aside     // the first of them
}

// Retry says when a lane is to try its actions aside again.
type Retry struct {
	Lane
	At time.Time // to the millisecond
}

// Held is how much the outbox of one shard holds: actions that not all destinations have had.
type Held struct {
	Actions int
	Bytes   int64 // of the store's memory; 0 where the server does not say
}

// DefaultDestination is the name of the destination that has all actions while none is defined.
const DefaultDestination = "default"

// Lanes is the part of a Store that brings actions to destinations.
//
// A destination begins when it is defined (SetGlobal), and the default one also when the last of the others is removed: of each
// outbox it gets the entries that are committed from then on. Their places decide, and no clock. What an earlier destination of its
// name has not had, or has aside, is dropped; its circuit is closed; and a lane that was still on its way to it is lost. An edit of
// a destination changes none of that.
type Lanes interface {
	// Outbox acquires the lease of a lane and gives the entries past its cursor, with
	// the cursor to give to Delivered. If there are none, it gives the lease back.
	// busy: another run holds the lease.
	Outbox(ctx context.Context, l Lane, lease Lease, limit int) (entries []Entry, cursor string, busy bool, err error)
	// Enter acquires the lease of a lane and gives what a run begins with. Unlike Outbox it keeps the lease. busy: another run holds it.
	Enter(ctx context.Context, l Lane, lease Lease, limit int) (in Entered, busy bool, err error)
	// Delivered notes a settlement; false: another run has the lease, or has had it since, or has moved the
	// cursor, and nothing was noted.
	Delivered(ctx context.Context, l Lane, s Settlement) (bool, error)
	// Renew lets a lease last For from now on; false: its holder has lost it, or given it back. That of the sweeps of a shard is the
	// lane to "".
	Renew(ctx context.Context, l Lane, lease Lease) (bool, error)
	// Waiting gives the deliveries left in lanes, in their order.
	Waiting(ctx context.Context, lanes []Lane) ([]Waiting, error)
	// Begun gives the number of the last beginning of each destination that ever began. It tells a destination
	// from an earlier one of its name; those of a store from before there were beginnings have none.
	Begun(ctx context.Context) (map[string]int64, error)
	// Forget drops the actions that a lane has aside, and its Retry.
	Forget(ctx context.Context, l Lane) error

	// Held measures the outboxes of some shards, in their order. Its memory is an estimate.
	Held(ctx context.Context, shards []int) ([]Held, error)
	// Beyond gives entries of a shard's outbox past a place ("": from the first), in order. It needs no lease.
	Beyond(ctx context.Context, shard int, place string, limit int) ([]Entry, error)
	// Cursors gives for each of some destinations the place up to which it has had a shard's outbox.
	Cursors(ctx context.Context, shard int, destinations []string) ([]string, error)
	// Drop takes entries out of a shard's outbox, whoever has not had them. One that is not there does no harm.
	Drop(ctx context.Context, shard int, places []string) error

	// RetryAt notes a Retry.
	RetryAt(ctx context.Context, r Retry) error
	// Retries gives the retries that are due at an instant, the longest due first.
	Retries(ctx context.Context, at time.Time, limit int) ([]Retry, error)
	// Retried strikes a retry out, unless it was noted anew since.
	Retried(ctx context.Context, r Retry) error

	// Circuits gives the circuits of all destinations that have one, as JSON.
	Circuits(ctx context.Context) (map[string][]byte, error)
	// SetCircuit replaces the circuit of a destination; nil is none. false: the stored
	// one was not before.
	SetCircuit(ctx context.Context, destination string, before, after []byte) (bool, error)
	// Probe acquires the lease of the one lane that may try a destination while its
	// circuit is open, or gives it back (For 0); false: another lane has it.
	Probe(ctx context.Context, destination string, lease Lease) (bool, error)
}

// NewestFirst orders entries of several shards, whose places are not comparable.
func NewestFirst(a, b Entry) int {
	return cmp.Or(b.At.Compare(a.At), CompareSeq(b.Seq, a.Seq))
}

// CompareSeq orders places: two numbers, with a dash between them. A place gives an order and never a time: its numbers come
// from the clock of Redis, which may differ from those of the workers.
func CompareSeq(a, b string) int {
	m, i := parseSeq(a)
	n, j := parseSeq(b)
	return cmp.Or(cmp.Compare(m, n), cmp.Compare(i, j))
}

// parseSeq gives zeros for a text that is no place.
func parseSeq(seq string) (m, n int64) {
	head, tail, _ := strings.Cut(seq, "-")
	m, _ = strconv.ParseInt(head, 10, 64)
	n, _ = strconv.ParseInt(tail, 10, 64)
	return m, n
}

// Package quota has the quotas of properties: how much each may bring into Redis, so that none of them fills it for all.
//
// The defaults are settings of the processes. An operator sets others for one property. They are kept beside its definition and not in it:
// who may define a property must not raise its quotas, and they stay when it is removed and defined anew.
package quota

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Kind is what a quota bounds.
type Kind string

// The kinds.
const (
	Events      Kind = "events"           // a second, by HTTP
	NewVisitors Kind = "new_visitors"     // visitors and chats a day, in UTC, that nothing was known of before, by HTTP
	Waiting     Kind = "waiting_messages" // messages of triggers and of the rescue ladder that wait for their time
)

// Limits are the quotas of a property. 0 is the default, and among the defaults no bound.
type Limits struct {
	Events      int `json:"events,omitempty"`
	NewVisitors int `json:"new_visitors,omitempty"`
	Waiting     int `json:"waiting_messages,omitempty"`
}

// Or has the defaults for those that are 0.
func (l Limits) Or(d Limits) Limits {
	return Limits{cmp.Or(l.Events, d.Events), cmp.Or(l.NewVisitors, d.NewVisitors), cmp.Or(l.Waiting, d.Waiting)}
}

// Reader is as much of a store as reading quotas takes.
type Reader interface {
	GlobalsOf(ctx context.Context, kind store.Global, names []string) ([][]byte, error)
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
	WaitSums(ctx context.Context) (map[string]int, error)
}

// Store is as much of a store as quotas need.
type Store interface {
	Reader
	SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error)
}

const (
	ownFor   = 5 * time.Second // how long quotas of properties hold that were read: an edit counts after that
	waitsFor = time.Second     // how long the sums of waiting messages do: workers do not know of each other's newer ones
)

// Book has the quotas of all properties for one process, and notes what was refused. It is for any number of goroutines.
type Book struct {
	store    Store
	now      func() time.Time
	defaults Limits

	mu      sync.Mutex
	own     map[string]Limits
	ownRead time.Time
	waits   map[string]int // messages, with those of this process that were decided on since
	counted time.Time
	refused map[string]map[Kind]int // and not written yet
}

// NewBook makes a Book with some defaults.
func NewBook(db Store, now func() time.Time, defaults Limits) *Book {
	return &Book{store: db, now: now, defaults: defaults, refused: make(map[string]map[Kind]int)}
}

// Of gives the quotas of a property.
func (b *Book) Of(ctx context.Context, property string) (Limits, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(ctx, property)
}

func (b *Book) of(ctx context.Context, property string) (Limits, error) {
	if now := b.now(); b.own == nil || now.Sub(b.ownRead) >= ownFor {
		own, err := Own(ctx, b.store)
		if err != nil {
			return Limits{}, err
		}
		b.own, b.ownRead = own, now
	}
	return b.own[property].Or(b.defaults), nil
}

// Room is how many more messages may wait on a property, and the most that may. Messages are counted as the store says, a second ago at most,
// and as this process has decided since: several workers may go beyond by what they decide on in a second.
func (b *Book) Room(ctx context.Context, property string) (left, most int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limits, err := b.of(ctx, property)
	if err != nil {
		return 0, 0, err
	}
	if now := b.now(); b.waits == nil || now.Sub(b.counted) >= waitsFor {
		sums, err := b.store.WaitSums(ctx)
		if err != nil {
			return 0, 0, err
		}
		b.waits, b.counted = sums, now
	}
	if limits.Waiting == 0 {
		return unbounded, unbounded, nil
	}
	return limits.Waiting - b.waits[property], limits.Waiting, nil
}

// unbounded is out of reach, and leaves room to count on.
const unbounded = math.MaxInt / 2

// Waits notes that so many more messages wait on a property; fewer, where it is below 0.
func (b *Book) Waits(property string, more int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waits != nil {
		b.waits[property] += more
	}
}

// Own gives the quotas that were set for properties, by their ids.
func Own(ctx context.Context, db Reader) (map[string]Limits, error) {
	bodies, err := db.Globals(ctx, store.GlobalQuota)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Limits, len(bodies))
	for property, body := range bodies {
		var l Limits
		if err := json.Unmarshal(body, &l); err != nil {
			return nil, fmt.Errorf("decoding the quotas of %q: %w", property, err)
		}
		all[property] = l
	}
	return all, nil
}

// Set sets the quotas of a property, which need not be defined; the zero value gives it the defaults.
func Set(ctx context.Context, db Store, property string, l Limits) error {
	var after []byte
	if l != (Limits{}) {
		var err error
		if after, err = json.Marshal(l); err != nil {
			return fmt.Errorf("encoding the quotas of %q: %w", property, err)
		}
	}
	for range tries {
		bodies, err := db.GlobalsOf(ctx, store.GlobalQuota, []string{property})
		if err != nil {
			return err
		}
		if done, err := db.SetGlobal(ctx, store.GlobalQuota, property, bodies[0], after); done || err != nil {
			return err
		}
	}
	return fmt.Errorf("setting the quotas of %q: %w", property, store.ErrContended)
}

const tries = 20 // when others are quicker

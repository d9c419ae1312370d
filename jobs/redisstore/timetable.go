package redisstore

import (
	"math"
	"slices"
	"sync"
	"time"
)

// timetable is what a process knows of the timetables of all shards. With it, an idle worker need not read each of them with every
// beat: one command tells which have been written since.
type timetable struct {
	mu     sync.Mutex
	shards []known
	minute time.Time // of the last look at all
}

// known is what was read of one timetable.
type known struct {
	dues  string    // how often it had been written by then; empty: never
	first time.Time // when the first subject is due
}

// never comes after every due time.
func never() time.Time { return time.UnixMilli(math.MaxInt64).UTC() }

// changed gives what is known of all shards, with how often they have been written by now, and those that have to be read. A timetable that
// is written after that, and before it is read, counts as changed the next time. Once a minute, at the beat at which boundaries come,
// all have to be read: a worker of an older version does not count what it writes.
func (t *timetable) changed(dues []string, at time.Time) (shards []known, changed []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := len(t.shards) != len(dues) || !t.minute.Equal(at.Truncate(time.Minute))
	shards = slices.Clone(t.shards)
	if all {
		shards = make([]known, len(dues))
	}
	for n, now := range dues {
		if all || now != shards[n].dues {
			changed = append(changed, n)
		}
		shards[n].dues = now
	}
	return shards, changed
}

// keep keeps what was read.
func (t *timetable) keep(shards []known, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shards, t.minute = shards, at.Truncate(time.Minute)
}

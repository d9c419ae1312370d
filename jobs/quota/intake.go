package quota

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// Intake bounds how much one property, and one key, brings into Redis by events, so that none of them fills it for all. The zero value of
// each bounds nothing. They belong to the process: no key may change them. It is for any number of goroutines.
type Intake struct {
	Store IntakeStore
	Now   func() time.Time
	Limits
	Keyed int   // events a second of a key, as those of a property
	Book  *Book // has the limits of each property instead, and notes what is refused; nil: all have the same

	mu    sync.Mutex
	rates map[string]*rate.Limiter
	known map[store.Subject]bool // records that were there, or were counted, on a day
	day   string                 // of known, in UTC
}

// IntakeStore is as much of a store as an Intake needs.
type IntakeStore interface {
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Count(ctx context.Context, at time.Time, add map[string]int64) (map[string]int64, error)
}

const (
	quotaBytes   = 4 << 10 // of an event that counts once; a larger one counts once for each that it begins
	quotaBurst   = 10      // seconds whose events may come at once
	mostLimiters = 10_000  // beyond that, all begin anew
	mostRecords  = 100_000 // that are known to be there; likewise
)

// Refusal is why an event is refused. The zero value: it is not.
type Refusal struct {
	Quota Kind
	ByKey bool // the quota is that of the key
	Most  int  // what the quota is
}

// Refuse gives for each of some events why it is refused, and how long to wait until more are taken. key is the name of the one they came
// with, and bytes is the size of all of them.
func (q *Intake) Refuse(ctx context.Context, key string, bytes int, events []*event.Event) (refused []Refusal, wait time.Duration, err error) {
	refused = make([]Refusal, len(events))
	if q == nil || len(events) == 0 {
		return refused, 0, nil
	}
	each := 1 + bytes/len(events)/quotaBytes
	counts := make(map[string]int)
	for _, e := range events {
		counts[e.Data.Property] += each
	}
	delete(counts, "") // events of agents are those of no property
	for property, n := range counts {
		limits, err := q.of(ctx, property)
		if err != nil {
			return nil, 0, err
		}
		left := q.spend("property "+property, limits.Events, n)
		if left == 0 {
			continue
		}
		wait = max(wait, left)
		q.note(property, Events, n/each)
		for i, e := range events {
			if e.Data.Property == property {
				refused[i] = Refusal{Quota: Events, Most: limits.Events}
			}
		}
	}
	if left := q.spend("key "+key, q.Keyed, each*len(events)); left > 0 {
		wait = max(wait, left)
		for i := range refused {
			refused[i] = Refusal{Quota: Events, ByKey: true, Most: q.Keyed}
		}
	}
	later, err := q.refuseNew(ctx, events, refused)
	return refused, max(wait, later), err
}

// of gives the quotas of a property.
func (q *Intake) of(ctx context.Context, property string) (Limits, error) {
	if q.Book == nil {
		return q.Limits, nil
	}
	return q.Book.Of(ctx, property)
}

// note notes that so many events of a property were refused.
func (q *Intake) note(property string, kind Kind, n int) {
	if q.Book != nil {
		q.Book.Refused(property, kind, n)
	}
}

// spend counts so many events of somebody, and gives 0; or it counts none, and says how long to wait.
func (q *Intake) spend(who string, most, n int) time.Duration {
	if most == 0 {
		return 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now, l := q.Now(), q.rates[who]
	if l == nil || l.Limit() != rate.Limit(most) {
		if q.rates == nil || len(q.rates) >= mostLimiters {
			q.rates = make(map[string]*rate.Limiter)
		}
		l = rate.NewLimiter(rate.Limit(most), max(quotaBurst*most, 2*event.MaxEvents)) // a whole request fits
		q.rates[who] = l
	}
	asked := l.ReserveN(now, n)
	left := asked.DelayFrom(now)
	if left > 0 {
		asked.CancelAt(now)
	}
	return left
}

// refuseNew refuses events of visitors and chats that nothing is known of, of properties that have had as many today as they may.
// Those that are known go on. It asks Redis only for those whom this process has not met yet: one query for whether they are there, and one
// that counts those that are not.
func (q *Intake) refuseNew(ctx context.Context, events []*event.Event, refused []Refusal) (wait time.Duration, err error) {
	if q.Book == nil && q.NewVisitors == 0 {
		return 0, nil
	}
	now := q.Now()
	strangers := q.strangers(events, refused, now)
	if len(strangers) == 0 {
		return 0, nil
	}
	records, err := q.Store.Load(ctx, strangers)
	if err != nil {
		return 0, err
	}
	add, order := make(map[string]int64), make(map[store.Subject]int64) // the number of each new one, among those of its property
	for i := range records {
		s := records[i].Subject
		if property := payer(s); records[i].Rev == 0 {
			add[property]++
			order[s] = add[property]
		}
	}
	stand, err := q.Store.Count(ctx, now, add)
	if err != nil {
		return 0, err
	}
	most, over := make(map[string]int), make(map[store.Subject]bool)
	for property := range add {
		limits, err := q.of(ctx, property)
		if err != nil {
			return 0, err
		}
		most[property] = limits.NewVisitors
	}
	q.mu.Lock()
	for _, s := range strangers {
		property, n := payer(s), order[s]
		if over[s] = n > 0 && most[property] > 0 && stand[property]-add[property]+n > int64(most[property]); !over[s] {
			if q.known == nil || len(q.known) >= mostRecords {
				q.known = make(map[store.Subject]bool)
			}
			q.known[s] = true
		}
	}
	q.mu.Unlock()
	for i, e := range events {
		if s, _ := store.Addressee(e); refused[i] == (Refusal{}) && over[s] {
			property := payer(s)
			refused[i] = Refusal{Quota: NewVisitors, Most: most[property]}
			q.note(property, NewVisitors, 1)
			wait = now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
		}
	}
	return wait, nil
}

// strangers are the visitors and chats of the events that are not refused whom this process has not met yet on that day, each once.
func (q *Intake) strangers(events []*event.Event, refused []Refusal, now time.Time) (list []store.Subject) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != q.day { // records may have gone since, and those that were counted are counted once a day
		q.known, q.day = nil, day
	}
	met := make(map[store.Subject]bool)
	for i, e := range events {
		s, ok := store.Addressee(e)
		if ok && refused[i] == (Refusal{}) && payer(s) != "" && !q.known[s] && !met[s] {
			met[s] = true
			list = append(list, s)
		}
	}
	return list
}

// payer is the property on whose quota a record is; empty for an agent, who is on none.
func payer(s store.Subject) string {
	if property, _, ok := s.Visitor(); ok {
		return property
	}
	if property, _, ok := s.Chat(); ok {
		return property
	}
	return ""
}

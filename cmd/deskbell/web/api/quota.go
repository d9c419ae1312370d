package api

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// Quotas bound how much one property, and one key, brings into Redis by events, so that none of them fills it for all. The zero value of
// each bounds nothing. They belong to the process: no key may change them.
type Quotas struct {
	Store  QuotaStore
	Now    func() time.Time
	Events int // a second of a property; an event counts once for each 4 KB that it begins. Those of ten seconds may come at once
	Keyed  int // the same of a key
	New    int // visitors and chats a day, in UTC, of a property that nothing was known of before: each is a record. All processes share it

	Book *quota.Book // has Events and New of each property instead, and notes what is refused; nil: all have the same

	mu    sync.Mutex
	rates map[string]*rate.Limiter
	known map[store.Subject]bool // records that were there, or were counted, on a day
	day   string                 // of known, in UTC
}

// of gives the quotas of a property.
func (q *Quotas) of(ctx context.Context, property string) (quota.Limits, error) {
	if q.Book == nil {
		return quota.Limits{Events: q.Events, NewVisitors: q.New}, nil
	}
	return q.Book.Of(ctx, property)
}

// note notes that so many events of a property were refused.
func (q *Quotas) note(property string, kind quota.Kind, n int) {
	if q.Book != nil && n > 0 {
		q.Book.Refused(property, kind, n)
	}
}

// QuotaStore is as much of a store as quotas need.
type QuotaStore interface {
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Count(ctx context.Context, at time.Time, add map[string]int64) (map[string]int64, error)
}

const (
	overQuota = "over_quota" // a result of an event

	quotaBytes   = 4 << 10 // of an event that counts once
	quotaBurst   = 10      // seconds whose events may come at once
	mostLimiters = 10_000  // beyond that, all begin anew
	mostRecords  = 100_000 // that are known to be there; likewise
)

// refuse refuses the events of some verdicts that are over a quota, and says how long to wait before more are taken. bytes is the size of
// the request.
func (q *Quotas) refuse(ctx context.Context, key edit.Key, bytes int, verdicts []verdict) (wait time.Duration, err error) {
	if q == nil || len(verdicts) == 0 {
		return 0, nil
	}
	each := 1 + bytes/len(verdicts)/quotaBytes
	counts := make(map[string]int)
	for i := range verdicts {
		if v := &verdicts[i]; v.status == taken {
			counts[v.item.Event.Data.Property] += each
			counts[""] += each // of the key
		}
	}
	for name, n := range counts {
		limits, err := q.of(ctx, name)
		if err != nil {
			return 0, err
		}
		who, most := "property "+name, limits.Events
		if name == "" {
			who, most = "key "+key.Name, q.Keyed
		}
		left := q.spend(who, most, n)
		if left == 0 {
			continue
		}
		wait = max(wait, left)
		if name != "" {
			q.note(name, quota.Events, n/each)
		}
		for i := range verdicts {
			if v := &verdicts[i]; v.status == taken && (name == "" || v.item.Event.Data.Property == name) {
				v.overrun(fmt.Sprintf("is over its quota of %d events a second", most), "as many, each of 4 KB, of a property; its operator sets it by DESKBELL_EVENT_RATE, or by deskbell quotas set")
				if name == "" {
					v.faults[0].Problem, v.faults[0].Allowed = fmt.Sprintf("came with a key that is over its quota of %d events a second", most), "as many, each of 4 KB, with a key; DESKBELL_KEY_EVENT_RATE sets it"
				}
			}
		}
	}
	later, err := q.refuseNew(ctx, verdicts)
	return max(wait, later), err
}

func (v *verdict) overrun(problem, allowed string) {
	v.status = overQuota
	v.faults = event.Faults{{Path: "/data/property", Value: v.item.Event.Data.Property, Problem: problem, Allowed: allowed}}
}

// spend counts so many events of somebody, and gives 0; or it counts none, and says how long to wait.
func (q *Quotas) spend(who string, most, n int) time.Duration {
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
func (q *Quotas) refuseNew(ctx context.Context, verdicts []verdict) (wait time.Duration, err error) {
	if q.Book == nil && q.New == 0 {
		return 0, nil
	}
	now := q.Now()
	strangers := q.strangers(verdicts, now)
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
		if property := quotaOf(s); records[i].Rev == 0 {
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
		property, n := quotaOf(s), order[s]
		if over[s] = n > 0 && most[property] > 0 && stand[property]-add[property]+n > int64(most[property]); !over[s] {
			if q.known == nil || len(q.known) >= mostRecords {
				q.known = make(map[store.Subject]bool)
			}
			q.known[s] = true
		}
	}
	q.mu.Unlock()
	for i := range verdicts {
		v := &verdicts[i]
		if s, _ := store.Addressee(&v.item.Event); v.status == taken && over[s] {
			property := quotaOf(s)
			v.overrun(fmt.Sprintf("has had its quota of %d new visitors and chats today", most[property]), "events of those who are known, and new ones from midnight UTC on; its operator sets it by DESKBELL_NEW_VISITORS, or by deskbell quotas set")
			q.note(property, quota.NewVisitors, 1)
			wait = now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
		}
	}
	return wait, nil
}

// strangers are the visitors and chats of some events that this process has not met yet on that day, each once.
func (q *Quotas) strangers(verdicts []verdict, now time.Time) (list []store.Subject) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != q.day { // records may have gone since, and those that were counted are counted once a day
		q.known, q.day = nil, day
	}
	met := make(map[store.Subject]bool)
	for i := range verdicts {
		s, ok := store.Addressee(&verdicts[i].item.Event)
		if ok && verdicts[i].status == taken && quotaOf(s) != "" && !q.known[s] && !met[s] {
			met[s] = true
			list = append(list, s)
		}
	}
	return list
}

// quotaOf is the property on whose quota a record is; empty for an agent, who is on none.
func quotaOf(s store.Subject) string {
	if property, _, ok := s.Visitor(); ok {
		return property
	}
	if property, _, ok := s.Chat(); ok {
		return property
	}
	return ""
}

package api

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
)

const overQuota = "over_quota" // a result of an event

// refuseOver refuses the events of some verdicts that are over a quota, and says how long to wait before more are taken. bytes is the size of
// the request.
func (s *service) refuseOver(ctx context.Context, key edit.Key, bytes int, verdicts []verdict) (wait time.Duration, err error) {
	var good []*verdict
	var events []*event.Event
	for i := range verdicts {
		if v := &verdicts[i]; v.status == taken {
			good, events = append(good, v), append(events, &v.item.Event)
		}
	}
	if len(good) == 0 {
		return 0, nil
	}
	refused, wait, err := s.Quotas.Refuse(ctx, key.Name, bytes*len(good)/len(verdicts), events)
	for i, r := range refused {
		if r != (quota.Refusal{}) {
			problem, allowed := overrun(r)
			good[i].status = overQuota
			good[i].faults = event.Faults{{Path: "/data/property", Value: events[i].Data.Property, Problem: problem, Allowed: allowed}}
		}
	}
	return wait, err
}

// overrun says what is wrong with an event that is over a quota, and what would be allowed.
func overrun(r quota.Refusal) (problem, allowed string) {
	switch {
	case r.ByKey:
		return fmt.Sprintf("came with a key that is over its quota of %d events a second", r.Most), "as many, each of 4 KB, with a key; DESKBELL_KEY_EVENT_RATE sets it"
	case r.Quota == quota.NewVisitors:
		return fmt.Sprintf("has had its quota of %d new visitors and chats today", r.Most),
			"events of those who are known, and new ones from midnight UTC on; its operator sets it by DESKBELL_NEW_VISITORS, or by deskbell quotas set"
	}
	return fmt.Sprintf("is over its quota of %d events a second", r.Most),
		"as many, each of 4 KB, of a property; its operator sets it by DESKBELL_EVENT_RATE, or by deskbell quotas set"
}

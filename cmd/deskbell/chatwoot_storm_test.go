package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestVisitorsOfChatwootAreAnsweredOnce loses every second webhook and sends others twice, has the API fail in every way, and kills the
// worker at each: every visitor gets the message that is for them, once, and nobody gets another.
func TestVisitorsOfChatwootAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	o, webhooks := newOnline(t), new(handed)
	d := newChatwootDesk(t, webhooks)
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env, _ := d.rescuing(o, address)
	start(t, 0, env, "web", "--listen", address).says("web started")
	worker := start(t, 0, env, "worker")
	rdb := o.server.Client(t)
	redistest.Wait(t, "a worker tends it", func() bool { return rdb.HExists(t.Context(), "deskbell:{all}:tended", "support").Val() })

	var all []int
	for n, status := range []int{0, 503, 429, 422, 500} {
		d.SetFaults(fake.Faults{LoseEvery: 2, TwiceEvery: 3, Status: status})
		for range 3 {
			all = append(all, d.begin(fmt.Sprint("Hello ", n)))
		}
		if status == 0 {
			redistest.Wait(t, "somebody is answered", func() bool {
				return slices.ContainsFunc(all, func(c int) bool { return d.has(c, rescued) > 0 })
			})
		} else {
			worker = start(t, 0, env, "worker")
			redistest.Wait(t, fmt.Sprint("it is answered ", status), func() bool {
				return slices.ContainsFunc(d.Log(), func(e fake.Entry) bool { return !e.Webhook && e.Status == status })
			})
		}
		worker.kill()
	}
	d.SetFaults(fake.Faults{LoseEvery: 2, TwiceEvery: 3})
	written := time.Now()
	worker = start(t, 0, env, "worker")
	redistest.Wait(t, "everything is known", func() bool { // a task that a killed worker held is left for the next minute's
		var is jobs.Tended
		var kept chatwootKept
		body, err := rdb.HGet(t.Context(), "deskbell:{all}:tended", "support").Bytes()
		d.must(cmp.Or(err, json.Unmarshal(body, &is)))
		return json.Unmarshal(is.Kept, &kept) == nil && is.Problem == "" && kept.Until.After(written)
	})
	redistest.Wait(t, "everybody is answered", func() bool {
		return !slices.ContainsFunc(all, func(c int) bool { return d.has(c, rescued) == 0 })
	})
	redistest.Wait(t, "all webhooks have come", d.Settled)
	worker.stop()
	for _, c := range d.Conversations(3) {
		if len(c.Messages) != 2 || d.has(c.ID, rescued) != 1 {
			t.Errorf("the conversation %d has %+v", c.ID, c.Messages)
		}
	}
}

package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestHowLateMessagesAreIsMeasured has three of them wait: one for its task, and two over leaps of the clock, after which sweeps find them.
// Another visitor's event comes when all that it begins is over: no worker is late for that.
func TestHowLateMessagesAreIsMeasured(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(`{"properties": {"acme": {
		"triggers": [
			{"name": "Soon", "type": "site", "delay": "1s", "expiry": "1h", "message": "Hello"},
			{"name": "Later", "type": "site", "delay": "1h", "message": "Still here?"}],
		"rescue": [{"after": "10m", "send_message": "We are nearly with you"}]
	}}}`)
	b.worker()
	b.quiet()
	scrape(t, b.metrics).expect(map[string]float64{"deskbell_message_lag_seconds_count": 0})
	began := b.clock.now().Truncate(time.Millisecond)
	at := func(e event.Event, when time.Time) event.Event {
		e.Time = when
		return e
	}
	b.send(at(event.NewVisitorArrived("acme", "late", "s2"), began.Add(-2*time.Hour)))
	b.send(at(event.NewVisitorArrived("acme", "v1", "s1"), began), at(event.NewChatRequested("acme", "v2", "c2"), began))
	var before float64
	for i, after := range []time.Duration{time.Second, 10 * time.Minute, time.Hour} {
		due, late := began.Add(after), time.Duration(0)
		if i > 0 { // three seconds late, at least
			late = 3 * time.Second
			b.clock.set(due.Add(late))
		}
		redistest.Wait(t, fmt.Sprint("messages dealt with: ", i+1), func() bool {
			return scrape(t, b.metrics).value("deskbell_message_lag_seconds_count") >= float64(i+1)
		})
		b.quiet()
		now := scrape(t, b.metrics)
		now.expect(map[string]float64{"deskbell_message_lag_seconds_count": float64(i + 1)})
		sum := now.value("deskbell_message_lag_seconds_sum")
		if lag, most := sum-before, b.clock.now().Sub(due).Seconds(); lag < late.Seconds() || lag > most {
			t.Errorf("the message of %s came %v seconds late, want %v to %v", after, lag, late.Seconds(), most)
		}
		before = sum
	}
}

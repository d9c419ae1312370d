package jobs_test

import (
	"fmt"
	"testing"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/quota"
)

func TestEventsAreCountedByTheWayTheyCame(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(`{"properties": {"acme": {}}}`)
	b.worker()
	b.quiet()
	b.send(arrived("v1"), arrived("v2"))
	b.must(b.client.CameBy(enqueue.ByHTTP).Send(t.Context(), arrived("v3"), arrived("v4"), arrived("v5")))
	for id, by := range map[string]string{"plain": "", "of-a-way-of-its-own": `, "by": "carrier pigeon"`} {
		payload := fmt.Sprintf(`{"events": [{"specversion": "1.0", "id": %q, "type": "visitor.arrived", "source": "app", "time": "2026-11-23T08:30:00Z",
			"data": {"property": "acme", "visitor": %q, "visit": "t1"}}]%s}`, id, id, by)
		_, err := asynq.NewClientFromRedisClient(b.rdb).Enqueue(asynq.NewTask("event:take", []byte(payload)), asynq.Queue(enqueue.EventQueue), asynq.TaskID(id))
		b.must(err)
	}
	b.quiet()
	scrape(b, b.metrics).expect(map[string]float64{
		`deskbell_events_received_total{by="http"}`: 3, `deskbell_events_received_total{by="redis"}`: 4, `deskbell_events_total{result="taken"}`: 7,
	})
}

// TestWhoIsOverAQuotaHasFigures refuses something to more properties than have figures of their own.
func TestWhoIsOverAQuotaHasFigures(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	figures := func() scraped { return scrape(b, jobs.NewRedisMetrics(b.client, b.rdb, b.log)) }
	figures().expect(map[string]float64{"deskbell_properties_over_quota": 0})
	book := quota.NewBook(b.store, b.clock.now, quota.Limits{})
	for i := range 60 {
		book.Refused(fmt.Sprintf("p%02d", i), quota.Events, i+1)
	}
	book.Refused("p00", quota.Waiting, 100)
	b.must(book.Write(t.Context()))
	now := figures()
	now.expect(map[string]float64{
		"deskbell_properties_over_quota": 60, `deskbell_quota_refused{property="p59",quota="events"}`: 60,
		`deskbell_quota_refused{property="p00",quota="events"}`: 1, `deskbell_quota_refused{property="p00",quota="waiting_messages"}`: 100,
	})
	if now.has(`deskbell_quota_refused{property="p10",quota="events"}`) || !now.has(`deskbell_quota_refused{property="p11",quota="events"}`) {
		t.Error("not the fifty with most have figures")
	}
}

package redisstore_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// Records in Redis may have been put there by hand, or restored from half a backup.
func TestRecordsThatAreNoneHoldUpNobody(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	db, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 1, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	due := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, name := range []string{"nothing", "no-state", "no-definition", "no-revision"} {
		if err := rdb.ZAdd(t.Context(), "deskbell:{0}:due", redis.Z{Score: 1, Member: "property/" + name}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := rdb.HSet(t.Context(), "deskbell:{0}:def", "property/no-state", "{}", "property/no-revision", "{}").Err(); err != nil {
		t.Fatal(err)
	}
	if err := rdb.HSet(t.Context(), "deskbell:{0}:state", "property/no-definition", "5 {}", "property/no-revision", "{}").Err(); err != nil {
		t.Fatal(err)
	}
	good := store.PropertySubject("good")
	if ok, err := db.Edit(t.Context(), store.Edit{Subject: good, NewRev: 1000, Definition: []byte(`{}`), Due: due}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	claim, err := db.Claim(t.Context(), 0, store.Lease{Holder: "a", For: time.Minute}, due, 2)
	if err != nil || len(claim.Records) != 1 || claim.Records[0].Subject != good {
		t.Errorf("got %+v, %v", claim, err)
	}
	page, _, err := db.Page(t.Context(), 0, "", 9)
	if err != nil || len(page) != 1 || page[0].Subject != good {
		t.Errorf("a page of %+v, %v", page, err)
	}
}

// An older worker did not write when it committed an action: the action itself says when it was decided. Places in a stream come
// from the clock of Redis, and say nothing.
func TestActionsOfAnOlderWorkerHaveATime(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	db, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 1, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	decided := time.Date(2026, 11, 23, 9, 0, 0, 250_000_000, time.UTC)
	body := `{"specversion":"1.0","id":"i","type":"widget.state_changed","source":"deskbell","time":"2026-11-23T09:00:00.25Z","data":{}}`
	for _, seq := range []string{"1-1", "1-2"} {
		if err := rdb.XAdd(t.Context(), &redis.XAddArgs{Stream: "deskbell:{0}:out", ID: seq, Values: []any{"a", body}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := rdb.HSet(t.Context(), "deskbell:{0}:aside:hook", "1-1", `{"tries":1,"since":"2026-11-23T10:00:00Z"}`+"\n"+body).Err(); err != nil {
		t.Fatal(err)
	}
	lane := store.Lane{Destination: "hook"}
	waiting, err := db.Waiting(t.Context(), []store.Lane{lane})
	if err != nil || len(waiting) != 1 || !waiting[0].NextAt.Equal(decided) || !waiting[0].First.At.Equal(decided) {
		t.Errorf("waiting: %+v, %v", waiting, err)
	}
	entries, _, _, err := db.Outbox(t.Context(), lane, store.Lease{Holder: "a", For: time.Minute}, 9)
	if err != nil || len(entries) != 2 || !entries[1].At.Equal(decided) {
		t.Errorf("the outbox has %+v, %v", entries, err)
	}
}

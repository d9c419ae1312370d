package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// kept is how many actions a visitor's record keeps.
const kept = 20

// talk writes the record of a visitor with so many messages, m1 the first.
func (b *bundle) talk(visitor string, count int) {
	b.Helper()
	var told []string
	for n := max(1, count-kept+1); n <= count; n++ {
		told = append(told, fmt.Sprintf(`{"specversion":"1.0","id":"m%d","type":"message.send","source":"deskbell","time":"2026-11-23T09:00:00Z","data":{"visit":"s1","text":"No. %d"}}`, n, n))
	}
	state := `{"visit": {"visits": [{"id": "s1", "arrived": "2026-11-23T08:00:00Z"}]}, "told": [` + strings.Join(told, ",") + `]}`
	s := store.VisitorSubject("acme", visitor)
	records, err := b.store.Load(b.Context(), []store.Subject{s})
	b.must(err)
	lost, err := b.store.Commit(b.Context(), []store.Change{{
		Subject: s, Rev: records[0].Rev, Woken: records[0].Woken, NewRev: 1, State: []byte(state), At: morning(9, 0),
		Actions: []store.Outgoing{{Body: []byte("{}"), To: []string{}}},
	}})
	b.must(err)
	if len(lost) > 0 {
		b.Fatalf("%s was written by another", s)
	}
}

// ids are those of actions, in order.
func ids(list []view.FeedItem) string {
	var names []string
	for _, t := range list {
		names = append(names, t.ID)
	}
	return strings.Join(names, " ")
}

// TestVisitsOutliveRedis takes Redis away while two pages watch; one of them comes in that time.
func TestVisitsOutliveRedis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		away, back func(*redistest.Server, testing.TB)
	}{
		{"that hangs", (*redistest.Server).Pause, (*redistest.Server).Resume},
		{"that is killed and started again", (*redistest.Server).Stop, (*redistest.Server).Restart},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, redistest.AOF, "appendfsync always")
			b := newBundle(t, setup{redis: server.Options()})
			v := b.visits()
			page := b.visit(v, "v1", "s1", "")
			b.talk("v1", 1)
			if got := ids(b.told(page, 1)); got != "m1" {
				t.Errorf("before, it is told %s", got)
			}
			c.away(server, t)
			late := b.visit(v, "v1", "s1", "m1")
			c.back(server, t)
			b.talk("v1", 3)
			for name, w := range map[string]*view.Subscription{"a page that stayed": page, "a page that came meanwhile": late} {
				if got := ids(b.told(w, 2)); got != "m2 m3" {
					t.Errorf("after it, %s is told %s", name, got)
				}
			}
			b.talk("v1", 4) // and later messages come as before
			if got := ids(b.told(page, 1)); got != "m4" {
				t.Errorf("afterwards it is told %s", got)
			}
		})
	}
}

// TestASlowPageHoldsUpNoOther has one page that reads nothing, while it and others get many messages.
func TestASlowPageHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	v := b.visits()
	slow, quick, other := b.visit(v, "v1", "s1", ""), b.visit(v, "v1", "s1", ""), b.visit(v, "v2", "s1", "")
	const all = kept + 10
	for n := 1; n <= all; n++ {
		b.talk("v1", n)
		b.talk("v2", n)
		for _, w := range []*view.Subscription{quick, other} {
			if got, want := ids(b.told(w, 1)), fmt.Sprint("m", n); got != want {
				t.Fatalf("told %s, want %s", got, want)
			}
		}
	}
	<-slow.News
	got := slow.Items()
	if len(got) != kept || got[0].ID != fmt.Sprint("m", all-kept+1) || got[kept-1].ID != fmt.Sprint("m", all) {
		t.Errorf("at last it is told %s", ids(got))
	}
	if again := slow.Items(); len(again) > 0 {
		t.Errorf("and told again %s", ids(again))
	}
}

// TestVisitsLeaveNothingBehind ends while pages are open, also while Redis is away. It is alone, as TestNoGoroutineStays.
//
//nolint:paralleltest // see there
func TestVisitsLeaveNothingBehind(t *testing.T) {
	for _, away := range []bool{false, true} {
		server := redistest.Start(t)
		before := goleak.IgnoreCurrent()
		b := newBundle(t, setup{redis: server.Options()})
		v := view.NewVisitFeed(b.client.Reader)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			v.Run(ctx)
		}()
		open, closed := b.visit(v, "v1", "s1", ""), b.visit(v, "v1", "s1", "")
		b.talk("v1", 1)
		b.told(open, 1)
		closed.Close()
		closed.Close() // twice is once
		if away {
			server.Stop(t)
		}
		cancel()
		<-ended
		open.Close()
		b.must(b.rdb.Close())
		if err := goleak.Find(before); err != nil {
			t.Errorf("Redis away %t: %v", away, err)
		}
	}
}

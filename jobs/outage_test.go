package jobs_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestRedisAway takes Redis away across a boundary. Everything happens once, and by
// itself, when it is back.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		settings   []redistest.Setting
		away, back func(*redistest.Server, testing.TB)
	}{
		{"hanging for six seconds", nil, (*redistest.Server).Pause, (*redistest.Server).Resume},
		{"killed and started again from its append-only file", []redistest.Setting{redistest.AOF, "appendfsync always"}, (*redistest.Server).Stop, (*redistest.Server).Restart},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, c.settings...)
			b := newBundle(t, setup{redis: server.Options()})
			b.define(shop)
			b.worker()
			b.worker()
			b.quiet()
			b.clock.dueAfter(morning(9, 0), 500*time.Millisecond)
			pauseUntil(b, morning(9, 0).Add(-400*time.Millisecond))
			c.away(server, t)
			pauseUntil(b, morning(9, 0).Add(5600*time.Millisecond))
			c.back(server, t)
			b.becomes("acme", widget.Online)
			redistest.Wait(t, "all is told", func() bool { return len(b.at("all", morning(9, 0))) >= 7 && len(b.out.notices()) >= 2 })
			b.quietButForOrphans()
			b.opens(t)
			b.inOrder(t)
		})
	}
}

// pauseUntil waits for the clock: the test is about how long Redis is away.
func pauseUntil(b *bundle, t time.Time) {
	<-time.After(t.Sub(b.clock.now()))
}

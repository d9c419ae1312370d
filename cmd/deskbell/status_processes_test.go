package main

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestProcessesWithDifferentTimeZones are warned about in the log of each, in status, and by a command with yet another.
func TestProcessesWithDifferentTimeZones(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_LISTEN="}
	first := startAhead(t, 0, append(env, "DESKBELL_TIME_ZONE=UTC"), "worker")
	first.says("worker started")
	second := startAhead(t, 0, append(env, "DESKBELL_TIME_ZONE=Asia/Tokyo"), "worker")
	const differ = "processes have different DESKBELL_TIME_ZONE, so that they disagree about hours: Asia/Tokyo, Etc/UTC; give all the same"
	second.says("DESKBELL_TIME_ZONE is Asia/Tokyo here, and was UTC for the worker that started last", "worker started")
	first.says(differ)
	redistest.Wait(t, "status warns", func() bool { return strings.Contains(o.run("", "", "status").stdout, "Warning: "+differ) })
	redistest.Wait(t, "a command with another zone warns", func() bool {
		return strings.Contains(o.run("", "", "status").stderr, "DESKBELL_TIME_ZONE is UTC here, and was Asia/Tokyo")
	})
	list := o.run("", "", "status", "--json").stdout
	for _, want := range []string{`"processes":[`, `"Asia/Tokyo"`, `"UTC"`} {
		if !strings.Contains(list, want) {
			t.Errorf("status --json has no %s: %s", want, list)
		}
	}
	first.stop()
	second.stop()
}

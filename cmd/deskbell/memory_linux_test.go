package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// mostMemory is what a worker may ever take of a machine's memory, in bytes.
const mostMemory = 200 << 20

// TestAWorkerStaysSmallWhateverWaits starts a worker on a backlog of tasks, all of them nearly as large as a task or an event may
// be, and asks the system how much memory it took at most.
func TestAWorkerStaysSmallWhateverWaits(t *testing.T) {
	t.Parallel()
	backlog := redistest.Storm(t, 200<<20, 60<<20) // bytes
	program := filepath.Join(t.TempDir(), "deskbell")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil { // the race detector takes memory of its own
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		events int // of a task
		event  func(n int) event.Event
	}{
		{1, func(n int) event.Event { return talk(n, event.MaxEvent-4096) }},
		{1, func(n int) event.Event { return talk(n, 300) }},
		{200, func(n int) event.Event { return talk(n, event.MaxBody/200-500) }},
		{1000, func(n int) event.Event { return talk(n, event.MaxBody/1000-500) }},
	} {
		t.Run(fmt.Sprintf("%d events of %d KB", c.events, len(encoded(t, c.event(0)))/1024), func(t *testing.T) {
			t.Parallel()
			r := newRescues(t)
			r.welcome()
			each := len(encoded(t, c.event(0))) * c.events
			tasks := min(backlog/each, 5000)
			for i := range tasks {
				events := make([]event.Event, c.events)
				for j := range events {
					events[j] = c.event(i*c.events + j)
				}
				r.send(events)
			}
			begin := time.Now()
			worker := startProgram(r, program, []string{
				"REDIS_URL=" + r.redis.URL(), "DESKBELL_CONCURRENCY=2", "DESKBELL_TIME_ZONE=UTC", "LOG_LEVEL=warn", "LOG_FORMAT=text",
			}, "worker")
			redistest.Wait(r, "all events are taken in", func() bool { return r.queued("deskbell-event").Size == 0 })
			peak := peakMemory(r, worker)
			t.Logf("%d tasks of %d KB: at most %d MB, in %.1f s", tasks, each/1024, peak>>20, time.Since(begin).Seconds())
			if peak > mostMemory {
				t.Errorf("the worker took %d MB; want %d at most", peak>>20, mostMemory>>20)
			}
		})
	}
}

// talk is an event of a visitor of their own, of about so many bytes.
func talk(n, bytes int) event.Event {
	visitor := fmt.Sprint("v", n)
	fields := event.Values{}
	for i := 0; bytes > 0; i++ {
		size := min(bytes, 1000)
		fields[fmt.Sprint("field ", i)] = strings.Repeat("x", size)
		bytes -= size + 20
	}
	return event.New(event.FormSubmitted, event.Data{
		Property: "p0", Visitor: visitor, Visit: "s-" + visitor, Form: event.Form{Kind: event.ContactForm, Fields: fields},
	})
}

func encoded(t *testing.T, e event.Event) []byte {
	t.Helper()
	body, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// peakMemory is the most memory that a process has had, in bytes.
func peakMemory(t testing.TB, p *proc) (bytes int) {
	t.Helper()
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		var kilobytes int
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	t.Fatal("the system does not say how much memory the process has taken")
	return 0
}

package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// startAhead is start on a machine whose clock is ahead of that of Redis.
func startAhead(t testing.TB, ahead time.Duration, env []string, args ...string) *proc {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, self, append(env, clockVariable+"=0s,"+ahead.String()), args...)
}

// unwell waits until /healthz says that the clock is wrong.
func (l listening) unwell(text string) {
	l.t.Helper()
	var got response
	redistest.Wait(l.t, "its clock is told of", func() bool {
		got = l.get("/healthz", "")
		return got.status == http.StatusServiceUnavailable && strings.Contains(got.body, text)
	})
	if metrics := l.get("/metrics", "").body; !strings.Contains(metrics, "deskbell_clock_wrong 1") {
		l.t.Errorf("metrics:\n%s", metrics)
	}
}

// A worker five minutes ahead decides nothing, and says so everywhere. A web process ten minutes behind stamps events by the clock of
// Redis: a worker whose clock is right answers them.
func TestProcessesWithWrongClocks(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply("properties: {acme: {schedule: closed, auto_replies: {outside: We are closed.}}}\n")
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN="}
	address := func() string { return fmt.Sprint("127.0.0.1:", redistest.FreePort(t)) }
	at, board := address(), address()

	ahead := listening{startAhead(t, 5*time.Minute, env, "worker", "--listen", at), "http://" + at}
	ahead.says("more than 5s from that of Redis", "nothing is decided until it is right", "worker started")
	ahead.unwell("300.0 seconds ahead of that of Redis")
	web := listening{startAhead(t, -10*time.Minute, env, "web", "--listen", board), "http://" + board}
	web.says("more than 5s from that of Redis", "web started")
	web.unwell("600.0 seconds behind that of Redis")

	body := `[{"type": "chat.requested", "id": "e1", "data": {"property": "acme", "visitor": "v1", "chat": "c1", "text": "Hello"}}]`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.url+"/v1/events", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		t.Fatalf("the event got %d", answer.StatusCode)
	}
	if sent := o.sent(); sent != "[]" {
		t.Errorf("the worker with the wrong clock has decided: %s", sent)
	}
	right := startAhead(t, 0, env, "worker")
	right.says("worker started")
	redistest.Wait(t, "the visitor is answered", func() bool { return strings.Contains(o.sent(), "We are closed.") })
	redistest.Wait(t, "the processes are listed", func() bool {
		listed := o.run("", "", "status").stdout
		return strings.Contains(listed, "300.0 s ahead: decides nothing") && strings.Contains(listed, "600.0 s behind") && strings.Contains(listed, "right")
	})
	ahead.stop()
	web.stop()
}

// sent are the actions in the default stream.
func (o online) sent() string {
	o.Helper()
	entries, err := o.server.Client(o.T).XRange(o.Context(), "deskbell:actions", "-", "+").Result()
	if err != nil {
		o.Fatal(err)
	}
	return fmt.Sprint(entries)
}

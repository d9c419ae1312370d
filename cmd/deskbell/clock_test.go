package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
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

// machine is one on which a process runs, and how far its clock is ahead of that of Redis: by a time, or by what a file says just now,
// which is a time, or "drifts" for one percent.
type machine struct {
	began time.Time
	by    atomic.Int64
	rate  atomic.Int64 // in thousandths
}

const drifts = "drifts"

func newMachine(ctx context.Context, ahead string) (*machine, error) {
	m := &machine{began: time.Now()}
	file, set := strings.CutPrefix(ahead, "@")
	if !set {
		return m, m.set(ahead)
	}
	text, err := os.ReadFile(file)
	go func() {
		for ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond)
			if text, err := os.ReadFile(file); err == nil {
				_ = m.set(string(text)) // it may be half written
			}
		}
	}()
	return m, errors.Join(err, m.set(string(text)))
}

func (m *machine) set(ahead string) error {
	if ahead == drifts {
		m.rate.Store(10)
		return nil
	}
	by, err := time.ParseDuration(ahead)
	if err == nil {
		m.rate.Store(0)
		m.by.Store(int64(by))
	}
	return err
}

func (m *machine) ran() time.Duration { return time.Since(m.began) }

func (m *machine) ahead() time.Duration {
	return time.Duration(m.by.Load()) + m.ran()*time.Duration(m.rate.Load())/1000
}

// TestClocksOfAllProcesses sets the clocks of processes while they run: a worker, web, and a deskbell up, which has its Redis within.
func TestClocksOfAllProcesses(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	for _, args := range []string{"worker", "web", "up"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			file, at := filepath.Join(t.TempDir(), "ahead"), fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
			set := func(ahead string) { writeFile(t, file, ahead) }
			set(drifts)
			env := []string{"LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN=" + at, "DESKBELL_WORKER_LISTEN=" + at, "REDIS_URL="}
			if args != "up" {
				env = append(env, "REDIS_URL="+o.server.URL())
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			p := listening{startProgram(t, self, append(env, clockVariable+"=0s,@"+file), args), "http://" + at}
			is := func(what string, least, most float64, health int) {
				t.Helper()
				redistest.Wait(t, "its clock is "+what, func() bool {
					ahead := p.metric("deskbell_clock_ahead_seconds")
					return least <= ahead && ahead <= most && p.get("/healthz", "").status == health
				})
			}
			is("corrected while it drifts", .02, .5, http.StatusOK)
			for _, sign := range []string{"", "-"} {
				near := func(by, health float64) {
					t.Helper()
					if sign == "-" {
						by = -by
					}
					is(fmt.Sprint("set by ", by), by-.6, by+.6, int(health))
				}
				set(sign + "1500ms")
				near(1.5, http.StatusOK)
				set(sign + "5m")
				near(300, http.StatusServiceUnavailable)
				set("0s")
				near(0, http.StatusOK)
			}
			p.says("the machine's clock was set", "more than 500ms from that of Redis", "more than 5s from that of Redis", "right again")
			p.stop()
		})
	}
}

// metric is the value of one without labels; NaN: it is not there.
func (l listening) metric(name string) float64 {
	l.t.Helper()
	for line := range strings.Lines(l.get("/metrics", "").body) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			if value, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
				return value
			}
		}
	}
	return math.NaN()
}

// Commands go by the clock of Redis, too, and say so where that of the machine is another.
func TestCommandsGoByTheClockOfRedis(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply("properties: {acme: {schedule: 24/7}}\n")
	rdb := o.server.Client(t)
	for _, c := range []struct {
		ahead time.Duration
		said  string
	}{
		{0, ""},
		{1500 * time.Millisecond, "deskbell: the clock of this machine is 1.5 seconds ahead of that of Redis: this goes by that of Redis\n"},
		{-5 * time.Minute, "deskbell: the clock of this machine is 300.0 seconds behind that of Redis: this goes by that of Redis\n"},
	} {
		env := map[string]string{"REDIS_URL": o.server.URL(), "DESKBELL_TIME_ZONE": "UTC"}
		var stdout, stderr output
		a := &app{
			env: func(name string) string { return env[name] }, stdout: &stdout, stderr: &stderr,
			now: func() time.Time { return time.Now().Add(c.ahead) }, redisNow: func(answer time.Time) time.Time { return answer },
		}
		before, err1 := rdb.Time(t.Context()).Result()
		code := a.run(t.Context(), []string{"close", "acme", "--for", "30m"})
		after, err2 := rdb.Time(t.Context()).Result()
		if code != 0 || errors.Join(err1, err2) != nil || stderr.String() != c.said {
			t.Fatalf("%s ahead: code %d, %v, %v\n%s", c.ahead, code, err1, err2, stderr.String())
		}
		var p view.PropertyStatus
		if err := json.Unmarshal([]byte(o.run("", "", "status", "acme", "--json").stdout), &p); err != nil {
			t.Fatal(err)
		}
		const doubt = 500 * time.Millisecond // of a comparison on a busy machine; an end may be cut to the second
		if until := p.Override.Until.Add(-30 * time.Minute); until.Before(before.Add(-time.Second-doubt)) || until.After(after.Add(time.Second+doubt)) {
			t.Errorf("%s ahead: it begins at %s, between %s and %s by the clock of Redis", c.ahead, until, before, after)
		}
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

package monitor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/monitor"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// monitored is a monitor over a Redis with a task in each state. Each task carries a secret.
type monitored struct {
	*testing.T
	rdb redis.UniversalClient
	url string // of the monitor, without a slash at its end
}

const (
	secret   = "hunter2-and-then-some"
	password = "the-password-of-redis"
)

func newMonitored(t *testing.T, readOnly bool) monitored {
	t.Helper()
	server := redistest.Start(t)
	if err := server.Client(t).ConfigSet(t.Context(), "requirepass", password).Err(); err != nil {
		t.Fatal(err)
	}
	o := server.Options()
	o.Password = password
	rdb := redis.NewUniversalClient(&o)
	t.Cleanup(func() { _ = rdb.Close() })
	handler, err := monitor.New(rdb, "/monitor", readOnly)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/monitor", handler)
	mux.Handle("/monitor/", handler)
	listening := httptest.NewServer(mux)
	t.Cleanup(listening.Close)
	return monitored{t, rdb, listening.URL + "/monitor"}
}

// fill puts tasks into every state. The active one ends with the test.
func (m monitored) fill() {
	m.Helper()
	const queue = "deskbell-delivery"
	client := asynq.NewClientFromRedisClient(m.rdb)
	put := func(id, kind, payload string, opts ...asynq.Option) {
		m.Helper()
		opts = append(opts, asynq.Queue(queue), asynq.TaskID(id), asynq.Retention(time.Hour))
		if _, err := client.Enqueue(asynq.NewTask(kind, []byte(payload)), opts...); err != nil {
			m.Fatal(err)
		}
	}
	replay := `{"shard":7,"destination":"crm","id":"x:acme:1","body":{"text":"` + secret + `"},"url":"https://` + secret + `"}`
	for _, id := range []string{"active", "done", "fails:1"} {
		put(id, "delivery:replay", replay)
	}
	put("archived", "mail:send", secret, asynq.MaxRetry(0))
	put("scheduled", "delivery:replay", replay, asynq.ProcessIn(time.Hour))
	ended := m.Context().Done()
	server := asynq.NewServerFromRedisClient(m.rdb, asynq.Config{
		Concurrency: 4, Queues: map[string]int{queue: 1}, TaskCheckInterval: 10 * time.Millisecond, LogLevel: asynq.FatalLevel,
		RetryDelayFunc: func(int, error, *asynq.Task) time.Duration { return time.Hour },
	})
	if err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		switch id := t.ResultWriter().TaskID(); id {
		case "active":
			<-ended
			return nil
		case "done":
			_, err := t.ResultWriter().Write([]byte(secret))
			return err
		}
		return errors.New("it is down")
	})); err != nil {
		m.Fatal(err)
	}
	m.Cleanup(server.Shutdown)
	inspector := asynq.NewInspectorFromRedisClient(m.rdb)
	redistest.Wait(m, "a task is in each state", func() bool {
		info, err := inspector.GetQueueInfo(queue)
		return err == nil && info.Active == 1 && info.Completed == 1 && info.Retry == 1 && info.Archived == 1 && info.Scheduled == 1
	})
	redistest.Wait(m, "the monitor sees what is worked on", func() bool { return strings.Contains(m.get("/api/servers").body, "delivery:replay") })
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (m monitored) get(path string) answer {
	m.Helper()
	return m.ask(http.MethodGet, path, nil)
}

func (m monitored) ask(method, path string, header map[string]string) answer {
	m.Helper()
	r, err := http.NewRequestWithContext(m.Context(), method, m.url+path, http.NoBody)
	if err != nil {
		m.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		m.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		m.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func TestMonitorShowsNoPayloadAndNoPassword(t *testing.T) {
	t.Parallel()
	m := newMonitored(t, false)
	m.fill()
	const q = "/api/queues/deskbell-delivery"
	for path, want := range map[string]string{
		"/api/queues": `"queue":"deskbell-delivery"`, q: `"archived":1`, "/api/queue_stats": "deskbell-delivery", "/api/servers": `\"destination\":\"crm\"`,
		q + "/active_tasks": `\"shard\":7`, q + "/pending_tasks": `"tasks":`, q + "/scheduled_tasks": `\"id\":\"x:acme:1\"`,
		q + "/retry_tasks": "it is down", q + "/archived_tasks": `"payload":"redacted, 21 bytes"`, q + "/completed_tasks": `"result":"redacted, 21 bytes"`,
		q + "/tasks/active": `redacted, `, q + "/tasks/done": `"result":"redacted, 21 bytes"`, q + "/tasks/fails:1": "it is down",
		q + "/groups": "", "/api/scheduler_entries": "", "/api/redis_info": "redis_version",
	} {
		got := m.get(path)
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d, and no %q in %s", path, got.status, want, got.body)
		}
		if strings.Contains(got.body, secret) || strings.Contains(got.body, password) {
			t.Errorf("%s shows a secret: %s", path, got.body)
		}
	}
	for size, want := range map[string]string{"1001": "400", "1000000000": "400", "1000": "200", "1": "200", "x": "200", "0": "400", "-1": "400"} {
		if got := m.get(q + "/archived_tasks?size=" + size); fmt.Sprint(got.status) != want {
			t.Errorf("%s tasks at once: %d", size, got.status)
		}
	}
	for page, want := range map[string]string{"1": "200", "7": "200", "0": "400", "-1": "400", "9223372036854775807": "400"} {
		if got := m.get(q + "/archived_tasks?size=20&page=" + page); fmt.Sprint(got.status) != want {
			t.Errorf("page %s: %d", page, got.status)
		}
	}
	if got := m.get("/api/metrics"); strings.Contains(got.body, secret) {
		t.Errorf("the error shows a secret: %s", got.body)
	}
}

func TestMonitorChangesNothingForOtherSites(t *testing.T) {
	t.Parallel()
	m := newMonitored(t, false)
	m.fill()
	const run = "/api/queues/deskbell-delivery/archived_tasks/archived:run"
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
	} {
		if got := m.ask(http.MethodPost, run, header); got.status != http.StatusForbidden {
			t.Errorf("%v: %d", header, got.status)
		}
	}
	if got := m.ask(http.MethodPost, "/", nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("posting to a page: %d", got.status)
	}
	if got := m.ask(http.MethodPost, run, map[string]string{"Sec-Fetch-Site": "same-origin"}); got.status != http.StatusNoContent {
		t.Errorf("its own page: %d %s", got.status, got.body)
	}
}

// TestMonitorKnowsQueuesThatThereAre asks for others, which asynq would make.
func TestMonitorKnowsQueuesThatThereAre(t *testing.T) {
	t.Parallel()
	m := newMonitored(t, false)
	m.fill()
	keys := func() int64 { return m.rdb.DBSize(t.Context()).Val() }
	before := keys()
	for _, path := range []string{"nothing:pause", "nothing:resume", ":pause", "deskbell-delivery:pause:pause", "x:deskbell-delivery:pause", "nothing/archived_tasks:run_all", "%64eskbell:pause"} {
		if got := m.ask(http.MethodPost, "/api/queues/"+path, nil); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"nothing", "nothing/pending_tasks", "nothing/groups"} {
		if got := m.get("/api/queues/" + path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := m.ask(http.MethodDelete, "/api/queues/nothing", nil); got.status != http.StatusNotFound {
		t.Errorf("removed: %d %s", got.status, got.body)
	}
	if after := keys(); after != before {
		t.Errorf("%d keys were made", after-before)
	}
	for _, verb := range []string{"pause", "resume"} {
		if got := m.ask(http.MethodPost, "/api/queues/deskbell-delivery:"+verb, nil); got.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", verb, got.status, got.body)
		}
	}
}

// TestMonitorTellsNoAddressOfRedis asks while Redis refuses connections.
func TestMonitorTellsNoAddressOfRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rdb := server.Client(t)
	server.Stop(t)
	handler, err := monitor.New(rdb, "/monitor", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/queues", "/api/queues/deskbell-delivery", "/api/servers", "/api/redis_info", "/api/scheduler_entries"} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/monitor"+path, http.NoBody))
		if w.Code < 500 || strings.Contains(w.Body.String(), "127.0.0.1") || !strings.Contains(w.Body.String(), "Redis does not answer") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestMonitorMayBeForReadingOnly(t *testing.T) {
	t.Parallel()
	m := newMonitored(t, true)
	m.fill()
	const q = "/api/queues/deskbell-delivery"
	for path, method := range map[string]string{
		q + "/archived_tasks/archived:run": http.MethodPost, q + "/archived_tasks/archived": http.MethodDelete, q + ":pause": http.MethodPost, q: http.MethodDelete,
	} {
		if got := m.ask(method, path, nil); got.status != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: %d", method, path, got.status)
		}
	}
	if got := m.get("/"); !strings.Contains(got.body, `FLAG_READ_ONLY="true"`) {
		t.Error("its page does not know")
	}
}

func TestMonitorFetchesNothingFromOutside(t *testing.T) {
	t.Parallel()
	m := newMonitored(t, false)
	index := m.get("/")
	pages := []string{"", "/", "/index.html", "/queues/deskbell-delivery", "/api/nothing", "/static/nothing.js", "/asset-manifest.json", "/manifest.json", "/favicon.ico"}
	for _, m := range regexp.MustCompile(`(?:src|href)="/monitor(/[^"]+)"`).FindAllStringSubmatch(index.body, -1) {
		pages = append(pages, m[1], m[1]+".map")
	}
	if len(pages) < 15 {
		t.Fatalf("only %q", pages)
	}
	for _, path := range pages {
		got := m.get(path)
		if strings.Contains(got.body, "googleapis") || strings.Contains(got.body, "gstatic") {
			t.Errorf("%s names a site of fonts", path)
		}
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			continue
		}
		if urls := regexp.MustCompile(`https?://[^"' ]+`).FindAllString(got.body, -1); len(urls) > 0 {
			t.Errorf("%s names %q", path, urls)
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'self'; script-src 'self' 'sha256-") || strings.Contains(policy, "http") ||
			strings.Contains(strings.Split(policy, "style-src")[0], "unsafe") {
			t.Errorf("%s: the policy is %s", path, policy)
		}
	}
	if !strings.Contains(index.body, `FLAG_ROOT_PATH="\/monitor"`) || !strings.Contains(index.body, `<div id="root">`) {
		t.Errorf("the page is not whole: %s", index.body)
	}
	if n := strings.Count(index.header.Get("Content-Security-Policy"), "'sha256-"); n != strings.Count(index.body, "<script>") {
		t.Errorf("the policy allows %d scripts", n)
	}
}

func TestMonitorWantsAPath(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"", "/", "monitor", "/monitor/"} {
		if _, err := monitor.New(nil, root, false); err == nil {
			t.Errorf("it takes %q", root)
		}
	}
}

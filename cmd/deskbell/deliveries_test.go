package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// crmSecret is the one of the examples of Standard Webhooks.
const crmSecret = "CRM_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func crm(url string, properties int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "destinations:\n  crm: {type: webhook, url: \"%s/hooks/t0ken\", secret_env: CRM_SECRET}\n  log: {type: log}\n", url)
	if properties > 0 {
		b.WriteString("properties:\n")
	}
	for i := range properties {
		fmt.Fprintf(&b, "  p%d: {schedule: 24/7}\n", i)
	}
	return b.String()
}

func TestDeliveriesAreListed(t *testing.T) {
	t.Parallel()
	at, err := time.Parse(time.RFC3339, mondayMorning)
	if err != nil {
		t.Fatal(err)
	}
	destinations := []deliver.Status{
		{Name: "audit", Type: "redis_stream", State: deliver.DestinationOK},
		{Name: "billing", Type: "webhook", State: deliver.DestinationFailing, Since: at.Add(-time.Hour), Oldest: at.Add(-time.Hour), Aside: 3, Error: "posting to https://billing.example.com: it answered 422"},
		{Name: "crm", Type: "webhook", State: deliver.DestinationPaused, Since: at.Add(-2 * time.Hour), Until: at.Add(10 * time.Minute), Oldest: at.Add(-2 * time.Hour), Dropped: 1200, DroppedLast: at.Add(-time.Minute), Error: "posting to https://crm.example.com: connection refused"},
		{Name: "old", Type: "webhook", State: deliver.DestinationGone, Since: at.Add(-48 * time.Hour), Oldest: at.Add(-time.Hour), Error: "posting to https://old.example.com: it answered 410"},
	}
	archived := []jobs.Archived{
		{ID: "widget.state_changed:acme:1795251600", Type: "widget.state_changed", Destination: "old", Time: at.Add(-48 * time.Hour), Given: at.Add(-36 * time.Hour), Error: "giving up after 12 hours: posting to https://old.example.com: it answered 410"},
		{ID: "widget.state_changed:acme:1795280400", Type: "widget.state_changed", Destination: "old", Time: at.Add(-40 * time.Hour), Given: at.Add(-28 * time.Hour), Error: "giving up after 12 hours: posting to https://old.example.com: it answered 410"},
		{ID: "agent.status_changed:lea:1795280400", Type: "agent.status_changed", Destination: "old", Time: at.Add(-40 * time.Hour), Given: at.Add(-28 * time.Hour), Error: "giving up after 12 hours: posting to https://old.example.com: it answered 410"},
	}
	var out strings.Builder
	a := &app{stdout: &out, now: func() time.Time { return at }}
	if err := a.printDeliveries(time.UTC, jobs.DeliveryList{Destinations: destinations, GivenUp: archived[:2], LeftOut: 1}); err != nil {
		t.Fatal(err)
	}
	golden(t, "deliveries", out.String())
	out.Reset()
	if err := a.encodeDeliveries(jobs.DeliveryList{Destinations: destinations[2:3], GivenUp: archived[:1]}); err != nil {
		t.Fatal(err)
	}
	golden(t, "deliveries_json", out.String())
}

func TestDeliveriesWithNothingGivenUp(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.expect(result{stdout: "No destination is defined: actions go to the workers' default.\n\nNothing was given up.\n"}, "", "", "deliveries", "list")
	o.expect(result{stdout: "Nothing was given up.\n"}, "", "", "deliveries", "replay", "--all")
	o.apply(crm("https://crm.example.com", 0))
	o.expect(result{stdout: "{\"name\":\"log\",\"type\":\"log\",\"state\":\"ok\"}\n"}, "", "", "deliveries", "list", "--json", "--destination", "log")
	o.expect(result{stdout: "Nothing was given up.\n"}, "", "", "deliveries", "replay", "--destination", "crm")
	o.expect(result{stdout: "crm is neither paused nor gone.\n"}, "", "", "deliveries", "resume", "crm")
	o.expect(result{stdout: "crm is paused: its actions wait, and are given up after 12 hours.\n"}, "", "", "deliveries", "pause", "crm")
	o.expect(result{stdout: "crm is tried again.\n"}, "", "", "deliveries", "resume", "crm")
	for _, c := range []struct {
		args, stderr string
		code         int
	}{
		{"list --limit 0", "deskbell: --limit=0 is too low; give 1 or more", 2},
		{"list --destination nobody", `deskbell: finding destination "nobody": not defined`, 1},
		{"replay", "deskbell: say what to replay: ids, --destination or --all", 2},
		{"replay x --all", "deskbell: --all can't be used together with", 2},
		{"replay acme:9", `deskbell: finding ["acme:9"]: not given up, or delivered since`, 1},
		{"test crm", "deskbell: no worker runs: workers call destinations", 1},
		{"test crn", `deskbell: finding destination "crn": not defined (did you mean "crm"?)`, 1},
		{"pause crn", `deskbell: finding destination "crn": not defined (did you mean "crm"?)`, 1},
		{"resume crn", `deskbell: finding destination "crn": not defined (did you mean "crm"?)`, 1},
		{"replay --destination nobody", `deskbell: finding destination "nobody": not defined`, 1},
	} {
		if got := o.run("", "", append([]string{"deliveries"}, strings.Fields(c.args)...)...); got.code != c.code || !strings.HasPrefix(got.stderr, c.stderr) {
			t.Errorf("%s: %+v", c.args, got)
		}
	}
}

func TestWhatCameOfAPingIsPrinted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pinged deliver.Pinged
		want   string
	}{
		{deliver.Pinged{Destination: "crm", Type: "webhook", Taken: true, Status: 204, Took: 34}, "crm, a webhook, took the ping with 204 after 34 ms.\n"},
		{deliver.Pinged{Destination: "out", Type: "redis_stream", Taken: true, Answer: "entry 1-0"}, "out, a redis_stream, took the ping after 0 ms.\nanswer:\n    entry 1-0\n"},
		{
			deliver.Pinged{Destination: "crm", Type: "webhook", Status: 404, Took: 5, Answer: "Not\x1b[2J here\r\ntry /hook\n", Error: "it answered 404", Do: "see that url has the right path"},
			"crm, a webhook, did not take the ping after 5 ms: it answered 404\ndo: see that url has the right path\nanswer:\n    Not [2J here\n    try /hook\n",
		},
	} {
		var out strings.Builder
		printPinged(&out, c.pinged)
		if out.String() != c.want {
			t.Errorf("got:\n%swant:\n%s", out.String(), c.want)
		}
	}
}

// receiver is a CRM: it answers with a status that may change.
type receiver struct {
	*httptest.Server
	status atomic.Int64

	mu  sync.Mutex
	had []string // ids that it took
}

func newReceiver(t *testing.T, status int) *receiver {
	t.Helper()
	r := new(receiver)
	r.status.Store(int64(status))
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		status := int(r.status.Load())
		if status < 300 {
			r.mu.Lock()
			r.had = append(r.had, req.Header.Get("Webhook-Id"))
			r.mu.Unlock()
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.had)
}

// TestDeliveriesAreReplayed lets half a day pass by the clock of a second worker.
func TestDeliveriesAreReplayed(t *testing.T) {
	t.Parallel()
	const actions = 120
	o := newOnline(t)
	to := newReceiver(t, http.StatusGone)
	file := filepath.Join(t.TempDir(), "deskbell.yaml")
	if err := os.WriteFile(file, []byte(crm(to.URL, actions)), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", crmSecret}
	first := start(t, 0, env, "worker", "--definitions", file)
	first.says("destination is gone: its actions wait for 12 hours")
	client := o.connect()
	state := func() string {
		list, err := client.Destinations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list[0].State
	}
	if got := state(); got != deliver.DestinationGone {
		t.Errorf("it is %s", got)
	}
	rdb := o.server.Client(t)
	redistest.Wait(t, "all is decided, so that it is old by the clock of the next worker", func() bool {
		var waiting int64
		for shard := range 64 {
			waiting += rdb.XLen(t.Context(), fmt.Sprintf("deskbell:{%d}:out", shard)).Val()
		}
		return waiting == actions
	})
	first.stop()

	later := start(t, 13*time.Hour, env, "worker", "--definitions", file)
	var all []jobs.Archived
	redistest.Wait(t, "all is given up", func() bool {
		var err error
		if all, err = client.Archived(t.Context(), jobs.ArchivedFilter{}); err != nil {
			t.Fatal(err)
		}
		return len(all) == actions
	})
	got := o.run("", "", "deliveries", "list", "--limit", "1")
	for _, want := range []string{"gone", all[0].ID, "it answered 410", "… and 119 more: --limit 120 shows all\n"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}

	to.status.Store(http.StatusUnprocessableEntity)
	got = o.run("", "", "deliveries", "replay", all[0].ID)
	if got.code != 1 || got.stdout != "crm is tried again.\n0 of 1 delivered, 1 failed and will be tried again.\n" || !strings.Contains(got.stderr, "422") {
		t.Errorf("while it is refused: %+v", got)
	}
	to.status.Store(http.StatusNoContent)
	o.expect(result{stdout: "1 of 1 delivered.\n"}, "", "", "deliveries", "replay", all[1].ID)
	if got := to.ids(); len(got) == 0 || !slices.Contains(got, all[1].ID) {
		t.Errorf("delivered %q, want %s", got, all[1].ID)
	}
	o.expect(result{stdout: "2 of 2 delivered.\n"}, "", "", "deliveries", "replay", "--destination", "crm", all[2].ID, all[3].ID)
	o.expect(result{stdout: "116 of 116 delivered.\n"}, "", "", "deliveries", "replay", "--all")
	redistest.Wait(t, "the first is tried again by itself", func() bool { return len(to.ids()) == actions })
	later.stop()
	for _, p := range []*proc{first, later} {
		if log := p.out.String(); strings.Contains(log, "whsec_") || strings.Contains(log, "t0ken") {
			t.Errorf("it shows a secret:\n%s", log)
		}
	}
}

// nobody is a worker that never takes a replay.
type nobody struct{}

func (nobody) Replay(context.Context, jobs.Archived) error { return nil }

func (nobody) Replayed(context.Context, jobs.Archived) (jobs.ReplayState, string, error) {
	return jobs.ReplayWaits, "", nil
}

func TestReplayWithoutAWorker(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := replay{app: &app{stdout: &out}, client: nobody{}, patience: 150 * time.Millisecond}
	err := r.run(t.Context(), make([]jobs.Archived, 3))
	if err == nil || !strings.Contains(err.Error(), "no worker has taken one for 150ms; is one running? the 3 handed over") || out.String() != "0 of 3 delivered.\n" {
		t.Errorf("%v; %s", err, &out)
	}
}

// connect gives a client as a command line has it.
func (o online) connect() *jobs.Client {
	o.Helper()
	a := &app{env: func(name string) string { return map[string]string{"REDIS_URL": o.server.URL()}[name] }, now: time.Now}
	s, err := a.connect(o.Context(), redisstore.Peek)
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() {
		if err := s.close(); err != nil {
			o.Error(err)
		}
	})
	return s.client
}

package jobs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/guard/guardtest"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/destination/push/pushtest"
	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// Two names, one of which leads to an address of the inner network, and one nowhere. They are equally long, and so is all that has them.
const (
	innerName   = "mail.inside.example"
	unknownName = "mall.inside.example"
)

// inside lets names lead where those of an inner network do. The test must not run in parallel.
func inside(t *testing.T) {
	t.Helper()
	guardtest.ResolveNames(t, map[string][4]byte{innerName: {10, 7, 7, 7}, "a.push.apple.com": {10, 7, 7, 7}})
}

// details are how the log says of each name what went wrong.
func details() map[string]string {
	return map[string]string{innerName: "10.7.7.7", unknownName: "no such host"}
}

// insideWords are words that a tenant must not read.
var insideWords = regexp.MustCompile(`10\.7\.7\.7|no such host|lookup|dial`)

var whsec = []string{"CRM_SECRET"}

func webhooks(g guard.Guard) deliver.OpenDestination {
	return webhook.Open(g, func(string) string { return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, time.Now, "")
}

// TestNobodyLearnsWhichNamesThereAreInside makes each kind of call to both names: it fails with the same words, and with another detail.
// So does one that a server redirects there.
func TestNobodyLearnsWhichNamesThereAreInside(t *testing.T) {
	inside(t)
	redirecting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+strings.TrimPrefix(r.URL.Path, "/")+"/", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(redirecting.Close)
	here := guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	post := func(ctx context.Context, url string) error {
		out, err := webhooks(here)("crm", definition.Destination{URL: url, SecretEnv: whsec})
		if err != nil {
			return err
		}
		return out.Deliver(ctx, []deliver.Delivery{{Seq: "1-1", ID: "a", Body: []byte("{}")}})
	}
	fetch := func(ctx context.Context, url string) error {
		_, err := ical.NewFetcher(here, time.Now).Fetch(ctx, url, ical.Validators{})
		return err
	}
	notify := func(ctx context.Context, url string) error {
		return shout.Notifier{Guard: here}.Notify(ctx, url, "title", "text")
	}
	browser := pushtest.New(t)
	for name, call := range map[string]func(ctx context.Context, host string) error{
		"a webhook":              func(ctx context.Context, host string) error { return post(ctx, "https://"+host+"/hook") },
		"a webhook, redirected":  func(ctx context.Context, host string) error { return post(ctx, redirecting.URL+"/"+host) },
		"a calendar":             func(ctx context.Context, host string) error { return fetch(ctx, "https://"+host+"/a.ics") },
		"a calendar, redirected": func(ctx context.Context, host string) error { return fetch(ctx, redirecting.URL+"/"+host) },
		"a notice by HTTP":       func(ctx context.Context, host string) error { return notify(ctx, "ntfy://"+host+"/lea") },
		"a notice by the same, redirected": func(ctx context.Context, host string) error {
			return notify(ctx, "ntfy://"+strings.TrimPrefix(redirecting.URL, "http://")+"/"+host+"?scheme=http")
		},
		"a notice by e-mail": func(ctx context.Context, host string) error {
			return notify(ctx, "smtp://"+host+":25/?from=a@example.com&to=b@example.com")
		},
		"a push": func(ctx context.Context, host string) error {
			return push.New(here, 0).Push(ctx, browser.Push("https://"+map[string]string{innerName: "a", unknownName: "b"}[host]+".push.apple.com/secret"))
		},
	} {
		words := make(map[string]string)
		for host, want := range details() {
			err := call(t.Context(), host)
			if err == nil {
				t.Fatalf("%s: it has reached %s", name, host)
			}
			words[host] = strings.NewReplacer(host, "HOST", "a.push", "HOST", "b.push", "HOST").Replace(err.Error())
			if strings.HasSuffix(name, "webhook, redirected") { // it is not followed
				want = host
			}
			if told := insideWords.FindString(err.Error()); told != "" || strings.Contains(name, "redirected") && strings.Contains(err.Error(), host) {
				t.Errorf("%s to %s: %v", name, host, err)
			}
			if got := deliver.Detail(err); !strings.Contains(got, want) {
				t.Errorf("%s to %s: the log has %q", name, host, got)
			}
		}
		if words[innerName] != words[unknownName] {
			t.Errorf("%s tells names apart:\n%s\n%s", name, words[innerName], words[unknownName])
		}
	}
}

// TestReasonsAreTheSameWhereverTheyAreShown has a worker call both names, in everything that definitions may have it call. Wherever
// somebody reads why that failed, the words are the same for both; and the log of the operator has what they hide.
func TestReasonsAreTheSameWhereverTheyAreShown(t *testing.T) {
	inside(t)
	shown := make(map[string]map[string]string)
	for host, detail := range details() {
		b := newBundle(t, setup{webhooks: webhooks(guard.Guard{}), notify: shout.Notifier{}})
		b.fetcher = ical.NewFetcher(guard.Guard{}, b.clock.now)
		calendar := "https://" + host + "/a.ics"
		var properties strings.Builder
		for i := range 40 { // so that there are calls enough for the circuit to open
			fmt.Fprintf(&properties, `"p%d": {"schedule": "24/7"}, `, i)
		}
		b.worker()
		lea := fmt.Sprintf(`"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["generic://%s/lea"]}}}`, host)
		b.define("{" + lea + "}")
		b.quiet()
		b.clock.due(morning(9, 0))
		views := map[string]string{"tasks of notices in the monitor": b.lastError("agent:notify")}
		b.define(fmt.Sprintf(`{
			"properties": {%s "acme": {"agents": ["lea"], "schedule": {"weekly": "24/7", "exceptions": [{"ical_url": %q}]}}}, %s,
			"destinations": {"crm": {"type": "webhook", "url": "https://%s/hook", "secret_env": "CRM_SECRET"}}}`, &properties, calendar, lea, host))
		views["deliveries list, the board and its stream"] = b.awaitState("crm", deliver.DestinationPaused).Error
		views["tasks of deliveries in the monitor"] = b.lastError("outbox:deliver")
		redistest.Wait(t, "the calendar has failed", func() bool {
			list, err := edit.Feeds{Store: b.store, Now: b.clock.now}.Status(t.Context())
			b.must(err)
			views["feeds list, status, the board and GET /v1/feeds"] = list[0].Problem
			return list[0].Problem != ""
		})
		ways, err := jobs.NoticeTrial{Store: b.store, Notifier: shout.Notifier{}, Now: b.clock.now}.Try(t.Context(), "lea")
		b.must(err)
		views["notify --test, and the test of an agent's page"] = ways[0].Err.Error()
		for where, text := range views {
			if text == "" || insideWords.MatchString(text) {
				t.Errorf("%s, to %s: %q", where, host, text)
			}
			views[where] = strings.ReplaceAll(text, host, "HOST")
		}
		shown[host] = views
		for message, kind := range map[string]string{
			"destination is paused: it keeps failing; its actions wait, and it is tried again by itself; look at the receiver": "",
			"job failed: it will be tried again":                        "agent:notify",
			"calendar not taken in: what it said before stays in force": "",
		} {
			if !b.logsDetail(message, kind, detail) {
				t.Errorf("no line %q %s has %q", message, kind, detail)
			}
		}
	}
	for where, text := range shown[innerName] {
		if other := shown[unknownName][where]; other != text {
			t.Errorf("%s tells names apart:\n%s\n%s", where, text, other)
		}
	}
}

// lastError waits for a task of a kind to fail, and gives the error that asynq keeps with it.
func (b *bundle) lastError(kind string) (text string) {
	b.Helper()
	inspector := asynq.NewInspectorFromRedisClient(b.rdb)
	redistest.Wait(b, "a task of "+kind+" has failed", func() bool {
		tasks, err := inspector.ListRetryTasks("deskbell-delivery", asynq.PageSize(1000))
		b.must(err)
		for _, t := range tasks {
			if t.Type == kind && t.LastErr != "" {
				text = t.LastErr
			}
		}
		return text != ""
	})
	return text
}

// logsDetail tells whether a line of the log has a detail; an empty kind: of whatever job.
func (b *bundle) logsDetail(message, kind, detail string) bool {
	for _, line := range b.lines(message) {
		if (kind == "" || line.Data["kind"] == kind) && strings.Contains(fmt.Sprint(line.Data["detail"]), detail) {
			return true
		}
	}
	return false
}

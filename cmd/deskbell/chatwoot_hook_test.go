package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// handed brings webhooks to web, however long that takes: on a machine that stalls, none is lost. It keeps the answers.
type handed struct {
	mu      sync.Mutex
	answers []string
}

// RoundTrip implements http.RoundTripper.
func (h *handed) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r.Clone(context.WithoutCancel(r.Context())))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers = append(h.answers, fmt.Sprint(res.StatusCode, " ", string(body)))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// with is how many answers have a text.
func (h *handed) with(text string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.answers {
		if strings.Contains(a, text) {
			n++
		}
	}
	return n
}

// rescued is the rescue message of rescuing.
const rescued = "We are nearly with you"

// rescuing has definitions by which every visitor of the desk gets a rescue message, subscribes to its webhooks, and gives the environment of processes.
func (d *chatwootDesk) rescuing(o online, address string) (env []string, secret string) {
	d.t.Helper()
	o.apply(fmt.Sprintf(`
agents: {lea: {}}
properties:
  acme:
    schedule: 24/7
    triggers: [{name: Help, type: rescue, delay: 1s, message: %s, expiry: 1h}]
destinations:
  support:
    type: chatwoot
    url: %s
    account: 3
    token_env: CHATWOOT_TOKEN
    admin_token_env: CHATWOOT_ADMIN_TOKEN
    secret_env: [SUPPORT_NEW_SECRET, SUPPORT_SECRET]
    inboxes: {7: acme}
    agents: {12: lea}
`, rescued, d.url))
	env, secret = d.connect(o, address, "SUPPORT_NEW_SECRET")
	return append(env, "LOG_LEVEL=debug", "SUPPORT_NEW_SECRET=another"), secret
}

// connect subscribes to the webhooks of the desk, and gives the environment of processes, and the secret that connect prints for a variable.
func (d *chatwootDesk) connect(o online, address, variable string) (env []string, secret string) {
	d.t.Helper()
	connected := d.command(o, nil, "connect", "support", "--url", "http://"+address)
	secret, printed := strings.CutPrefix(strings.TrimSpace(connected.stdout), variable+"=")
	if connected.code != 0 || !printed || len(secret) < 20 {
		d.t.Fatalf("%+v", connected)
	}
	return []string{
		"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", "DESKBELL_LISTEN=",
		"CHATWOOT_TOKEN=" + chatwootBot, "CHATWOOT_ADMIN_TOKEN=" + chatwootAdmin, "SUPPORT_SECRET=" + secret,
	}, secret
}

// TestAVisitorOfChatwootGetsARescueMessage goes the whole way, with every webhook sent twice: a visitor writes, the webhooks come to web, the
// worker sends the message that nobody answers yet, and what comes back of it makes nothing.
func TestAVisitorOfChatwootGetsARescueMessage(t *testing.T) {
	t.Parallel()
	o, webhooks := newOnline(t), new(handed)
	d := newChatwootDesk(t, webhooks)
	d.SetFaults(fake.Faults{TwiceEvery: 1})
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env, secret := d.rescuing(o, address)
	processes := []*proc{start(t, 0, env, "worker"), start(t, 0, env, "web", "--listen", address)}
	processes[1].says("web started")
	var first int
	for n := range 2 { // the second comes after all that the first has caused
		conversation := d.begin("Hello?")
		if n == 0 {
			first = conversation
		}
		redistest.Wait(t, "the message is there", func() bool { return d.has(conversation, rescued) > 0 })
		redistest.Wait(t, "it came back, and made nothing", func() bool {
			return webhooks.with(`200 {"ignored":"it is a message of Deskbell's own"}`) >= 2*(n+1)
		})
	}
	for variable, want := range map[string]string{"SUPPORT_SECRET": "ok       deskbell web at ", "SUPPORT_NEW_SECRET": "wrong    deskbell web at "} {
		value := map[bool]string{true: secret, false: "a third"}[want[:2] == "ok"]
		if got := d.command(o, map[string]string{variable: value}, "check", "support", "--url", "http://"+address); !strings.Contains(got.stdout, want) {
			t.Errorf("%+v", got)
		}
	}
	d.must(d.As(12).Answer(first, "How can I help?"))
	redistest.Wait(t, "all webhooks have come", d.Settled)
	for _, c := range d.Conversations(3) {
		if n := d.has(c.ID, rescued); n != 1 {
			t.Errorf("the conversation %d has the message %d times", c.ID, n)
		}
	}
	if n := webhooks.with("202 ") + webhooks.with("200 "); n != len(webhooks.answers) {
		t.Errorf("webhooks were answered %q", webhooks.answers)
	}
	for _, p := range processes {
		p.stop()
		for _, hidden := range []string{"hunter2", secret} {
			if strings.Contains(p.out.String(), hidden) {
				t.Errorf("it shows %s:\n%s", hidden, p.out)
			}
		}
	}
}

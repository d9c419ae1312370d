package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestWorkerPostsToAWebhook lets a receiver verify a worker's request, as the
// README advises.
func TestWorkerPostsToAWebhook(t *testing.T) {
	t.Parallel()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	had := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verifier.Verify(body, r.Header)
		}
		if err != nil {
			t.Error(err)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		had <- r.Header.Get("Webhook-Id") + " by " + r.UserAgent()
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	o := newOnline(t)
	o.apply(fmt.Sprintf("properties: {acme: {schedule: 24/7}}\ndestinations: {crm: {type: webhook, url: '%s/hunter2', secret_env: CRM_SECRET}}\n", receiver.URL))
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text"}

	unset := start(t, 0, env, "worker")
	unset.says("the environment variable CRM_SECRET is not set")
	unset.stop()

	refused := start(t, 0, append(env, "CRM_SECRET="+secret), "worker")
	refused.says("its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE")
	refused.stop()
	for _, p := range []*proc{unset, refused} {
		if log := p.out.String(); strings.Contains(log, "hunter2") || strings.Contains(log, secret[6:]) {
			t.Errorf("it shows a secret:\n%s", log)
		}
	}

	p := start(t, 0, append(env, "CRM_SECRET="+secret, "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32"), "worker")
	patient, end := redistest.Patient(t.Context())
	defer end()
	select {
	case got := <-had:
		if !strings.HasPrefix(got, "widget.state_changed:acme:") || !strings.Contains(got, " by Deskbell") {
			t.Errorf("it had %s", got)
		}
	case <-patient.Done():
		t.Errorf("it had nothing:\n%s", p.out)
	}
	p.stop()
}

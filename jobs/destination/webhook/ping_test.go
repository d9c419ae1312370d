package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
)

func TestAPingShowsWhatCameBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		error, do string
	}{
		{200, "", ""},
		{302, "redirects are not followed", ""},
		{401, "it answered 401 Unauthorized", "compare the secret"},
		{404, "it answered 404 Not Found", "the right path"},
		{410, "it answered 410 Gone", "remove the destination"},
		{422, "it answered 422", "types that it does not know"},
		{429, "it answered 429", "test again in a while"},
		{500, "it answered 500", "the log of the receiver"},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			t.Parallel()
			server, had := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				fmt.Fprintln(w, "Thank you."+strings.Repeat(" And more.", 10_000))
			})
			to, ok := open(t, server, definition.Destination{Batch: true}).(deliver.Pinger)
			if !ok {
				t.Fatal("it shows nothing")
			}
			answer, err := to.Ping(t.Context(), actions("ping")[0])
			if answer.Status != c.status || !strings.HasPrefix(answer.Text, "Thank you. And more.") || len(answer.Text) > 3000 {
				t.Errorf("it shows %d: %.30q of %d bytes", answer.Status, answer.Text, len(answer.Text))
			}
			if said := fmt.Sprint(err); (err == nil) != (c.error == "") || !strings.Contains(said, c.error) || strings.Contains(said, token) || !strings.Contains(answer.Do, c.do) {
				t.Errorf("it says %v; do: %s", err, answer.Do)
			}
			if r := <-had; verify(t, r, before) != nil || !strings.HasPrefix(r.body, "[") {
				t.Errorf("it sends %+v", r)
			}
		})
	}
}

func TestAPingReachesNoPrivateAddress(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusOK))
	out, err := webhook.Open(guard.Guard{}, getenv, time.Now, "")("crm", definition.Destination{URL: server.URL, SecretEnv: []string{"CRM_SECRET"}})
	if err != nil {
		t.Fatal(err)
	}
	to, ok := out.(deliver.Pinger)
	if !ok {
		t.Fatal("it shows nothing")
	}
	var refused *guard.Error
	answer, err := to.Ping(t.Context(), actions("ping")[0])
	if !errors.As(err, &refused) || answer.Status != 0 || answer.Text != "" || answer.Do == "" || len(had) > 0 {
		t.Errorf("%+v, %v, and %d requests", answer, err, len(had))
	}
}

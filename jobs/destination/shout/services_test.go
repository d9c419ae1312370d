package shout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/shout"
)

// No attack leaves a goroutine: each connection that is held has one.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a service that asks by HTTP.
type fake struct {
	url    string // by which it is named, with a secret in it
	host   string // of its real address
	asked  string // method and path
	body   string // a part of the request
	answer string // that it takes for a success
	status int
	unread bool // the library reads no answer of it
}

const slackToken, telegramToken, gotifyToken = "hunter2aaaaaaaaaaaaaaaaa", "110201543:hunter2cCH1vGWJxfSeofSAs0K5PALDsawA", "Ahunter2.D4iJLV"

func fakes() map[string]fake {
	return map[string]fake{
		"discord":  {"discord://hunter2@4711", "discord.com", "POST /api/webhooks/4711/hunter2", "Léa, it is nine.", "", 204, true},
		"generic":  {"generic://hook.example/hunter2", "hook.example", "POST /hunter2", "Léa, it is nine.", "", 200, false},
		"gotify":   {"gotify://gotify.example/" + gotifyToken, "gotify.example", "POST /message", `"message":"Léa, it is nine."`, `{"id":1}`, 200, false},
		"ntfy":     {"ntfy://u:hunter2@ntfy.example/lea", "ntfy.example", "POST /lea", "Léa, it is nine.", `{"id":"1"}`, 200, false},
		"pushover": {"pushover://shoutrrr:hunter2@lea", "api.pushover.net", "POST /1/messages.json", "message=L%C3%A9a%2C+it+is+nine.", "", 200, true},
		"slack":    {"slack://hook:AAAAAAAAA-BBBBBBBBB-" + slackToken + "@webhook", "hooks.slack.com", "POST /services/AAAAAAAAA/BBBBBBBBB/" + slackToken, "Léa, it is nine.", "ok", 200, false},
		"slack's API": {"slack://xoxb:123456789012-123456789012-" + slackToken + "@C001CH4NN3L", "slack.com", "POST /api/chat.postMessage",
			"Léa, it is nine.", `{"ok":true}`, 200, false},
		"teams": {"teams://?host=https%3A%2F%2Fx.logic.azure.com%2Fworkflows%2Fhunter2", "x.logic.azure.com", "POST /workflows/hunter2",
			"Léa, it is nine.", "", 202, true},
		"telegram": {"telegram://" + telegramToken + "@telegram?chats=@lea", "api.telegram.org", "POST /bot" + telegramToken + "/sendMessage",
			"Léa, it is nine.", `{"ok":true,"result":{}}`, 200, false},
	}
}

// notify sends a notice by a fake with the given answers.
func (f fake) notify(ctx context.Context, t *testing.T, answer http.HandlerFunc) error {
	t.Helper()
	server := httptest.NewServer(answer)
	defer server.Close() // waits until the handler has returned: until the connection is gone
	err := shout.Notifier{Guard: allowed()}.NotifyAt(ctx, server.URL, f.url, "Your hours have started", "Léa, it is nine.")
	if err != nil && strings.Contains(fmt.Sprintf("%+v", err), secret) {
		t.Errorf("it shows the secret: %v", err)
	}
	return err
}

func TestEachServiceGetsItsNotice(t *testing.T) {
	t.Parallel()
	for name, f := range fakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			err := f.notify(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
				asked++
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				if got := r.Method + " " + r.URL.Path; got != f.asked || r.Host != f.host {
					t.Errorf("%s of %s", got, r.Host)
				}
				text := strings.ReplaceAll(string(body), `": "`, `":"`)
				if !strings.Contains(text, f.body) || !strings.Contains(strings.ReplaceAll(text, "+", " ")+r.Header.Get("Title"), "Your hours have started") {
					t.Errorf("it reads %s", body)
				}
				w.WriteHeader(f.status)
				if f.answer != "" {
					_, _ = w.Write([]byte(f.answer))
				}
			})
			if err != nil || asked != 1 {
				t.Errorf("asked %d times: %v", asked, err)
			}
			if host := shout.Host(f.url); host != f.host {
				t.Errorf("its host is %s", host)
			}
			if err := shout.Check(f.url); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNothingIsSentTwiceInSilence lets each service fail once. It is asked once: the caller decides about
// another try, and the error says whether the notice may have been sent.
func TestNothingIsSentTwiceInSilence(t *testing.T) {
	t.Parallel()
	for name, f := range fakes() {
		for what, c := range map[string]struct {
			answer http.HandlerFunc
			unsure bool
		}{
			"refused":       {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, secret, http.StatusForbidden) }, false},
			"broken":        {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"ok":false}`, http.StatusBadGateway) }, false},
			"no answer":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
			"too many":      {wait("1"), false},
			"wait an hour":  {wait("3600"), false},
			"wait for long": {wait("1e300"), false},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				asked := 0
				err := f.notify(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
					asked++
					_, _ = io.Copy(io.Discard, r.Body)
					c.answer(w, r)
				})
				if err == nil || asked != 1 || errors.Is(err, deliver.ErrNoAnswer) != c.unsure {
					t.Errorf("asked %d times: %v", asked, err)
				}
			})
		}
	}
}

func wait(seconds string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", seconds)
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

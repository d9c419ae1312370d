package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestUpBesideAChatwootThatIsNotOne has a visitor write on the page of both sides, who gets the rescue message there.
func TestUpBesideAChatwootThatIsNotOne(t *testing.T) {
	t.Parallel()
	p := start(t, 0, []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "DESKBELL_DEFINITIONS=", "LOG_LEVEL=", "DESKBELL_LISTEN=127.0.0.1:0"}, "up", "--with-fake-chatwoot")
	p.says("a Chatwoot that is not one: http://127.0.0.1:", "board at http://127.0.0.1:")
	at := regexp.MustCompile(`a Chatwoot that is not one: (http://127\.0\.0\.1:\d+)`).FindStringSubmatch(p.out.String())[1]
	ask := func(method, path string, body any) string {
		sent, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), method, at+path, bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
		}
		return string(text)
	}
	redistest.Wait(t, "Tom, who is there day and night, is online at Chatwoot", func() bool {
		var state struct {
			Agents []struct{ Name, Availability string }
		}
		if err := json.Unmarshal([]byte(ask(http.MethodGet, "/page/state", nil)), &state); err != nil {
			t.Fatal(err)
		}
		return len(state.Agents) == 2 && state.Agents[1].Name == "Tom" && state.Agents[1].Availability == "online"
	})
	var visitor struct{ Source string }
	if err := json.Unmarshal([]byte(ask(http.MethodPost, "/page/do", map[string]any{"what": "visit", "inbox": 1})), &visitor); err != nil {
		t.Fatal(err)
	}
	ask(http.MethodPost, "/page/do", map[string]any{"what": "write", "source": visitor.Source, "text": "Hello?"})
	redistest.Wait(t, "the visitor is answered: that they wait, or that the shop is closed", func() bool {
		state := ask(http.MethodGet, "/page/state", nil)
		return strings.Contains(state, "Thanks for waiting") || strings.Contains(state, "We are closed")
	})
	p.stop()
	if out := p.out.String(); strings.Contains(out, "warning") || strings.Contains(out, "error") {
		t.Errorf("it complains:\n%s", out)
	}
}

func TestUpBesideAChatwootNeedsNoRedis(t *testing.T) {
	t.Parallel()
	got := testBundle{env: map[string]string{"REDIS_URL": "redis://127.0.0.1:1/0"}}.run(t, "up", "--with-fake-chatwoot")
	if want := "deskbell: --with-fake-chatwoot is for a first try, with an embedded Redis: leave REDIS_URL and --data unset\n"; got.code != 2 || !strings.HasSuffix(got.stderr, want) {
		t.Errorf("%+v", got)
	}
}

package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// pingOf makes a ping.
func pingOf(t *testing.T, to deliver.Destination) (deliver.Answer, error) {
	t.Helper()
	p, ok := to.(deliver.Pinger)
	if !ok {
		t.Fatal("it shows nothing of a ping")
	}
	return p.Ping(t.Context(), deliver.Delivery{})
}

func TestAPingAsksAChatwootWhatChangesNothing(t *testing.T) {
	t.Parallel()
	d := newChatwootDesk(t, nil)
	def := d.definition()
	def.Agents, def.AdminTokenEnv = nil, ""
	to, err := d.open(def)
	d.must(err)
	answer, err := pingOf(t, to)
	if err != nil || !strings.Contains(answer.Text, "ok       Chatwoot 4") || !strings.Contains(answer.Text, "ok       the token of the bot") {
		t.Errorf("%+v, %v", answer, err)
	}
	def.TokenEnv = "CHATWOOT_WRONG_TOKEN"
	to, err = d.open(def)
	d.must(err)
	answer, err = pingOf(t, to)
	if err == nil || !strings.Contains(answer.Text, "wrong    the token of the bot: it is refused with 401") || !strings.Contains(answer.Do, "deskbell chatwoot check support") {
		t.Errorf("with another token: %+v, %v", answer, err)
	}
}

func TestAPingAsksAChatProductWhetherItAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet || r.URL.Path != "/api/":
			t.Errorf("it asks %s %s", r.Method, r.URL)
		case r.Header.Get("Authorization") != "Bearer "+restToken:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	local := guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	for _, c := range []struct {
		guard       guard.Guard
		token       string
		status      int
		fails, does string
	}{
		{local, restToken, 404, "", ""},
		{local, "hunter2", 401, "it answered 401 Unauthorized", "the token in token_env"},
		{guard.Guard{}, restToken, 0, "its address is not public", "see that the product runs"},
	} {
		desks := newJoiner(c.guard, func(string) string { return c.token }, time.Now, quiet())
		to, err := desks.rest("desk", definition.Destination{Type: restType, URL: server.URL + "/api", TokenEnv: "TOKEN"})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := pingOf(t, to)
		if answer.Status != c.status || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) || !strings.Contains(answer.Do, c.does) {
			t.Errorf("%+v, %v", answer, err)
		}
	}
}

package chatwoot_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

var _ adapter.Check = chatwoot.Checker{}

const hookAddress = "https://bell.example/v1/chatwoot/support"

func TestProbes(t *testing.T) {
	t.Parallel()
	paths := func(c chatwoot.Checker) (paths []string) {
		for _, p := range c.Probes(hookAddress) {
			if p.Admin {
				paths = append(paths, "admin "+p.Path)
			} else {
				paths = append(paths, p.Path)
			}
		}
		return paths
	}
	bot := table()
	bot.Admin = false
	few := []string{"/api", "/api/v1/accounts/3/conversations/0"}
	if diff := cmp.Diff(few, paths(chatwoot.Checker{Table: bot})); diff != "" {
		t.Errorf("without an administrator (-want +got):\n%s", diff)
	}
	all := slices.Concat(few, []string{
		"admin /api/v1/accounts/3/inboxes", "admin /api/v1/accounts/3/agents", "admin /api/v1/accounts/3/webhooks",
		"admin /api/v1/accounts/3/inboxes/7/agent_bot",
	})
	if diff := cmp.Diff(all, paths(chatwoot.Checker{Table: table()})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFindings has, for the end of a probe's path, an answer and what it shows: "+" before what works, "?" before a warning, "-" before trouble.
func TestFindings(t *testing.T) {
	t.Parallel()
	const (
		now     = "Mon, 23 Nov 2026 09:30:00 GMT"
		subs    = `"subscriptions":["conversation_created","conversation_status_changed","conversation_updated","message_created","message_updated","webwidget_triggered"]`
		refused = "it answered 401: admin_token_env has no token of an administrator of this account"
	)
	tests := []struct {
		path, body, date string
		status           int
		want             []string
	}{
		{"/api", `{"version":"4.14.2"}`, now, 200, []string{"+ Chatwoot 4.14.2", "+ the clock"}},
		{"/api", `{"version":"4.11.2"}`, "Mon, 23 Nov 2026 09:34:00 GMT", 200, []string{"+ Chatwoot 4.11.2", "+ the clock"}},
		{"/api", `{"version":"v5.0.0-rc1"}`, "", 200, []string{"+ Chatwoot v5.0.0-rc1", "? the clock: it says no time"}},
		{"/api", `{"version":"4.9.0"}`, "Mon, 23 Nov 2026 09:35:01 GMT", 200, []string{
			"- Chatwoot 4.9.0: it does not sign webhooks: update it to 4.11.2 or later",
			"- the clock: it differs by 5m1s from ours: with more than 5m0s, webhooks are refused",
		}},
		{"/api", `<html>`, now, 200, []string{"- Chatwoot: there is none at this url: its /api answered 200, and no version"}},
		{"/api", ``, now, 502, []string{"- Chatwoot: there is none at this url: its /api answered 502, and no version"}},
		{"/conversations/0", ``, now, 404, []string{"+ the token of the bot"}},
		{"/conversations/0", ``, now, 401, []string{"- the token of the bot: it is refused with 401: token_env needs the access token of an agent bot of this account"}},
		{"/conversations/0", ``, now, 500, []string{"- the token of the bot: it answered 500 to a question for a conversation that there is not"}},
		{"/inboxes", `{"payload":[{"id":7,"name":"Website"},{"id":8,"name":"Mail"}]}`, now, 200, []string{"+ inbox 7, acme: Website"}},
		{"/inboxes", `{"payload":[{"id":8,"name":"Mail"},{"id":4,"name":"Shop"}]}`, now, 200, []string{"- inbox 7, acme: there is none; there are 4 (Shop), 8 (Mail)"}},
		{"/inboxes", ``, now, 401, []string{"- the inboxes: " + refused}},
		{"/inboxes", ``, now, 404, []string{"- the inboxes: it answered 404: is the account right?"}},
		{"/inboxes", `[]`, now, 200, []string{"- the inboxes: its answer is none of Chatwoot's: is the url right?"}},
		{"/agents", `[{"id":12,"name":"Léa"},{"id":15,"name":"Tom"}]`, now, 200, []string{
			"+ agent 12, lea: Léa", "+ agent 15, tom: Tom", "- agent 16, tom: there is none; there are 12 (Léa), 15 (Tom)",
		}},
		{"/webhooks", `{"payload":{"webhooks":[{"url":"` + hookAddress + `","secret":"s",` + subs + `}]}}`, now, 200, []string{"+ the webhook"}},
		{"/webhooks", `[{"url":"` + hookAddress + `",` + subs + `}]`, now, 200, []string{"+ the webhook"}},
		{"/webhooks", `{"payload":{"webhooks":[{"url":"` + hookAddress + `","subscriptions":["message_created"]}]}}`, now, 200, []string{
			"- the webhook: it is not subscribed to conversation_created, conversation_status_changed, conversation_updated, message_updated, webwidget_triggered",
		}},
		{"/webhooks", `{"payload":{"webhooks":[]}}`, now, 200, []string{"- the webhook: none leads to " + hookAddress}},
		{"/webhooks", `"a"`, now, 200, []string{"- the webhook: its answer is none of Chatwoot's: is the url right?"}},
		{"/webhooks", ``, now, 401, []string{"- the webhook: " + refused}},
		{"/agent_bot", `{"agent_bot":{}}`, now, 200, []string{"+ the bot of inbox 7: none"}},
		{"/agent_bot", `{"agent_bot":{"id":6,"name":"Helper"}}`, now, 200, []string{
			"? the bot of inbox 7: Helper is connected: every new conversation is pending until that bot hands it over, and Deskbell waits for it. " +
				"Disconnect it where it is the bot of token_env",
		}},
	}
	probes := chatwoot.Checker{Table: table()}.Probes(hookAddress)
	for _, tt := range tests {
		i := slices.IndexFunc(probes, func(p adapter.Probe) bool { return strings.HasSuffix(p.Path, tt.path) })
		answer := adapter.Answer{Status: tt.status, Header: http.Header{}, Body: []byte(tt.body), At: arrival}
		answer.Header.Set("Date", tt.date)
		var got []string
		for _, f := range probes[i].Judge(answer) {
			switch {
			case f.Trouble == "":
				got = append(got, "+ "+f.What)
			case f.Warning:
				got = append(got, "? "+f.What+": "+f.Trouble)
			default:
				got = append(got, "- "+f.What+": "+f.Trouble)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %d %s (-want +got):\n%s", tt.path, tt.status, tt.body, diff)
		}
	}
	if arrival.Format(http.TimeFormat) != now {
		t.Error("the dates of this test are around another instant")
	}
}

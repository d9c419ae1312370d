package definition_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
)

// TestWarningsAboutPresence: what is allowed and surely a mistake, and beside it what looks alike and is none.
func TestWarningsAboutPresence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want []string
	}{
		{`{"agents": {"lea": {"notify": {"on": ["hours_started", "auto_offline", "idle", "slow_chat", "shift_end"]}}}}`, []string{
			`/agents/lea/notify/on/1: "auto_offline" never comes: this agent has no auto_offline_after`,
			`/agents/lea/notify/on/2: "idle" never comes: this agent has no idle`,
			`/agents/lea/notify/on/3: "slow_chat" never comes: this agent has no receive_when_slow`,
		}},
		{`{"agents": {"lea": {"auto_offline_after": "5m", "idle": {"after": "5m"}, "receive_when_slow": true, "notify": {"on": ["auto_offline", "idle", "slow_chat"]}}}}`, nil},
		{`{"agents": {"lea": {"online_outside_hours": true}}}`, []string{
			`/agents/lea/online_outside_hours: "true" changes nothing: they have no schedule, and so no time outside it`}},
		{`{"agents": {"lea": {"online_outside_hours": true, "schedule": "mon-fri 9-17", "online_when": "logged_in"}}}`, []string{
			`/agents/lea/online_outside_hours: "true" changes nothing: with online_when: logged_in their hours decide nothing`}},
		{`{"agents": {"lea": {"online_outside_hours": true, "schedule": "mon-fri 9-17"}}}`, nil},
		{`{"agents": {"lea": {}}, "properties": {"acme": {"agents": ["lea"], "reassign_after": "1m"}}}`, []string{
			`/properties/acme/reassign_after: "1m" finds nobody else: 1 agents serve this property`}},
		{`{"agents": {"lea": {}, "tom": {}}, "properties": {"acme": {"agents": ["lea"], "departments": {"sales": {"agents": ["tom"]}}, "reassign_after": "1m"}}}`, nil},
		{`{"agents": {"lea": {"at_shift_end": "reassign"}, "tom": {"at_shift_end": "notify"}, "eva": {"at_shift_end": "keep"}}, "properties": {` +
			`"a": {"agents": ["lea"]}, "b": {"agents": ["lea"], "departments": {"sales": {"agents": ["lea", "tom"]}}}, "c": {"agents": ["eva"]}}}`, []string{
			`/agents/lea/at_shift_end: "reassign" finds nobody else in a: this agent alone serves there`}},
		{`{"agents": {"lea": {"online_when": "logged_in"}}, "properties": {"acme": {"agents": ["lea"], "schedule": "24/7"}}}`, nil},
		{`{"agents": {"lea": {"idle": {"after": "15m"}, "schedule": "mon-fri 9-17"}}}`, nil},
	}
	for _, tt := range tests {
		_, warnings, err := definition.Inspect(tree(t, tt.in))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range warnings {
			got = append(got, w.String())
		}
		if slices.Sort(got); !slices.Equal(got, tt.want) {
			t.Errorf("%s (-want +got)\n%s", tt.in, cmp.Diff(tt.want, got))
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	a, err := definition.ParseAgent(tree(t, `{"online_when": "logged_in", "online_outside_hours": true, "auto_offline_after": "10m", "idle": {"after": "15m", "to": "offline"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := agent.Rules{OnlineWhen: agent.WhenLoggedIn, OnlineOutsideHours: true, AutoOfflineAfter: 10 * time.Minute, IdleAfter: 15 * time.Minute, IdleTo: agent.Offline}
	if diff := cmp.Diff(want, a.Rules()); diff != "" {
		t.Error(diff)
	}
	if none := new(definition.Agent).Rules(); none != (agent.Rules{}) {
		t.Errorf("%+v", none)
	}
}

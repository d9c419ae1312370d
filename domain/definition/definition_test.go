package definition_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// tree is the output of a decoder of JSON.
func tree(t rapid.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := definition.Parse(tree(t, `{
		"schedules": {"office": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-12, 13-18"}}},
		"properties": {"acme": {
			"name": 2024, "time_zone": "Europe/Paris", "language": "pt-BR", "schedule": "office",
			"widget": {"outside_hours": "message", "no_agents": "hidden", "message": "Zzz"},
			"agents": ["lea", 7], "destinations": [], "reassign_after": "45s",
			"departments": {"sales": {"name": "Sales", "schedule": "mon-fri 9-17", "agents": []}, "support": null}}},
		"agents": {
			"lea": {"name": "Léa", "schedule": {"weekly": "24/7"}, "leave": [{"from": "2026-12-21", "to": "2027-01-03"}, {"on": "2026-05-01"}],
				"online_when": "scheduled", "notify": {"on": ["hours_ended"], "via": ["ntfy://ntfy.sh/lea"]}},
			"tom": {"online_when": "logged_in", "online_outside_hours": true, "auto_offline_after": "10m", "idle": {"after": "15m", "to": "offline"},
				"receive_when_slow": true, "image": "https://example.com/tom.png", "capacity": 3, "at_shift_end": "reassign"},
			"eva": {"receive_when_slow": "90s", "idle": {"after": "1h"}},
			"7": {"leave": null, "receive_when_slow": false, "online_outside_hours": false}},
		"destinations": {"crm": {"type": "redis_stream", "stream": "crm", "max_len": 10, "actions": ["agent.notify"]}, "log": {"type": "log"},
			"hook": {"type": "webhook", "url": "https://crm.example.com/hooks?t=1", "secret_env": "CRM_SECRET", "batch": true},
			"turn": {"type": "webhook", "url": "http://127.0.0.1:8080", "secret_env": ["CRM_NEW_SECRET", "CRM_SECRET"], "batch": false},
			"desk": {"type": "chatwoot", "url": "https://desk.example.com/", "account": 3, "token_env": "CHATWOOT_TOKEN", "admin_token_env": "CHATWOOT_ADMIN_TOKEN",
				"secret_env": "DESK_SECRET", "inboxes": {"7": "acme", "12": "acme"}, "agents": {"12": "lea", "15": "tom"}}}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &definition.Definitions{
		Schedules: got.Schedules, // hours has its own tests
		Properties: map[string]*definition.Property{"acme": {
			Name: "2024", TimeZone: "Europe/Paris", Language: "pt-BR", Schedule: definition.Schedule{Name: "office"},
			Widget: widget.Policy{OutsideHours: "message", NoAgents: "hidden", Message: "Zzz"},
			Agents: []string{"lea", "7"}, Destinations: []string{}, ReassignAfter: hours.Duration(45 * time.Second),
			Departments: map[string]definition.Department{
				"sales":   {Name: "Sales", Schedule: definition.Schedule{InPlace: json.RawMessage(`{"weekly":{"mon-fri":"09:00-17:00"}}`)}},
				"support": {},
			},
		}},
		Agents: map[string]*definition.Agent{
			"lea": {
				Name: "Léa", Schedule: definition.Schedule{InPlace: json.RawMessage(`{"weekly":"24/7"}`)}, OnlineWhen: "scheduled",
				Leave: []hours.Absence{
					{DateRange: hours.DateRange{From: hours.Date{Year: 2026, Month: 12, Day: 21}, To: hours.Date{Year: 2027, Month: 1, Day: 3}}},
					{DateRange: hours.DateRange{From: hours.Date{Year: 2026, Month: 5, Day: 1}, To: hours.Date{Year: 2026, Month: 5, Day: 1}}},
				},
				Notify: definition.Notify{On: []string{"hours_ended"}, Via: []string{"ntfy://ntfy.sh/lea"}},
			},
			"tom": {
				OnlineWhen: "logged_in", OnlineOutsideHours: true, AutoOfflineAfter: hours.Duration(10 * time.Minute),
				Idle: definition.Idle{After: hours.Duration(15 * time.Minute), To: "offline"}, ReceiveWhenSlow: definition.DefaultSlow,
				Image: "https://example.com/tom.png", Capacity: 3, AtShiftEnd: "reassign",
			},
			"eva": {ReceiveWhenSlow: hours.Duration(90 * time.Second), Idle: definition.Idle{After: hours.Duration(time.Hour)}},
			"7":   {},
		},
		Destinations: map[string]*definition.Destination{
			"crm":  {Type: "redis_stream", Stream: "crm", MaxLen: 10, Actions: []string{"agent.notify"}},
			"log":  {Type: "log"},
			"hook": {Type: "webhook", URL: "https://crm.example.com/hooks?t=1", SecretEnv: []string{"CRM_SECRET"}, Batch: true},
			"turn": {Type: "webhook", URL: "http://127.0.0.1:8080", SecretEnv: []string{"CRM_NEW_SECRET", "CRM_SECRET"}},
			"desk": {
				Type: "chatwoot", URL: "https://desk.example.com/", Account: 3, TokenEnv: "CHATWOOT_TOKEN", AdminTokenEnv: "CHATWOOT_ADMIN_TOKEN",
				SecretEnv: []string{"DESK_SECRET"}, Inboxes: map[string]string{"7": "acme", "12": "acme"}, Agents: map[string]string{"12": "lea", "15": "tom"},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each of these has one fault.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 10_001)
	const ways = "scheduled, scheduled_and_logged_in, logged_in"
	for _, c := range []struct{ in, want string }{
		{`null`, ``},
		{`{}`, ``},
		{`[]`, `"" is not a map; allowed: the keys schedules, properties, agents, destinations, cover`},
		{`{"property": {}}`, `/property: "property" is not a key of a definitions file; allowed: schedules, properties, agents, destinations, cover (did you mean "properties"?)`},
		{`{"agents": [1]}`, `/agents: "" is not a map; allowed: agents by id`},
		{`{"agents": {"a b": {}}}`, `/agents/a b: "a b" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`},
		{`{"agents": {".a": {}}}`, `/agents/.a: ".a" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`},
		{`{"agents": {"a": "x"}}`, `/agents/a: "" is not a map; allowed: the keys name, time_zone, schedule, leave, cover, notify, online_when, online_outside_hours, auto_offline_after, idle, receive_when_slow, image, capacity, at_shift_end`},

		{`{"properties": {"a": {"name": null}}}`, `/properties/a/name: "" is empty; allowed: at most 200 characters`},
		{`{"properties": {"a": {"name": true}}}`, `/properties/a/name: "true" is no text; allowed: at most 200 characters; as a text it needs quotes: "true"`},
		{`{"properties": {"a": {"name": ["x"]}}}`, `/properties/a/name: "[…]" is not a text of at most 200 characters; allowed: at most 200 characters`},
		{`{"properties": {"a": {"widget": {"message": "` + long + `"}}}}`, `/properties/a/widget/message: "` + long[:59*2] + `…" is not a text of at most 10000 characters; allowed: at most 10000 characters`},
		{`{"properties": {"a": {"time_zone": "Europe/Pari"}}}`, `/properties/a/time_zone: "Europe/Pari" is not a time zone; allowed: an IANA name such as "Europe/Paris" or "UTC" (did you mean "Europe/Paris"?)`},
		{`{"properties": {"a": {"time_zone": "Local"}}}`, `/properties/a/time_zone: "Local" is another time zone on every machine; allowed: an IANA name such as "Europe/Paris" or "UTC"`},
		{`{"properties": {"a": {"language": "french"}}}`, `/properties/a/language: "french" is not a language tag; allowed: a tag such as fr, pt-BR or zh-Hant`},
		{`{"properties": {"a": {"language": "pt_BR"}}}`, `/properties/a/language: "pt_BR" is not a language tag; allowed: a tag such as fr, pt-BR or zh-Hant`},
		{`{"properties": {"a": {"language": "pt-"}}}`, `/properties/a/language: "pt-" is not a language tag; allowed: a tag such as fr, pt-BR or zh-Hant`},
		{`{"properties": {"a": {"widget": {"outside_hours": "offlineform"}}}}`, `/properties/a/widget/outside_hours: "offlineform" is not what a widget shows outside hours; allowed: offline_form, contact_form, messaging, message, hidden (did you mean "offline_form"?)`},
		{`{"properties": {"a": {"widget": {"outside_hours": "message"}}}}`, "/properties/a/widget: \"message\" is missing; allowed: the text to show, as `outside_hours: message` asks for"},
		{`{"properties": {"a": {"agents": "lea"}}}`, `/properties/a/agents: "" is not a list of agents; allowed: […], or lines that begin with a dash`},
		{`{"properties": {"a": {"agents": ["lea", "lea"]}}, "agents": {"lea": {}}}`, `/properties/a/agents/1: "lea" is listed twice; allowed: each once`},
		{`{"properties": {"a": {"departments": ` + many(101) + `}}}`, `/properties/a/departments: "101 departments" are too many; allowed: at most 100`},
		{`{"properties": {"a": {"rescu": []}}}`, `/properties/a/rescu: "rescu" is not a key of a property; allowed: name, time_zone, language, schedule, widget, agents, departments, destinations, shortcuts, triggers, one_proactive_message_per_visit, rescue, auto_replies, closing_soon, reassign_after, sla (did you mean "rescue"?)`},

		{`{"properties": {"a": {"schedule": null}}}`, `/properties/a/schedule: "" is empty; allowed: the name of a schedule, hours such as "mon-fri 9-17" or "24/7", or a schedule in place`},
		{`{"properties": {"a": {"schedule": "mon-fri 9-25"}}}`, `/properties/a/schedule: "25" is not a time of day (at byte 10); allowed: whole minutes from 00:00 to 24:00, as in "9", "09:00", "9:30" or "5:30pm"`},
		{`{"properties": {"a": {"departments": {"b/c": null}}}}`, `/properties/a/departments/b~1c: "b/c" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`},
		{`{"agents": {"a": {"schedule": {"weekly": "24/7", "exceptions": [{"on": "2026-05-01", "closed": true}, {"on": "2026-05-01", "hours": "9-12"}]}}}}`,
			`/agents/a/schedule/exceptions/1: "2026-05-01" has an exception of this length already, /exceptions/0; allowed: exceptions of different lengths on one date, of which the shortest holds; a dated one beats a yearly one`},
		{`{"schedules": {"office": {"weekly": {"mon": "9-17"}, "timezone": "UTC"}}}`, `/schedules/office/timezone: "timezone" is not a known key; allowed: time_zone, weekly, holidays, exceptions, rotation (did you mean "time_zone"?)`},
		{`{"schedules": {"closed": "24/7"}}`, `/schedules/closed: "closed" reads as hours already; allowed: another name`},

		{`{"properties": {"a": {"schedule": "office"}}}`, `/properties/a/schedule: "office" is not the name of a schedule; allowed: none: the file defines no such thing`},
		{`{"properties": {"a": {"departments": {"b": {"schedule": "offce"}}}}, "schedules": {"office": "24/7", "night": "24/7"}}`,
			`/properties/a/departments/b/schedule: "offce" is not the name of a schedule; allowed: night, office (did you mean "office"?)`},
		{`{"agents": {"a": {"schedule": "zzz"}}, "schedules": ` + strings.ReplaceAll(many(25), "null", `"24/7"`) + `}`,
			`/agents/a/schedule: "zzz" is not the name of a schedule; allowed: one of 25, such as d0, d1, d10, d11, d12, d13, d14, d15, d16, d17, d18, d19, d2, d20, d21, d22, d23, d24, d3, d4`},
		{`{"properties": {"a": {"agents": ["tom", "lae"]}}, "agents": {"lea": {}, "tom": {}}}`, `/properties/a/agents/1: "lae" is not the name of an agent; allowed: lea, tom (did you mean "lea"?)`},
		{`{"properties": {"a": {"destinations": ["crm"]}}}`, `/properties/a/destinations/0: "crm" is not the name of a destination; allowed: none: the file defines no such thing`},

		{`{"agents": {"a": {"online_when": "logged_in"}}}`, ``},
		{`{"agents": {"a": {"online_when": "login"}}}`, `/agents/a/online_when: "login" is not a way to come online; allowed: ` + ways + ` (did you mean "logged_in"?)`},
		{`{"agents": {"a": {"online_when": "Logged-In"}}}`, `/agents/a/online_when: "Logged-In" is not a way to come online; allowed: ` + ways + ` (did you mean "logged_in"?)`},
		{`{"agents": {"a": {"online_when": "schedule"}}}`, `/agents/a/online_when: "schedule" is not a way to come online; allowed: ` + ways + ` (did you mean "scheduled"?)`},
		{`{"agents": {"a": {"online_when": "both"}}}`, `/agents/a/online_when: "both" is not a way to come online; allowed: ` + ways + ` (did you mean "scheduled_and_logged_in"?)`},
		{`{"agents": {"a": {"online_when": true}}}`, `/agents/a/online_when: "true" is not a way to come online; allowed: ` + ways},
		{`{"agents": {"a": {"online_outside_hours": "yes"}}}`, `/agents/a/online_outside_hours: "yes" is not true or false; allowed: true, false`},
		{`{"agents": {"a": {"auto_offline_after": "30s"}}}`, `/agents/a/auto_offline_after: "30s" does not fit here; allowed: 1m to 1d`},
		{`{"agents": {"a": {"auto_offline_after": "1441m"}}}`, `/agents/a/auto_offline_after: "1441m" does not fit here; allowed: 1m to 1d`},
		{`{"agents": {"a": {"idle": {}}}}`, `/agents/a/idle: "after" is missing; allowed: duration`},
		{`{"agents": {"a": {"idle": {"after": "5m", "to": "invisible"}}}}`, `/agents/a/idle/to: "invisible" is not a status of idle agents; allowed: away, offline`},
		{`{"agents": {"a": {"receive_when_slow": 60}}}`, `/agents/a/receive_when_slow: "60" is not a duration; allowed: a number and a unit (d, h, m, s, ms), such as 30s, 10m, 1h30m or 2d`},
		{`{"agents": {"a": {"image": "lea.png"}}}`, `/agents/a/image: "lea.png" is not a URL of the web; allowed: a URL such as https://example.com/prices`},
		{`{"agents": {"a": {"capacity": 1001}}}`, `/agents/a/capacity: "1001" is not a number that fits here; allowed: a whole number from 0 to 1000`},
		{`{"agents": {"a": {"at_shift_end": "handover"}}}`, `/agents/a/at_shift_end: "handover" is not what becomes of open chats; allowed: keep, reassign, notify`},
		{`{"agents": {"a": {"notify": {"on": ["idel"]}}}}`, `/agents/a/notify/on/0: "idel" is not a notice; allowed: hours_started, hours_ended, closing_soon, digest_opened, auto_offline, idle, slow_chat, shift_end (did you mean "idle"?)`},
		{`{"properties": {"a": {"agents": ["lea"], "triggers": [{"name": "x", "type": "site", "message": "x", "sender": {"agent": "tom"}}]}}, "agents": {"lea": {}, "tom": {}}}`,
			`/properties/a/triggers/0/sender/agent: "tom" is not an agent of the property; allowed: lea`},
		{`{"properties": {"a": {"agents": ["lea"], "rescue": [{"after": "30s", "send_message": {"text": "x", "sender": {"agent": "tom"}}}]}}, "agents": {"lea": {}, "tom": {}}}`,
			`/properties/a/rescue/0/actions/0/send_message/sender/agent: "tom" is not an agent of the property; allowed: lea`},
		{`{"properties": {"a": {"agents": ["lea"], "triggers": [{"name": "x", "type": "site", "message": "x", "sender": {"agent": "lea", "name": "L"}}]}}, "agents": {"lea": {}}}`,
			"/properties/a/triggers/0/sender: \"sender\" is an agent and has a name or an image of its own; allowed: either `agent`, or `name` and `image`"},
		{`{"agents": {"a": {"leave": [{"from": "2026-12-21"}]}}}`, "/agents/a/leave/0: \"leave\" needs either `on` or both `from` and `to`; allowed: {from: 2026-12-21, to: 2027-01-03} or {on: 2026-12-24}"},
		{`{"agents": {"a": {"leave": [{"on": "2026-12-21", "to": "2026-12-22"}]}}}`, "/agents/a/leave/0: \"leave\" needs either `on` or both `from` and `to`; allowed: {from: 2026-12-21, to: 2027-01-03} or {on: 2026-12-24}"},
		{`{"agents": {"a": {"leave": [null]}}}`, "/agents/a/leave/0: \"leave\" needs either `on` or both `from` and `to`; allowed: {from: 2026-12-21, to: 2027-01-03} or {on: 2026-12-24}"},
		{`{"agents": {"a": {"leave": [{"from": "2026-12-21", "to": "2026-12-20"}]}}}`, "/agents/a/leave/0/to: \"2026-12-20\" is before 2026-12-21; allowed: a day at or after `from`"},
		{`{"agents": {"a": {"leave": [{"on": "2027-02-29"}]}}}`, `/agents/a/leave/0/on: "2027-02-29" is not in the calendar; allowed: a date such as "2026-12-24"`},

		{`{"destinations": {"a": {}}}`, `/destinations/a: "type" is missing; allowed: log, redis_stream, webhook, chatwoot, rest`},
		{`{"destinations": {"a": {"type": "pigeon", "url": "https://x"}}}`, `/destinations/a/type: "pigeon" is not a type of destination; allowed: log, redis_stream, webhook, chatwoot, rest`},
		{`{"destinations": {"a": {"type": "webhook", "secret_env": "A_SECRET"}}}`, `/destinations/a: "url" is missing; allowed: URL`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x"}}}`, `/destinations/a: "secret_env" is missing; allowed: environment variable, or list of environment variables`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": "A_SECRET", "batch": "yes"}}}`, `/destinations/a/batch: "yes" is not true or false; allowed: true, false`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": "A_SECRET", "max_len": 5}}}`, `/destinations/a/max_len: "max_len" is of no use to type webhook; allowed: for type redis_stream only`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": []}}}`, `/destinations/a/secret_env: "" is empty; allowed: at least one`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": ["A_SECRET", "B_SECRET", "C_SECRET"]}}}`, `/destinations/a/secret_env: "3 environment variables" are too many; allowed: at most 2`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": ["A_SECRET", "A_SECRET"]}}}`, `/destinations/a/secret_env/1: "A_SECRET" is listed twice; allowed: each once`},
		{`{"destinations": {"a": {"type": "webhook", "url": "https://x", "secret_env": "REDIS_URL"}}}`,
			`/destinations/a/secret_env: "…" is not the name of an environment variable for a secret; allowed: capitals, digits and _, with _SECRET at the end, such as CRM_SECRET; the secret itself belongs into that variable`},
		{`{"destinations": {"a": {"type": "webhook", "url": "ftp://x", "secret_env": "A_SECRET"}}}`,
			`/destinations/a/url: "ftp://…" is not a URL to post to; allowed: https:// (or http://), a host and a path, such as https://crm.example.com/hooks, without a user, a password, blanks or a #fragment`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}}}`,
			`/destinations/a/inboxes/7: "acme" is not the name of a property; allowed: none: the file defines no such thing`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}, "agents": {"12": "lea"}}}, "properties": {"acme": {}}, "agents": {"eva": {}}}`,
			`/destinations/a/agents/12: "lea" is not the name of an agent; allowed: eva (did you mean "eva"?)`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"website": "acme"}}}, "properties": {"acme": {}}}`,
			`/destinations/a/inboxes/website: "website" is not a number of Chatwoot; allowed: a whole number from 1, as it is in the addresses of Chatwoot's pages`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}}, "properties": {"acme": {}}}`,
			`/destinations/a: "account" is missing; allowed: whole number`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}, "batch": true}}, "properties": {"acme": {}}}`,
			`/destinations/a/batch: "batch" is of no use to type chatwoot; allowed: for type webhook only`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x/app/accounts/3", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}}, "properties": {"acme": {}}}`,
			`/destinations/a/url: "https://…" is more than the address of a Chatwoot; allowed: the scheme and the host alone, such as https://app.chatwoot.com`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "A_SECRET", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}}, "properties": {"acme": {}}}`,
			`/destinations/a/token_env: "…" is not the name of an environment variable for a token of a chat product; allowed: capitals, digits and _, with CHATWOOT_ or REST_ at the beginning and _TOKEN at the end, such as CHATWOOT_TOKEN; the token itself belongs into that variable`},
		{`{"destinations": {"a": {"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {}}}}`,
			`/destinations/a/inboxes: "" is empty; allowed: at least one`},
		{`{"destinations": {"a": {"type": "log", "batch": false}}}`, `/destinations/a/batch: "batch" is of no use to type log; allowed: for type webhook only`},
		{`{"destinations": {"a": {"type": "log", "stream": "x"}}}`, `/destinations/a/stream: "stream" is of no use to type log; allowed: for type redis_stream only`},
		{`{"destinations": {"a": {"type": "redis_stream", "stream": "deskbell:{0}:out"}}}`, `/destinations/a/stream: "deskbell:{0}:out" is a key of Deskbell's or asynq's own; allowed: any that does not begin with deskbell:{`},
		{`{"destinations": {"a": {"type": "log", "max_len": 5}}}`, `/destinations/a/max_len: "max_len" is of no use to type log; allowed: for type redis_stream only`},
		{`{"destinations": {"a": {"type": "redis_stream", "max_len": 0}}}`, `/destinations/a/max_len: "0" is not a number that fits here; allowed: a whole number from 1 to 1000000000`},
		{`{"destinations": {"a": {"type": "redis_stream", "max_len": "5"}}}`, `/destinations/a/max_len: "5" is not a number that fits here; allowed: a whole number from 1 to 1000000000`},
		{`{"destinations": {"a": {"type": "log", "actions": ["agent.notified"]}}}`, `/destinations/a/actions/0: "agent.notified" is not a type of action; allowed: widget.state_changed, department.state_changed, agent.status_changed, agent.notify, digest.opened, message.send, note.add, note.replace, tag.add, tag.remove, visitor.set_name, visitor.set_department, widget.hide, form.show, agents.invite, chat.reassign, chat.snooze, chat.close, ticket.create, chat.sla_warning, agent.* (did you mean "agent.notify"?)`},
	} {
		d, err := definition.Parse(tree(t, c.in))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want || (d == nil) != (err != nil) {
			t.Errorf("%.200s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func many(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"d%d": null`, i)
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// Faults in several places come together, in a fixed order, and no more than a person can read.
func TestParseAnswersEveryFault(t *testing.T) {
	t.Parallel()
	_, err := definition.Parse(tree(t, `{"properties": {"b": {"agents": ["x", "a b"], "language": 1}, "a": {"schedule": "y"}}, "agents": {"tom": 7}}`))
	var faults definition.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("%T is no Faults", err)
	}
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	want := []string{"/properties/b/language", "/properties/b/agents/1", "/agents/tom", "/properties/a/schedule", "/properties/b/agents/0"}
	if diff := cmp.Diff(sorted(want), sorted(paths)); diff != "" {
		t.Error(diff)
	}

	_, err = definition.Parse(tree(t, `{"agents": `+strings.ReplaceAll(many(2000), "null", "1")+`}`))
	if !errors.As(err, &faults) || len(faults) != 1000 || faults[999].Problem != "are too many to go on" {
		t.Errorf("%d faults", len(faults))
	}
}

// The URLs of an agent's notices hold tokens and passwords, even when they are wrong.
func TestFaultsKeepSecrets(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{"via": ["ntfy://u:hunter2@a b"]}`, `{"via": ["hunter2"]}`, `{"via": ["ntfy:/hunter2"]}`, `{"via": ["hunter2 x://y"]}`,
		`{"via": ["x://hunter2", "x://hunter2"]}`, `{"via": "ntfy://hunter2"}`, `"ntfy://hunter2"`, `["ntfy://hunter2"]`,
		`{"via": [{"url": "hunter2"}]}`, `{"via": ["ntfy://hunter2\u0000"]}`, `{"via": ["` + strings.Repeat("x://hunter2", 300) + `"]}`,
	} {
		_, err := definition.ParseAgent(tree(t, `{"notify": `+in+`}`))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.80s: %v", in, err)
		}
		var faults definition.Faults
		if errors.As(err, &faults) && !definition.IsSecret(faults[0].Path) {
			t.Errorf("%s is not known as a secret", faults[0].Path)
		}
	}
}

// The URL of a webhook may hold a token, and a secret may stand where its name should.
func TestFaultsKeepSecretsOfWebhooks(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`"url": "https://u:hunter2@x"`, `"url": "hunter2"`, `"url": "https:/hunter2"`, `"url": "https://x/#hunter2"`, `"url": ["hunter2"]`, `"url": "https://a b/hunter2"`,
		`"secret_env": "hunter2"`, `"secret_env": "whsec_hunter2"`, `"secret_env": ["hunter2"]`, `"secret_env": {"hunter2": 1}`, `"secret_env": ["hunter2", "hunter2"]`,
		`"secret": "hunter2"`, `"urls": ["hunter2"]`, `"token_env": "hunter2"`, `"admin_token_env": ["hunter2"]`, `"token": "hunter2"`, `"admin_token": "hunter2"`,
	} {
		for _, alone := range []bool{false, true} {
			_, err := definition.ParseDestination(tree(t, `{"type": "webhook", `+in+`}`))
			if !alone {
				_, err = definition.Parse(tree(t, `{"destinations": {"x": {"type": "log", `+in+`}}}`))
			}
			var faults definition.Faults
			if !errors.As(err, &faults) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", in, err)
			}
			if !slices.ContainsFunc(faults, func(f definition.Fault) bool { return definition.IsSecret(f.Path) }) {
				t.Errorf("%s: no place in %v is known as a secret", in, faults)
			}
		}
	}
	for _, path := range []string{"/destinations/url/type", "/properties/url/name", "/destinations/secret", "/destinations/x"} {
		if definition.IsSecret(path) {
			t.Errorf("%s is taken for a secret", path)
		}
	}
}

func TestParseOne(t *testing.T) {
	t.Parallel()
	p, err := definition.ParseProperty(tree(t, `{"schedule": "elsewhere", "agents": ["anybody"]}`))
	if err != nil || p.Schedule.Name != "elsewhere" {
		t.Error(p, err)
	}
	if _, err := definition.ParseProperty(tree(t, `{"shedule": "x"}`)); err == nil {
		t.Error("accepted an unknown key")
	}
	a, err := definition.ParseAgent(tree(t, `{"name": "Léa"}`))
	if err != nil || a.Name != "Léa" {
		t.Error(a, err)
	}
	d, err := definition.ParseDestination(tree(t, `{"type": "log"}`))
	if err != nil || d.Type != "log" {
		t.Error(d, err)
	}
	if s, err := definition.ParseSchedule(tree(t, `"mon-fri 9-17"`)); err != nil || s == nil {
		t.Error(s, err)
	}
	if s, err := definition.ParseSchedule(tree(t, `"mon-fri"`)); err == nil || s != nil {
		t.Error(s, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	d := &definition.Definitions{Properties: map[string]*definition.Property{"a": {Schedule: definition.Schedule{Name: "x"}}}}
	if err := d.Check(); err == nil {
		t.Error("a name that leads nowhere passed")
	}
	d.Schedules = map[string]*hours.Spec{"x": {}}
	if err := d.Check(); err != nil {
		t.Error(err)
	}
}

// The words that may stand in a file are those that the deciding packages know.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, kind := range agent.Kinds() {
		if _, err := definition.ParseAgent(tree(t, `{"notify": {"on": ["`+string(kind)+`"]}}`)); err != nil {
			t.Error(err)
		}
	}
	for _, kind := range action.Types() {
		if _, err := definition.ParseDestination(tree(t, `{"type": "log", "actions": ["`+string(kind)+`"]}`)); err != nil {
			t.Error(err)
		}
	}
}

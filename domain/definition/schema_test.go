package definition_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/deskbell/deskbell/domain/definition"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	written, err := json.Marshal(definition.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("deskbell.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("deskbell.json") // it checks against the schema of schemas too
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// Both accept the values accepted here, and both refuse the values refused here.
func TestSchemaAgreesWithParse(t *testing.T) {
	t.Parallel()
	s := schema(t)
	accepted := map[string][]string{
		`{"schedules": {"x": $}}`: {
			`"24/7"`, `"mon-fri 9-17"`, `{"weekly": "closed"}`, `{"weekly": {}}`, `{"weekly": {"mon": "9-17"}, "time_zone": "Europe/Paris"}`,
			`{"weekly": {"Mon-Thursday": ["9-12", "13-18"], "sat,sun": "closed"}}`,
			`{"weekly": "24/7", "holidays": "DE-BY"}`, `{"weekly": "24/7", "holidays": {"country": "FR"}}`,
			`{"weekly": "24/7", "holidays": {"country": "DE", "region": "BY", "except": null, "hours": null}}`,
			`{"weekly": "24/7", "exceptions": [{"on": "2026-12-24", "hours": "9-12", "name": "Eve"}, {"on": "12-25", "closed": true, "yearly": true}]}`,
			`{"weekly": "24/7", "exceptions": [{"from": "2026-12-24", "to": "2027-01-02", "closed": true}, {"on": "2027-05-01", "closed": false, "hours": ["9-10"]}]}`,
		},
		`{"properties": {"x": $}}`: {
			`null`, `{}`, `{"name": 7}`, `{"name": "x", "time_zone": "UTC", "language": "en-GB"}`, `{"schedule": "24/7"}`, `{"schedule": {"weekly": "24/7"}}`,
			`{"widget": {"outside_hours": "messaging", "no_agents": "offline"}}`, `{"widget": null}`, `{"agents": []}`, `{"agents": null}`,
			`{"departments": {"a.b": null, "c": {"name": "C"}}}`, `{"destinations": []}`,
		},
		`{"agents": {"x": $}}`: {
			`null`, `{"leave": [{"on": "2026-12-24"}, {"from": "2026-12-24", "to": "2026-12-25"}]}`, `{"online_when": "scheduled"}`,
			`{"notify": {"on": ["hours_ended"], "via": ["ntfy://ntfy.sh/x"]}}`, `{"notify": null}`,
			`{"online_when": "logged_in"}`, `{"online_when": "scheduled_and_logged_in", "online_outside_hours": true}`, `{"notify": {"on": ["idle", "shift_end"]}}`,
			`{"auto_offline_after": "1440m", "idle": {"after": "1m"}, "capacity": 0, "at_shift_end": "notify"}`,
			`{"receive_when_slow": false}`, `{"receive_when_slow": "2m", "image": "https://x.example/lea.png"}`,
		},
		`{"properties": {"acme": {}}, "agents": {"lea": {}}, "destinations": {"x": $}}`: {
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "admin_token_env": "CHATWOOT_2_TOKEN", "inboxes": {"7": "acme", "8": "acme"}, "agents": {"12": "lea"}}`,
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}, "agents": null}`,
			`{"type": "rest", "url": "https://x/api", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": [{"when": {"/a": 1, "/b": true}}], "send": {"path": "/", "body": [null, "{text}"]}}`,
		},
		`{"destinations": {"x": $}}`: {
			`{"type": "log"}`, `{"type": "redis_stream", "stream": "x", "max_len": 7, "actions": ["agent.notify"]}`,
			`{"type": "webhook", "url": "https://x.example/y?z=1", "secret_env": "CRM_SECRET", "batch": true}`,
			`{"type": "webhook", "url": "http://[::1]:8080", "secret_env": ["CRM_2_SECRET", "CRM_SECRET"], "batch": false, "actions": ["agent.notify"]}`,
			`{"type": "webhook", "url": "https://x?y=a@b", "secret_env": ["A_SECRET"]}`,
		},
		`$`: {`{}`, `{"schedules": null, "properties": null, "agents": null, "destinations": {}}`},
	}
	refused := map[string][]string{
		`{"schedules": {"x": $}}`: {
			`null`, `1`, `[]`, `""`, `{}`, `{"weekly": null}`, `{"weekly": {"mon": 9}}`, `{"weekly": "24/7", "zone": "UTC"}`, `{"weekly": {"mon": [9]}}`,
			`{"weekly": "24/7", "holidays": {}}`, `{"weekly": "24/7", "holidays": {"country": 1}}`, `{"weekly": "24/7", "holidays": null}`,
			`{"weekly": "24/7", "exceptions": {}}`, `{"weekly": "24/7", "exceptions": null}`, `{"weekly": "24/7", "exceptions": [{"on": "2026-12-24"}]}`,
			`{"weekly": "24/7", "exceptions": [null]}`, `{"weekly": "24/7", "exceptions": [{"closed": true}]}`,
			`{"weekly": "24/7", "exceptions": [{"on": "2026-12-24", "from": "2026-12-24", "closed": true}]}`,
			`{"weekly": "24/7", "exceptions": [{"from": "2026-12-24", "closed": true}]}`, `{"weekly": "24/7", "exceptions": [{"on": "24.12.", "closed": true}]}`,
			`{"weekly": "24/7", "exceptions": [{"on": "2026-12-24", "closed": "yes"}]}`,
		},
		`{"properties": {"x": $}}`: {
			`1`, `{"name": true}`, `{"name": null}`, `{"language": "x"}`, `{"schedule": null}`, `{"schedule": true}`, `{"schedule": {}}`, `{"widget": {"no_agents": "x"}}`,
			`{"agents": "lea"}`, `{"agents": ["a b"]}`, `{"agents": ["a", "a"]}`, `{"departments": {"a b": {}}}`, `{"trigger": []}`, `{"agents": [-1]}`,
		},
		`{"agents": {"x": $}}`: {
			`{"leave": [{}]}`, `{"leave": [null]}`, `{"leave": [{"from": "2026-12-24"}]}`, `{"leave": [{"on": "2026-12-24", "to": "2026-12-24"}]}`, `{"leave": ["2026-12-24"]}`,
			`{"online_when": "login"}`, `{"notify": {"on": ["lunch"]}}`, `{"receive_when_slow": "fast"}`, `{"capacity": -1}`, `{"at_shift_end": "x"}`, `{"image": "x"}`, `{"notify": {"via": ["ntfy"]}}`, `{"notify": {"via": ["ntfy://a b"]}}`, `{"idle": {}}`,
		},
		`{"properties": {"acme": {}}, "agents": {"lea": {}}, "destinations": {"x": $}}`: {
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET"}`, `{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {}}`, `{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": null}`,
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"x": "acme"}}`, `{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"07": "acme"}}`,
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}, "max_len": 7}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET"}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": []}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": [{"when": {}}]}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": [{"when": {"a": 1}}]}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": [{"when": {"/a": 1}, "id": "a"}]}`,
			`{"type": "rest", "url": "https://x", "property": "acme", "token_env": "REST_TOKEN", "secret_env": "A_SECRET", "rules": [{"when": {"/a": 1}}], "send": {"path": "//x"}}`,
			`{"type": "chatwoot", "url": "https://x", "account": 3, "token_env": "CHATWOOT_SECRET", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}`,
			`{"type": "chatwoot", "url": "https://x", "account": "3", "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET", "inboxes": {"7": "acme"}}`,
			`{"type": "log", "account": 3}`,
		},
		`{"destinations": {"x": $}}`: {
			`{"type": "webhook"}`, `{"type": "webhook", "url": "https://x"}`, `{"type": "webhook", "secret_env": "A_SECRET"}`,
			`{"type": "webhook", "url": "https://u@x", "secret_env": "A_SECRET"}`, `{"type": "webhook", "url": "https://x/#y", "secret_env": "A_SECRET"}`,
			`{"type": "webhook", "url": "ftp://x", "secret_env": "A_SECRET"}`, `{"type": "webhook", "url": "https:///y", "secret_env": "A_SECRET"}`,
			`{"type": "webhook", "url": null, "secret_env": "A_SECRET"}`, `{"type": "webhook", "url": "https://x", "secret_env": null}`,
			`{"type": "webhook", "url": "https://x", "secret_env": []}`, `{"type": "webhook", "url": "https://x", "secret_env": ["A_SECRET", "A_SECRET"]}`,
			`{"type": "webhook", "url": "https://x", "secret_env": "REDIS_URL"}`, `{"type": "webhook", "url": "https://x", "secret_env": "_SECRET"}`,
			`{"type": "webhook", "url": "https://x", "secret_env": "a_SECRET"}`, `{"type": "webhook", "url": "https://x", "secret_env": "A_SECRET", "batch": null}`,
			`{"type": "webhook", "url": "https://x", "secret_env": "A_SECRET", "stream": "x"}`, `{"type": "log", "batch": false}`, `{"type": "log", "url": "https://x"}`,
			`{"type": "redis_stream", "secret_env": "A_SECRET"}`, `{"type": "log", "stream": "x"}`,
			`null`, `{}`, `{"type": "redis_stream", "max_len": 0}`, `{"type": "redis_stream", "max_len": "7"}`, `{"type": "log", "actions": ["x"]}`,
		},
		`$`: {`[]`, `{"rescue": {}}`, `{"agents": []}`, `{"agents": {"a b": null}}`, `{"agents": {"": null}}`},
	}
	for within, samples := range accepted {
		for _, sample := range samples {
			file := tree(t, strings.ReplaceAll(within, "$", sample))
			if _, err := definition.Parse(file); err != nil {
				t.Errorf("Parse refuses %s: %v", sample, err)
			}
			if err := s.Validate(file); err != nil {
				t.Errorf("the schema refuses %s: %v", sample, err)
			}
		}
	}
	for within, samples := range refused {
		for _, sample := range samples {
			file := tree(t, strings.ReplaceAll(within, "$", sample))
			if _, err := definition.Parse(file); err == nil {
				t.Errorf("Parse accepts %s", sample)
			}
			if err := s.Validate(file); err == nil {
				t.Errorf("the schema accepts %s", sample)
			}
		}
	}
}

func TestSchemaTellsEditors(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(definition.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"$schema":"https://json-schema.org/draft/2020-12/schema"`, `"default":"away"`, `"default":100000`,
		`"description":"The people who answer chats."`, `"examples":["24/7","mon-fri 9-17"`, `"$ref":"#/$defs/schedule"`,
	} {
		if !strings.Contains(string(written), part) {
			t.Errorf("the schema has no %s", part)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	rows := definition.Reference()
	want := []definition.Row{
		{"schedules.ID.exceptions[].on", "date", "", "The date, instead of `from` and `to`."},
		{"properties.ID.widget.no_agents", "`away`, `offline`, `messaging`, `hidden`", "away",
			"What it shows in hours while no agent is available. `offline` is as outside hours."},
		{"properties.ID.departments.ID.agents", "list of agents", "", "Who answers its chats. With none listed, the schedule alone decides."},
		{"agents.ID.leave[].from", "date", "", "First day away."},
		{"destinations.ID.type", "`log`, `redis_stream`, `webhook`, `chatwoot`, `rest`", "required", "How actions are delivered: as log lines, as entries of a Redis stream, by HTTP, or as calls of the API of a Chatwoot, or of another chat product."},
		{"destinations.ID.max_len", "whole number", "100000", "About how many entries the stream keeps. Older ones are lost to slow readers. For type `redis_stream` only."},
		{"destinations.ID.batch", "`true`, `false`", "false", "Whether the receiver takes a list of up to 100 actions in one request. For type `webhook` only."},
	}
	for _, row := range want {
		if !slices.Contains(rows, row) {
			t.Errorf("no row %+v", row)
		}
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Type == "" || !strings.HasSuffix(row.Doc, ".") || seen[row.Path] {
			t.Errorf("%+v", row)
		}
		seen[row.Path] = true
	}
}

package event_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	written, err := json.Marshal(event.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("event.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("event.json") // it checks against the schema of schemas too
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// agree checks that Parse and the schema say the same of an event.
func agree(t *testing.T, s *jsonschema.Schema, name string, e map[string]any, accepted bool) {
	t.Helper()
	if _, err := intake().Parse(e); (err == nil) != accepted {
		t.Errorf("%s: Parse says %v", name, err)
	}
	if err := s.Validate(e); (err == nil) != accepted {
		t.Errorf("%s: the schema says %v", name, err)
	}
}

func TestSchemaAgreesWithParse(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for _, row := range event.Reference() {
		of := func(data any) map[string]any { return map[string]any{"type": string(row.Type), "data": data} }
		agree(t, s, string(row.Type)+" in full", tree(t, string(file(t, row.Type))).(map[string]any), true)
		least := minimal(t, row)
		agree(t, s, string(row.Type), of(least), true)
		agree(t, s, string(row.Type)+" with an unknown key", of(with(least, "colour", "red")), false)
		for _, key := range row.Required {
			without := maps.Clone(least)
			delete(without, key)
			agree(t, s, string(row.Type)+" without "+key, of(without), false)
			agree(t, s, string(row.Type)+" with an empty "+key, of(with(least, key, "")), false)
		}
		for key := range full(t, row.Type) {
			agree(t, s, string(row.Type)+" with a wrong "+key, of(with(least, key, json.Number("1.5"))), false)
			agree(t, s, string(row.Type)+" with another wrong "+key, of(with(least, key, []any{map[string]any{}})), false)
		}
	}
	for in, accepted := range map[string]bool{
		`"id": "e-1", "time": "2026-11-23T08:00:05Z", "source": "/a", "specversion": "1.0"`: true,
		`"id": 17, "traceparent": "00", "subject": null`:                                    true,
		`"id": "a b"`:            false,
		`"id": ".."`:             false,
		`"source": "a b"`:        false,
		`"specversion": "0.3"`:   false,
		`"Subject": "x"`:         false,
		`"agent": "x"`:           false,
		`"data_base64": "x"`:     false,
		`"time": 1`:              false,
		`"type": "agent.active"`: true,
	} {
		e := tree(t, `{"type": "agent.active", "data": {"agent": "lea"}, `+in+`}`).(map[string]any)
		agree(t, s, in, e, accepted)
	}
	for in, accepted := range map[string]bool{
		`{"type": "agent.active", "data": {"agent": "l\n"}}`: false,
		`{"type": "agent.active"}`:                           false,
		`{"type": "agent.idle", "data": {"agent": "lea"}}`:   false,
		`{"data": {"agent": "lea"}}`:                         false,
		`{"type": "chat.message", "data": {"property": "a", "chat": "c", "from": "bot", "agent": "lea"}}`:                              false,
		`{"type": "chat.message", "data": {"property": "a", "chat": "c", "from": "visitor"}}`:                                          true,
		`{"type": "chat.tagged", "data": {"property": "a", "chat": "c", "added": []}}`:                                                 false,
		`{"type": "chat.tagged", "data": {"property": "a", "chat": "c", "removed": ["x"]}}`:                                            true,
		`{"type": "page.viewed", "data": {"property": "a", "visitor": "v", "visit": "s", "page": {"url": ""}}}`:                        false,
		`{"type": "page.viewed", "data": {"property": "a", "visitor": "v", "visit": "s", "page": {"url": "/", "titel": "x"}}}`:         false,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"tags": []}}}`:                           true,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"custom": {"": 1}}}}`:                    false,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"ip": "x"}}}`:                            false,
		`{"type": "chat.queued", "data": {"property": "a", "chat": "c", "queue_position": 3.0}}`:                                       true,
		`{"type": "chat.queued", "data": {"property": "a", "chat": "c", "queue_position": 1000001}}`:                                   false,
		`{"type": "form.submitted", "data": {"property": "a", "visitor": "v", "form": {"kind": "callback", "fields": {"phone": 1}}}}`:  true,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"ip": "203.0.113.7:80"}}}`:               true,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"ip": "fe80::1%eth0"}}}`:                 true,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"ip": "[2001:db8::1%eth0]:443"}}}`:       true,
		`{"type": "visitor.updated", "data": {"property": "a", "visitor": "v", "attributes": {"ip": "203.0.113.7, 10.0.0.1"}}}`:        false,
		`{"type": "form.submitted", "data": {"property": "a", "visitor": "v", "form": {"kind": "callback_form"}}}`:                     true,
		`{"type": "form.submitted", "data": {"property": "a", "visitor": "v", "form": {"kind": "form"}}}`:                              false,
		`{"type": "form.submitted", "data": {"property": "a", "visitor": "v", "form": {"fields": {}}}}`:                                false,
		`{"type": "visitor.custom", "data": {"property": "a", "visitor": "v", "name": "` + strings.Repeat("é", 100) + `"}}`:            true,
		`{"type": "visitor.custom", "data": {"property": "a", "visitor": "v", "name": "` + strings.Repeat("é", 101) + `"}}`:            false,
		`{"type": "visitor.custom", "data": {"property": "a", "visitor": "v", "name": "x", "values": {"a": [1, {"b": [null, 0.5]}]}}}`: true,
	} {
		agree(t, s, in, tree(t, in).(map[string]any), accepted)
	}
}

// The patterns of ids are written twice, for machines that read the schema and for speed.
func TestIDsAgreeWithTheirPatterns(t *testing.T) {
	t.Parallel()
	s := schema(t)
	rapid.Check(t, func(r *rapid.T) {
		draw := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9._~!$&'()*+,;=:@/#?% -]{0,4}`), rapid.StringMatching(`[a-z0-9._-]{60,130}`))
		e := map[string]any{
			"id": draw.Draw(r, "id"), "source": draw.Draw(r, "source"), "type": "chat.ended",
			"data": map[string]any{"property": draw.Draw(r, "property"), "chat": draw.Draw(r, "chat")},
		}
		for _, optional := range []string{"id", "source"} {
			if e[optional] == "" {
				delete(e, optional)
			}
		}
		_, refused := intake().Parse(e)
		if invalid := s.Validate(e); (refused == nil) != (invalid == nil) {
			r.Errorf("%v: Parse says %v, the schema says %v", e, refused, invalid)
		}
	})
}

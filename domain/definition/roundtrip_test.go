package definition_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
)

// reparse checks that definitions, written as JSON and parsed again, are the same, and are written the same.
func reparse(t rapid.TB, d *definition.Definitions) {
	t.Helper()
	written, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := definition.Parse(tree(t, string(written)))
	if err != nil {
		t.Fatalf("%v in %s", err, written)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Fatalf("%s\n%s", diff, written)
	}
	if twice, err := json.Marshal(again); err != nil || string(twice) != string(written) {
		t.Fatalf("%v\n%s\n%s", err, written, twice)
	}
	var stored definition.Definitions // as it comes out of Redis, without Parse
	if err := json.Unmarshal(written, &stored); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, &stored); diff != "" {
		t.Fatalf("%s\n%s", diff, written)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		d, err := definition.Parse(drawFile(r))
		if err != nil {
			r.Fatal(err)
		}
		reparse(r, d)
	})
}

// drawFile draws a file without faults.
func drawFile(r *rapid.T) any {
	names := map[string][]any{}
	file := map[string]any{}
	for _, key := range []string{"schedules", "destinations"} {
		members := map[string]any{}
		draw := map[string]func(*rapid.T) any{"schedules": drawHours, "destinations": drawDestination}[key]
		for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z0-9][A-Za-z0-9._-]{0,63}`), 0, 4, rapid.ID).Draw(r, key) {
			members[id], names[key] = draw(r), append(names[key], id)
		}
		file[key] = members
	}
	agents := map[string]any{}
	for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,9}`), 0, 4, rapid.ID).Draw(r, "agents") {
		agents[id] = drawAgent(r, names["schedules"])
		names["agents"] = append(names["agents"], id)
	}
	properties := map[string]any{}
	for _, id := range rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}`), 0, 4).Draw(r, "properties") {
		properties[id] = drawProperty(r, names)
	}
	if properties["p"] == nil { // of inboxes
		properties["p"] = nil
	}
	file["agents"], file["properties"] = agents, properties
	return file
}

func drawHours(r *rapid.T) any {
	return rapid.SampledFrom([]any{
		"24/7", "closed", "mon-fri 9-17", "weekdays 9-17; sat 22:00-02:00",
		map[string]any{"time_zone": "Europe/Paris", "weekly": map[string]any{"mon": "9-12, 13-18", "tue-fri": []any{"9-17"}}, "holidays": "DE-BY"},
		map[string]any{"weekly": "closed", "exceptions": []any{map[string]any{"on": "12-24", "yearly": true, "hours": "9-12", "name": "<Eve> & co"}}},
	}).Draw(r, "hours")
}

func drawSchedule(r *rapid.T, schedules []any) any {
	if len(schedules) > 0 && rapid.Bool().Draw(r, "named") {
		return rapid.SampledFrom(schedules).Draw(r, "schedule")
	}
	return drawHours(r)
}

func drawDestination(r *rapid.T) any {
	if rapid.Bool().Draw(r, "log") {
		return map[string]any{"type": "log", "actions": drawSome(r, []any{"agent.notify", "widget.state_changed"})}
	}
	if rapid.Bool().Draw(r, "webhook") {
		secrets := rapid.SampledFrom([]any{"A_SECRET", []any{"A_SECRET"}, []any{"B_SECRET", "A_SECRET"}}).Draw(r, "secret_env")
		return map[string]any{"type": "webhook", "url": "https://x.example/<y>?z=é&", "secret_env": secrets, "batch": rapid.Bool().Draw(r, "batch")}
	}
	if rapid.Bool().Draw(r, "chatwoot") {
		return map[string]any{
			"type": "chatwoot", "url": "https://desk.example", "account": rapid.Int64Range(1, 1<<53).Draw(r, "account"), "token_env": "CHATWOOT_TOKEN", "secret_env": "A_SECRET",
			"admin_token_env": "CHATWOOT_X_TOKEN", "inboxes": map[string]any{"7": "p"}, "agents": map[string]any{},
		}
	}
	return map[string]any{"type": "redis_stream", "stream": drawText(r), "max_len": rapid.Int64Range(1, 1e9).Draw(r, "max_len")}
}

func drawAgent(r *rapid.T, schedules []any) any {
	return drawOptional(r, map[string]any{
		"name": drawText(r), "time_zone": "Asia/Tokyo", "schedule": drawSchedule(r, schedules), "online_when": rapid.SampledFrom([]any{"scheduled", "scheduled_and_logged_in", "logged_in"}).Draw(r, "way"),
		"online_outside_hours": rapid.Bool().Draw(r, "outside"), "auto_offline_after": "90m", "idle": drawOptional(r, map[string]any{"after": "1d", "to": "offline"}),
		"receive_when_slow": rapid.SampledFrom([]any{true, false, "5s", "2m"}).Draw(r, "slow"), "image": "https://x.example/<é>.png",
		"capacity": rapid.IntRange(0, 1000).Draw(r, "capacity"), "at_shift_end": rapid.SampledFrom([]any{"keep", "reassign", "notify"}).Draw(r, "at"),
		"leave":  []any{map[string]any{"on": "2026-02-28"}, map[string]any{"from": "2026-12-21", "to": "2027-01-03"}},
		"notify": drawOptional(r, map[string]any{"on": drawSome(r, []any{"hours_started", "hours_ended", "closing_soon"}), "via": drawSome(r, []any{"a://b&c"})}),
	})
}

func drawProperty(r *rapid.T, names map[string][]any) any {
	return drawOptional(r, map[string]any{
		"name": drawText(r), "time_zone": "UTC", "language": "zh-Hant", "schedule": drawSchedule(r, names["schedules"]),
		"widget": drawOptional(r, map[string]any{"no_agents": "hidden", "message": drawText(r), "outside_hours": "contact_form"}),
		"agents": drawSome(r, names["agents"]), "destinations": drawSome(r, names["destinations"]),
		"departments": map[string]any{"sales": drawOptional(r, map[string]any{"name": drawText(r), "agents": drawSome(r, names["agents"])})},
		"shortcuts":   map[string]any{"prices": map[string]any{"text": drawMessage(r)}}, "one_proactive_message_per_visit": rapid.Bool().Draw(r, "one"),
		"triggers": []any{drawTrigger(r)}, "rescue": []any{map[string]any{"after": drawDuration(r), "actions": drawActions(r), "repeat": rapid.Bool().Draw(r, "repeat"), "count": "open_hours"}},
		"reassign_after": drawDuration(r),
		"sla":            map[string]any{"first_answer": "2d", "warn_before": drawDuration(r)},
		"closing_soon":   map[string]any{"before": "10m", "message": drawMessage(r)}, "auto_replies": drawOptional(r, map[string]any{"outside": drawMessage(r), "form": drawMessage(r)}),
	})
}

func drawText(r *rapid.T) any {
	plain := func(s string) bool {
		return !strings.Contains(s, "{{") && !strings.Contains(s, "}}") && !strings.ContainsFunc(s, table.Hidden)
	}
	return rapid.OneOf(rapid.StringN(0, 200, -1).Filter(plain).AsAny(), rapid.Int().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny()).Draw(r, "text")
}

func drawSome(r *rapid.T, of []any) any {
	some := []any{}
	for _, v := range of {
		if rapid.Bool().Draw(r, "some") {
			some = append(some, v)
		}
	}
	return some
}

func drawOptional(r *rapid.T, m map[string]any) any {
	for _, k := range []string{
		"name", "time_zone", "language", "schedule", "widget", "agents", "destinations", "departments", "leave", "notify", "on", "via", "online_when",
		"shortcuts", "triggers", "rescue", "closing_soon", "auto_replies", "outside", "form", "enabled", "recheck", "conditions", "delay", "frequency", "match", "count", "when_closed", "sla", "case",
		"online_outside_hours", "auto_offline_after", "idle", "to", "receive_when_slow", "image", "capacity", "at_shift_end", "reassign_after",
	} {
		if rapid.Bool().Draw(r, k) {
			delete(m, k)
		}
	}
	return m
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"properties": {"a": {"schedule": "mon-fri 9-17", "agents": ["b"], "destinations": []}}, "agents": {"b": {"leave": [{"on": "2026-12-24"}]}}}`))
	f.Add([]byte(`{"schedules": {"x": {"weekly": {"mon": "9-17"}, "holidays": {"country": "FR"}}}, "destinations": {"d": {"type": "redis_stream", "max_len": 7}}}`))
	f.Add([]byte(`{"agents": {"b": {"name": 1e3, "notify": {"on": ["hours_ended"], "via": ["x://y"]}}}, "properties": {"a": {"widget": {"outside_hours": "message", "message": "<é>"}}}}`))
	f.Add([]byte(`{"destinations": {"d": {"type": "webhook", "url": "https://x/y", "secret_env": ["B_SECRET", "A_SECRET"], "batch": true}}}`))
	f.Add([]byte(chattyFile))
	f.Add([]byte(`{"properties": {"x": ` + everyKey + `}, "agents": {"lea": {}, "tom": {}}, "destinations": {"crm": {"type": "log"}}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var file any
		if json.Unmarshal(src, &file) != nil {
			return
		}
		if d, err := definition.Parse(file); err == nil {
			reparse(t, d)
		}
	})
}

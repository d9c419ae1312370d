package event_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
)

// faultsOf are the faults of an event of a type, as lines.
func faultsOf(t testing.TB, kind event.Type, data any) []string {
	t.Helper()
	_, err := intake().Parse(map[string]any{"type": string(kind), "data": data})
	return lines(t, err)
}

func lines(t testing.TB, err error) []string {
	t.Helper()
	var faults event.Faults
	if err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
		t.Errorf("%v is not faults", err)
	}
	all := make([]string, len(faults))
	for i, f := range faults {
		all[i] = f.String()
	}
	return all
}

// with is data in which one key is another.
func with(data map[string]any, key string, value any) map[string]any {
	changed := maps.Clone(data)
	changed[key] = value
	return changed
}

// minimal is the data of a type with its required keys, and one tag where the table alone does not say
// it.
func minimal(t testing.TB, row event.Row) map[string]any {
	t.Helper()
	data := full(t, row.Type)
	for _, key := range row.Optional {
		if row.Type != event.ChatTagged || key != "added" {
			delete(data, key)
		}
	}
	return data
}

func TestEveryTypeTakesWhatItNeedsAndNoOther(t *testing.T) {
	t.Parallel()
	every := map[string]any{}
	for _, kind := range event.Types() {
		maps.Copy(every, full(t, kind))
	}
	for _, row := range event.Reference() {
		t.Run(string(row.Type), func(t *testing.T) {
			t.Parallel()
			least := minimal(t, row)
			if faults := faultsOf(t, row.Type, least); len(faults) > 0 {
				t.Errorf("with what is required: %q", faults)
			}
			for _, key := range row.Required {
				without := maps.Clone(least)
				delete(without, key)
				for name, data := range map[string]map[string]any{"absent": without, "null": with(least, key, nil), "empty": with(least, key, "")} {
					if faults := faultsOf(t, row.Type, data); len(faults) != 1 || !strings.HasPrefix(faults[0], `/data: "`+key+`" is missing; allowed: `) {
						t.Errorf("%s is %s: %q", key, name, faults)
					}
				}
			}
			for _, key := range row.Optional {
				for name, value := range map[string]any{"null": nil, "empty": ""} {
					if faults := faultsOf(t, row.Type, with(least, key, value)); len(faults) > 0 && row.Type != event.ChatTagged {
						t.Errorf("%s is %s: %q", key, name, faults)
					}
				}
			}
			for key, value := range with(every, "colour", "red") {
				known := slices.Contains(row.Required, key) || slices.Contains(row.Optional, key)
				faults := faultsOf(t, row.Type, with(least, key, value))
				if !known && (len(faults) != 1 || !strings.HasPrefix(faults[0], "/data/"+key+`: "`+key+`" is not a key of the data of `+string(row.Type)+"; allowed: ")) {
					t.Errorf("%s is no key: %q", key, faults)
				}
				if known && len(faults) > 0 {
					t.Errorf("%s is a key: %q", key, faults)
				}
				for _, wrong := range []any{[]any{map[string]any{}}, json.Number("1.5")} {
					faults := faultsOf(t, row.Type, with(least, key, wrong))
					if len(faults) == 0 || !strings.HasPrefix(faults[0], "/data/"+key) {
						t.Errorf("%s is %v: %q", key, wrong, faults)
					}
				}
			}
		})
	}
}

// Each of these has one fault.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const ended = `"type": "chat.ended", "data": {"property": "acme", "chat": "c1"}`
	arrived := func(more string) string {
		return `{"type": "visitor.arrived", "data": {"property": "acme", "visitor": "v1", "visit": "s1", ` + more + `}}`
	}
	custom := func(values string) string {
		return arrived(`"attributes": {"custom": {"x": ` + values + `}}`)
	}
	for _, c := range []struct{ in, want string }{
		{`[]`, `"[…]" is not an object; allowed: the keys id, type, time, source, data`},
		{`null`, `"" is not an object; allowed: the keys id, type, time, source, data`},
		{`{"type": "chat.endd"}`, `/type: "chat.endd" is not a type of event; allowed: visitor.arrived, page.viewed, visitor.left, visitor.updated, visitor.custom, widget.maximized, widget.minimized, ` +
			`department.chosen, form.abandoned, form.submitted, chat.requested, chat.message, chat.queued, chat.assigned, chat.agent_joined, chat.agent_left, chat.handoff, chat.tagged, chat.ended, ` +
			`agent.logged_in, agent.logged_out, agent.status_set, agent.active (did you mean "chat.ended"?)` + "\n" + `"data" is missing; allowed: object`},
		{`{"type": "chat.ended"}`, `"data" is missing; allowed: object`},
		{`{"type": "chat.ended", "data": []}`, `/data: "[…]" is not an object; allowed: the keys property, visitor, visit, chat`},
		{`{"id": "a/b", ` + ended + `}`, `/id: "a/b" is not an id; allowed: 1 to 128 letters, digits and -._~!$&'()*+,;=:@ but not . or .. alone`},
		{`{"id": true, ` + ended + `}`, `/id: "true" is not an id; allowed: 1 to 128 letters, digits and -._~!$&'()*+,;=:@ but not . or .. alone`},
		{`{"specversion": "0.3", ` + ended + `}`, `/specversion: "0.3" is not a version that is understood; allowed: 1.0 (did you mean "1.0"?)`},
		{`{"source": "my shop", ` + ended + `}`, `/source: "my shop" is not a URI; allowed: 1 to 256 characters of ASCII without blanks`},
		{`{"time": "2026-11-23 08:00", ` + ended + `}`, `/time: "2026-11-23 08:00" is not a time; allowed: a date and time with its offset, such as 2026-11-23T08:00:05Z (RFC 3339)`},
		{`{"time": 1795420805, ` + ended + `}`, `/time: "1795420805" is not a time; allowed: a date and time with its offset, such as 2026-11-23T08:00:05Z (RFC 3339)`},
		{`{"Time": "2026-11-23T08:00:05Z", ` + ended + `}`, `/Time: "Time" is not a key of an event; allowed: id, type, time, source, specversion, data, and extensions of lower-case letters and digits (did you mean "time"?)`},
		{`{"trace_parent": "x", ` + ended + `}`, `/trace_parent: "trace_parent" is not a key of an event; allowed: id, type, time, source, specversion, data, and extensions of lower-case letters and digits`},
		{`{"visitor": "v1", ` + ended + `}`, `/visitor: "visitor" belongs into data; allowed: as /data/visitor`},
		{`{"data_base64": "e30=", ` + ended + `}`, "/data_base64: \"data_base64\" is not understood; allowed: an object as `data`"},
		{`{"type": "chat.ended", "data": {"property": "acme", "chat": "c1", "a/b": 1}}`, `/data/a~1b: "a/b" is not a key of the data of chat.ended; allowed: property, visitor, visit, chat`},
		{`{"type": "chat.ended", "data": {"property": "ac me", "chat": "c1"}}`, `/data/property: "ac me" is not an id; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'`},
		{`{"type": "chat.ended", "data": {"property": "acme", "chat": -1}}`, `/data/chat: "-1" is not an id; allowed: 1 to 128 letters, digits and -._~!$&'()*+,;=:@ but not . or .. alone`},

		{arrived(`"page": "/"`), `/data/page: "/" is not an object; allowed: the keys url, title, referrer`},
		{arrived(`"page": {"title": "Home"}`), `/data/page: "url" is missing; allowed: text, cut after 8192 characters`},
		{arrived(`"page": {"url": "/", "titel": "Home"}`), `/data/page/titel: "titel" is not a key of a page; allowed: url, title, referrer (did you mean "title"?)`},
		{arrived(`"attributes": {"ip": "203.0.113.7, 10.0.0.1"}`), `/data/attributes/ip: "203.0.113.7, 10.0.0.1" is not an IP address; allowed: one address, such as 203.0.113.7 or 2001:db8::1`},
		{arrived(`"attributes": {"previous_visits": "3"}`), `/data/attributes/previous_visits: "3" is not a number that fits here; allowed: a whole number from 0 to 1000000000`},
		{arrived(`"attributes": {"previous_chats": -1}`), `/data/attributes/previous_chats: "-1" is not a number that fits here; allowed: a whole number from 0 to 1000000000`},
		{arrived(`"attributes": {"tags": "vip"}`), `/data/attributes/tags: "vip" is not a list of tags; allowed: […] with at most 50 tags`},
		{arrived(`"attributes": {"tags": ["vip", ""]}`), `/data/attributes/tags/1: "" is not a name; allowed: 1 to 100 characters on one line`},
		{arrived(`"attributes": {"tags": ["a` + strings.Repeat(`", "a`, 50) + `"]}`), `/data/attributes/tags: "[…]" is not a list of tags; allowed: […] with at most 50 tags`},
		{arrived(`"attributes": {"country": 49}`), `/data/attributes/country: "49" is not a text; allowed: a text in quotes`},
		{arrived(`"attributes": {"custom": []}`), `/data/attributes/custom: "[…]" is not an object; allowed: values by name, such as {"plan": "pro", "seats": 5}`},
		{arrived(`"attributes": {"custom": {"": 1}}`), `/data/attributes/custom/: "" is not a name; allowed: 1 to 64 characters on one line`},
		{custom(`"` + strings.Repeat("é", 1025) + `"`), `/data/attributes/custom/x: "` + strings.Repeat("é", 59) + `…" is not a text that fits here; allowed: at most 1024 characters`},
		{custom(`[[[[]]]]`), `/data/attributes/custom/x/0/0/0: "[…]" is nested too deeply; allowed: at most 4 levels of lists and objects`},
		{custom(`[1` + strings.Repeat(`, 1`, 100) + `]`), `/data/attributes/custom/x: "101 values" are too many; allowed: at most 100`},
		{custom(`1e400`), `/data/attributes/custom/x: "1e400" is not a value that can be kept; allowed: text, true, false, null, lists and objects of these, and numbers of 64 bits; longer ones as texts`},
		{custom(`12345678901234567890`), `/data/attributes/custom/x: "12345678901234567890" is not a value that can be kept; allowed: text, true, false, null, lists and objects of these, and numbers of 64 bits; longer ones as texts`},

		{`{"type": "chat.message", "data": {"property": "acme", "chat": "c1", "from": "agnet"}}`, `/data/from: "agnet" is not an author; allowed: visitor, agent, bot (did you mean "agent"?)`},
		{`{"type": "chat.message", "data": {"property": "acme", "chat": "c1", "from": "visitor", "agent": "lea"}}`, `/data/agent: "lea" did not write a message that is from: visitor; allowed: an agent with from: agent only`},
		{`{"type": "chat.message", "data": {"property": "acme", "chat": "c1", "from": "bot", "bot": "yes"}}`, `/data/bot: "yes" is neither true nor false; allowed: true, false, without quotes`},
		{`{"type": "chat.tagged", "data": {"property": "acme", "chat": "c1"}}`, "/data: \"added\" is missing; allowed: `added`, `removed` or both, with at least one tag"},
		{`{"type": "chat.tagged", "data": {"property": "acme", "chat": "c1", "added": ["a", "b"], "removed": ["b"]}}`, `/data/removed/0: "b" is added as well; allowed: either of both`},
		{`{"type": "visitor.updated", "data": {"property": "acme", "visitor": "v1", "attributes": {}}}`, `/data: "attributes" is missing; allowed: the attributes of a visitor`},
		{`{"type": "visitor.custom", "data": {"property": "acme", "visitor": "v1", "name": "a\nb"}}`, `/data/name: "a\nb" is not a name; allowed: 1 to 100 characters on one line`},
		{`{"type": "agent.status_set", "data": {"agent": "lea", "status": "busy"}}`, `/data/status: "busy" is not a status; allowed: online, away, invisible, offline, scheduled`},
		{`{"type": "agent.logged_in", "data": {"agent": "lea", "session": ".", "ttl": 5}}`, `/data/session: "." is not an id; allowed: 1 to 128 letters, digits and -._~!$&'()*+,;=:@ but not . or .. alone` + "\n" +
			`/data/ttl: "5" is not a number of seconds that fits here; allowed: a whole number from 10 to 86400`},
		{`{"type": "form.submitted", "data": {"property": "acme", "visitor": "v1", "form": {"kind": "offline form"}}}`, `/data/form/kind: "offline form" is not a kind of form; allowed: offline, contact, callback`},
	} {
		_, err := intake().Parse(tree(t, c.in))
		if got := strings.Join(lines(t, err), "\n"); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
		if _, again := intake().ParseJSON([]byte(c.in)); again == nil || again.Error() != err.Error() {
			t.Errorf("%s\nParseJSON says %v", c.in, again)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := intake().Parse(tree(t, `{
		"id": " ", "time": "now", "type": "visitor.arrived", "Subject": "x",
		"data": {"vistor": "v1", "property": "", "visit": "a b", "page": {"uri": "/"}, "attributes": {"tags": [1], "custom": {"a": {"b": [{"c": []}]}}}}
	}`))
	var faults event.Faults
	errors.As(err, &faults)
	var got []string
	for _, f := range faults {
		got = append(got, f.Path+" "+f.Value)
	}
	want := []string{
		"/id  ", "/time now", "/Subject Subject", "/data property", "/data visitor", "/data/visit a b", "/data/page url", "/data/page/uri uri",
		"/data/attributes/tags/0 1", "/data/attributes/custom/a/b/0/c […]", "/data/vistor vistor",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	wrong := map[string]any{}
	for i := range 200 {
		wrong[strings.Repeat("x", i+2)] = 1
	}
	_, err = intake().Parse(map[string]any{"type": "agent.active", "data": wrong})
	if errors.As(err, &faults); len(faults) != 100 || faults[99].Problem != "are too many to go on" {
		t.Errorf("%d faults", len(faults))
	}
}

func TestWhatCloudEventsAddsIsIgnored(t *testing.T) {
	t.Parallel()
	e, err := intake().Parse(tree(t, `{
		"specversion": "1.0", "id": 17, "type": "agent.active", "source": "https://acme.example/chat", "time": "2026-11-23T09:00:05+01:00",
		"subject": "x", "datacontenttype": "application/json", "dataschema": "https://acme.example/s", "traceparent": "00-ab-cd-01", "comexampleothervalue": 5,
		"data": {"agent": 7, "property": null}
	}`))
	want := event.Event{ID: "17", Type: event.AgentActive, Time: arrival.Add(-time.Second), Source: "https://acme.example/chat", Data: event.Data{Agent: "7"}}
	if diff := cmp.Diff(want, e); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	never := time.Time{}
	for _, c := range []struct {
		name    string
		arrives time.Time
		said    string
		want    string // empty: refused
	}{
		{"on time", arrival, "2026-11-23T08:00:05.123456789Z", "2026-11-23T08:00:05.123456789Z"},
		{"with an offset", arrival, "2026-11-23T13:30:05+05:30", "2026-11-23T08:00:05Z"},
		{"not said", arrival, "", "2026-11-23T08:00:06Z"},
		{"not said, by a clock in Paris", arrival.In(time.FixedZone("", 3600)), "", "2026-11-23T08:00:06Z"},
		{"a moment ahead", arrival, "2026-11-23T08:00:06.001Z", "2026-11-23T08:00:06Z"},
		{"four minutes ahead", arrival, "2026-11-23T08:04:06Z", "2026-11-23T08:00:06Z"},
		{"years ahead", arrival, "9999-12-31T23:59:59Z", "2026-11-23T08:00:06Z"},
		{"seven days late", arrival, "2026-11-16T08:00:06Z", "2026-11-16T08:00:06Z"},
		{"more than seven days late", arrival, "2026-11-16T08:00:05.999Z", ""},
		{"in the year 1", arrival, "0001-01-01T00:00:00Z", ""},
		{"before the year 0", arrival, "0000-01-01T00:00:00+01:00", ""},
		{"after the year 9999", arrival, "9999-12-31T23:59:59-01:00", ""},
		{"a day that is none", arrival, "2026-11-31T08:00:00Z", ""},
		{"without offset", arrival, "2026-11-23T08:00:05", ""},
		{"in a file, long ago", never, "1999-12-31T23:59:59Z", "1999-12-31T23:59:59Z"},
		{"in a file, far ahead", never, "2099-12-31T23:59:59Z", "2099-12-31T23:59:59Z"},
		{"in a file, not said", never, "", ""},
	} {
		in := intake()
		in.At = c.arrives
		e, err := in.Parse(map[string]any{"type": "agent.active", "time": c.said, "data": map[string]any{"agent": "lea"}})
		if err != nil && c.want != "" || err == nil && e.Time.Format(time.RFC3339Nano) != c.want || err == nil && e.Time.Location() != time.UTC {
			t.Errorf("%s: got %v, %v", c.name, e.Time, err)
		}
	}
	_, err := intake().Parse(tree(t, `{"type": "agent.active", "time": "2026-11-16T08:00:00Z", "data": {"agent": "lea"}}`))
	if want := `/time: "2026-11-16T08:00:00Z" is more than 7 days ago; allowed: a time since 2026-11-16T08:00:06Z`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = event.Intake{}.Parse(tree(t, `{"type": "agent.active", "data": {}}`))
	if diff := cmp.Diff([]string{`"id" is missing; allowed: id of event`, `"time" is missing; allowed: time`, `/data: "agent" is missing; allowed: id of agent`}, lines(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		id      any
		chat    string // as a chat's id; empty: refused
		defined bool   // whether a property may be named so
	}{
		{"a word", "c1", "c1", true},
		{"a UUID", "0190a5ce-5b9a-7c3e-8f0d-2f1b6c7d8e9f", "0190a5ce-5b9a-7c3e-8f0d-2f1b6c7d8e9f", true},
		{"a number", json.Number("17"), "17", true},
		{"a number of YAML", uint64(17), "17", true},
		{"a large number", json.Number("9223372036854775807"), "9223372036854775807", true},
		{"a number that loses digits", json.Number("9223372036854775808"), "", false},
		{"a number that has lost digits", 1e17, "", false},
		{"an e-mail address", "zoe+1@example.com", "zoe+1@example.com", false},
		{"a Matrix user", "@zoe:example.com", "@zoe:example.com", false},
		{"a Firebase id", "-Mx_1", "-Mx_1", false},
		{"one mark", "!", "!", false},
		{"128 characters", strings.Repeat("a", 128), strings.Repeat("a", 128), false},
		{"129 characters", strings.Repeat("a", 129), "", false},
		{"64 characters", strings.Repeat("a", 64), strings.Repeat("a", 64), true},
		{"a dot", ".", "", false},
		{"two dots", "..", "", false},
		{"three dots", "...", "...", false},
		{"a dot first", ".a", ".a", false},
		{"a slash", "a/b", "", false},
		{"a hash", "a#b", "", false},
		{"a question mark", "a?b", "", false},
		{"an escape", "a%2Fb", "", false},
		{"a blank", "a b", "", false},
		{"a line", "a\n", "", false},
		{"NUL", "a\x00", "", false},
		{"a letter that looks alike", "а", "", false},
		{"the Kelvin sign", "\u212a", "", false},
		{"no UTF-8", "a\xff", "", false},
	} {
		e, err := intake().Parse(map[string]any{"type": "chat.ended", "data": map[string]any{"property": "acme", "chat": c.id}})
		if e.Data.Chat != c.chat || (err == nil) != (c.chat != "") {
			t.Errorf("%s: chat %q, %v", c.name, e.Data.Chat, err)
		}
		_, err = intake().Parse(map[string]any{"type": "chat.ended", "data": map[string]any{"property": c.id, "chat": "c1"}})
		if (err == nil) != c.defined {
			t.Errorf("%s: property: %v", c.name, err)
		}
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("👋é", 5000)
	e, err := intake().Parse(map[string]any{"type": "chat.requested", "data": map[string]any{
		"property": "acme", "visitor": "v1", "chat": "c1", "text": long, "page": map[string]any{"url": long, "title": long}, "attributes": map[string]any{"browser": long},
	}})
	want := event.Data{
		Property: "acme", Visitor: "v1", Chat: "c1", Text: strings.Repeat("👋é", 4096),
		Page:       event.Page{URL: strings.Repeat("👋é", 4096), Title: strings.Repeat("👋é", 250)},
		Attributes: event.Attributes{Browser: strings.Repeat("👋é", 100)},
	}
	if diff := cmp.Diff(want, e.Data); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   any
		want any
	}{
		{nil, nil},
		{true, true},
		{"", ""},
		{"é", "é"},
		{json.Number("5"), json.Number("5")},
		{json.Number("5.0"), json.Number("5")},
		{json.Number("1e3"), json.Number("1000")},
		{json.Number("-0"), json.Number("0")},
		{json.Number("9223372036854775807"), json.Number("9223372036854775807")},
		{json.Number("0.10"), json.Number("0.1")},
		{json.Number("1e300"), json.Number("1e+300")},
		{json.Number("1e-999999"), json.Number("0")},
		{5, json.Number("5")},
		{int64(5), json.Number("5")},
		{uint64(5), json.Number("5")},
		{5.0, json.Number("5")},
		{0.5, json.Number("0.5")},
		{[]any{}, []any{}},
		{[]any{json.Number("1.50"), map[string]any{"a": "b"}}, []any{json.Number("1.5"), map[string]any{"a": "b"}}},
	} {
		e, err := intake().Parse(map[string]any{"type": "visitor.custom", "data": map[string]any{
			"property": "acme", "visitor": "v1", "name": "x", "values": map[string]any{"v": c.in},
		}})
		if diff := cmp.Diff(event.Values{"v": c.want}, e.Data.Values); diff != "" || err != nil {
			t.Errorf("%v: %v\n%s", c.in, err, diff)
		}
	}
	for _, in := range []any{struct{}{}, uint64(1 << 63), json.Number(strings.Repeat("1", 100)), json.Number("0." + strings.Repeat("1", 100)), "\xff"} {
		if faults := faultsOf(t, event.VisitorCustom, map[string]any{"property": "acme", "visitor": "v1", "name": "x", "values": map[string]any{"v": in}}); len(faults) != 1 {
			t.Errorf("%v: %q", in, faults)
		}
	}
}

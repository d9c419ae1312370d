package event_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
)

// binary is an event in binary mode, as HTTP brings it.
type binary map[string][]string

// encoded is a text as a header has it (HTTP protocol binding, section 3.1.3.2).
func encoded(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c == '"' || c == '%' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// headers are the attributes of an event in JSON, and its data.
func headers(t rapid.TB, body []byte) (binary, []byte) {
	t.Helper()
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil {
		t.Fatal(err)
	}
	h := make(binary)
	for name, value := range parts {
		var s string
		if name != "data" && json.Unmarshal(value, &s) == nil {
			h["Ce-"+strings.ToUpper(name[:1])+name[1:]] = []string{encoded(s)}
		}
	}
	return h, parts["data"]
}

func TestBinaryModeSaysTheSameAsJSON(t *testing.T) {
	t.Parallel()
	for _, kind := range event.Types() {
		body := file(t, kind)
		want, err := intake().ParseJSON(body)
		if err != nil {
			t.Fatal(err)
		}
		got := intake().DecodeBinary(headers(t, body))
		if diff := cmp.Diff(event.Item{Event: want}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnyTextPassesThroughAHeader(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		id, source := rapid.StringMatching(`[A-Za-z0-9~!$&'()*+,;=:@]{1,20}`).Draw(r, "id"), rapid.StringMatching(`[!-~]{1,40}`).Draw(r, "source")
		h := binary{
			"Ce-Specversion": {"1.0"}, "Ce-Type": {"agent.active"}, "Ce-Id": {encoded(id)}, "Ce-Source": {encoded(source)},
			"Ce-Subject": {encoded(rapid.String().Draw(r, "subject"))},
		}
		got := intake().DecodeBinary(h, []byte(`{"agent": "lea"}`))
		if len(got.Faults) > 0 || got.Event.ID != id || got.Event.Source != source {
			r.Errorf("%v: %+v", h, got)
		}
	})
}

func TestBinaryMode(t *testing.T) {
	t.Parallel()
	const data = `{"agent": "lea"}`
	with := func(more ...string) binary {
		h := binary{"Ce-Specversion": {"1.0"}, "Ce-Type": {"agent.active"}, "Content-Type": {"application/json"}, "X-Other": {"%"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = append(h[more[i]], more[i+1])
		}
		return h
	}
	without := func(name string) binary { h := with(); delete(h, name); return h }
	for _, c := range []struct {
		header binary
		data   string
		want   string // the faults; empty: the event is good
	}{
		{with(), data, ""},
		{with("ce-time", "2026-11-23T08:00:05Z", "ce-traceparent", "00-1-2-00", "ce-datacontenttype", "application/json"), data, ""},
		{with("Ce-Id", `"e-1"`), data, ""},
		{with("Ce-Source", `"/a\"b\\c"`), data, ""},
		{with("Ce-Source", "/shop%20%e2%82%ac", "Ce-Id", " e%2D1 "), data, `/source: "/shop €" is not a URI; allowed: 1 to 256 characters of ASCII without blanks`},
		{with("Ce-Id", ""), data, ""}, // as without
		{with(), "\uFEFF" + data, ""},
		{without("Ce-Specversion"), data, `"ce-specversion" is missing; allowed: the header ce-specversion: 1.0`},
		{without("Ce-Type"), data, `"ce-type" is missing; allowed: the header ce-type: `},
		{with("ce-id", "%"), data, `/id: "%" is not percent-encoded UTF-8; allowed: printable ASCII`},
		{with("ce-id", "e%2"), data, `/id: "e%2" is not percent-encoded UTF-8`},
		{with("ce-id", "e%zz"), data, `/id: "e%zz" is not percent-encoded UTF-8`},
		{with("ce-subject", "%C0%A0"), data, `/subject: "%C0%A0" is not percent-encoded UTF-8`},
		{with("ce-id", "a", "ce-id", "b"), data, `/id: "ce-id" is there twice; allowed: each header once`},
		{with("ce-type", "agent.active"), data, `/type: "ce-type" is there twice`},
		{with("ce-data", "x"), data, `/data: "ce-data" is no attribute; allowed: the data as the body`},
		{with("ce-data_base64", "x"), data, "/data_base64: "},
		{with("ce-trace-parent", "x"), data, `/trace-parent: "trace-parent" is not a key of an event`},
		{with("ce-property", "acme"), data, `/property: "property" belongs into data; allowed: as /data/property`},
		{with(), "", `"data" is missing; allowed: as the body: object`},
		{with(), " \n", `"data" is missing; allowed: as the body: object`},
		{with(), "null", `"data" is missing; allowed: as the body: object`},
		{with(), "[]", `/data: "[…]" is not an object`},
		{with(), "{", `/data: "{" is not JSON`},
		{with(), "{\"agent\": \"\xff\"}", `/data: "�\"}" is not UTF-8 (at byte 11)`},
		{with(), `{"agent": "lea", "agent": "tom"}`, `/data/agent: "agent" is there twice`},
		{with(), `{"agent": "l a"}`, `/data/agent: "l a" is not an id`},
		{with(), `{"agent": "lea", "x": "` + strings.Repeat("x", event.MaxEvent) + `"}`, `/data: "65561 bytes" are too many; allowed: at most 65536: send less in one event`},
	} {
		got := intake().DecodeBinary(c.header, []byte(c.data))
		if c.want == "" && (len(got.Faults) > 0 || got.Event.Data.Agent != "lea") || c.want != "" && len(got.Faults) != 1 || !strings.HasPrefix(got.Faults.Error(), c.want) {
			t.Errorf("%v %.80s: %+v, %v; want %s", c.header, c.data, got.Event, got.Faults, c.want)
		}
	}
}

func TestWhichRequestsAreInBinaryMode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contentType string
		header      binary
		is, data    bool
	}{
		{"application/json", binary{"Ce-Specversion": {"1.0"}}, true, true},
		{"", binary{"ce-type": {"chat.ended"}}, true, true},
		{"application/vnd.shop+json; charset=utf-8", binary{"CE-ID": {"e-1"}}, true, true},
		{"application/json", binary{"Ce-Traceparent": {"00"}}, false, true}, // of a proxy, perhaps
		{"application/json", nil, false, true},
		{"Application/CloudEvents+JSON", binary{"Ce-Specversion": {"1.0"}}, false, true},
		{"application/cloudevents-batch+json", binary{"Ce-Specversion": {"1.0"}}, false, true},
		{"text/plain", binary{"Ce-Specversion": {"1.0"}}, true, false},
		{"application/x-ndjson", binary{"Ce-Specversion": {"1.0"}}, true, false},
	} {
		if is, data := event.IsBinary(c.contentType, c.header), event.IsData(c.contentType); is != c.is || data != c.data {
			t.Errorf("%s %v: %t, %t", c.contentType, c.header, is, data)
		}
	}
}

func FuzzDecodeBinary(f *testing.F) {
	f.Add("Ce-Id", "e%2D1", "1.0", "agent.active", []byte(`{"agent": "lea"}`))
	f.Add("ce-source", `"/a\"b"`, "1.0", "visitor.arrived", []byte(`{"property": "acme", "visitor": "v1", "visit": "s1"}`))
	f.Add("Ce-Time", "2026-11-23T08:00:05Z", "%31.0", "chat.ended", []byte(`{"property": "acme", "chat": "c1", "chat": "c2"}`))
	f.Fuzz(func(t *testing.T, name, value, version, kind string, data []byte) {
		item := intake().DecodeBinary(binary{name: {value}, "Ce-Specversion": {version}, "Ce-Type": {kind}}, data)
		if len(item.Faults) == 0 {
			remake(t, item.Event)
		}
		for _, fault := range item.Faults {
			if fault.Problem == "" || len(fault.String()) > 3000 {
				t.Errorf("%+v", fault)
			}
		}
	})
}

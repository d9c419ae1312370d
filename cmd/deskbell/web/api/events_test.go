package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

// results are the outcomes of events: STATUS and the places of faults.
func results(t testing.TB, a webtest.Answer) []string {
	t.Helper()
	var body struct {
		Results []struct {
			ID, Status string
			Errors     []struct{ Location, Message string }
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	var list []string
	for _, r := range body.Results {
		line := r.Status
		for _, e := range r.Errors {
			line += " " + e.Location
		}
		if (r.ID != "") != (r.Status == "taken") {
			t.Errorf("got %+v", r)
		}
		list = append(list, line)
	}
	return list
}

const (
	goodEvent = `{"type":"visitor.arrived","data":{"property":"acme","visitor":"v1","visit":"s1"}}`
	badEvent  = `{"type":"visitor.arrived","data":{"property":"acme","visit":"s 1","colour":"red"}}`
)

func TestEventsAreTakenInEveryForm(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	batch, lines := "["+goodEvent+","+badEvent+","+goodEvent+"]", goodEvent+"\n\n"+badEvent+"\n{\n"+goodEvent
	for _, c := range []struct {
		contentType, body string
		want              []string
	}{
		{"", goodEvent, []string{"taken"}},
		{"application/json; charset=utf-8", goodEvent, []string{"taken"}},
		{"application/json", batch, []string{"taken", "refused /data/colour /data /data/visit", "taken"}},
		{"application/cloudevents+json", badEvent, []string{"refused /data/colour /data /data/visit"}},
		{"application/cloudevents-batch+json", "[" + goodEvent + "]", []string{"taken"}},
		{"application/x-ndjson", lines, []string{"taken", "refused /data/colour /data /data/visit", "refused ", "taken"}},
		{"application/json", "[]", nil},
		{"application/json", "\uFEFF" + goodEvent, []string{"taken"}},
		{"application/json", "\uFEFF[" + goodEvent + "]", []string{"taken"}},
		{"application/x-ndjson", "\uFEFF" + goodEvent + "\n" + goodEvent, []string{"taken", "taken"}},
	} {
		code := 202
		if len(c.want) > 0 && !slices.Contains(c.want, "taken") {
			code = 422
		}
		a := b.Want(code, webtest.With(webtest.Request{}, map[string]string{"Content-Type": c.contentType}), "POST", "/v1/events", c.body)
		got := results(t, a)
		for i := range got { // the order of faults does not matter here
			if i < len(c.want) && strings.HasPrefix(c.want[i], "refused") && strings.HasPrefix(got[i], "refused") {
				got[i] = c.want[i]
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: %s", c.contentType, c.body, diff)
		}
	}
}

func TestAnEventComesInBinaryMode(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	const data = `{"property":"acme","visitor":"v1","visit":"s1"}`
	for _, c := range []struct {
		code    int
		headers map[string]string // beside ce-type
		body    string
		want    []string
	}{
		{202, map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "e%2D1", "Content-Type": "application/json"}, data, []string{"taken"}},
		{202, map[string]string{"ce-specversion": "1.0", "ce-source": "/shop", "ce-time": "2026-11-23T08:29:00Z"}, data, []string{"taken"}},
		{422, map[string]string{"Content-Type": "application/json"}, data, []string{"refused "}}, // no ce-specversion
		{422, map[string]string{"Ce-Specversion": "0.3"}, data, []string{"refused /specversion"}},
		{422, map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "%"}, data, []string{"refused /id"}},
		{422, map[string]string{"Ce-Specversion": "1.0"}, strings.Replace(data, "acme", "none", 1), []string{"unknown_property /data/property"}},
		{422, map[string]string{"Ce-Specversion": "1.0"}, "[" + goodEvent + "]", []string{"refused /data"}},
		{202, map[string]string{"Ce-Specversion": "1.0", "Content-Type": "application/cloudevents+json"}, goodEvent, []string{"taken"}}, // is no binary mode
	} {
		c.headers["ce-type"] = "visitor.arrived"
		a := b.Want(c.code, webtest.Request{Headers: c.headers}, "POST", "/v1/events", c.body)
		if diff := cmp.Diff(c.want, results(t, a)); diff != "" {
			t.Errorf("%v %s: %s", c.headers, c.body, diff)
		}
	}
	for headers, says := range map[[2]string]string{
		{"text/plain", "1.0"}:           "application/json",
		{"application/x-ndjson", "1.0"}: "application/json",
		{"text/plain", ""}:              "application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json",
		{"application/cloudevents", ""}: "application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json",
	} {
		r := webtest.Request{Headers: map[string]string{"Content-Type": headers[0]}}
		if headers[1] != "" {
			r.Headers["Ce-Specversion"] = headers[1]
		}
		if a := b.Want(415, r, "POST", "/v1/events", data); a.Header.Get("Accept") != says || !strings.Contains(a.Body, "application/json") {
			t.Errorf("%s: %s allows %q", headers, a.Body, a.Header.Get("Accept"))
		}
	}
}

func TestEventsThatCannotBeReadAreRefusedWhole(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	many := "[" + strings.Repeat(goodEvent+",", 1000) + goodEvent + "]"
	for _, c := range []struct {
		code              int
		contentType, body string
	}{
		{400, "application/json", "{"},
		{400, "application/json", ""},
		{400, "application/json", many},
		{413, "application/json", strings.Repeat(" ", 1<<20+1)},
		{415, "text/plain", goodEvent},
		{415, "application/x-www-form-urlencoded", goodEvent},
	} {
		b.Want(c.code, webtest.With(webtest.Request{}, map[string]string{"Content-Type": c.contentType}), "POST", "/v1/events", c.body)
	}
	b.Want(405, webtest.Request{}, "GET", "/v1/events", "")
}

// TestBodiesWithAContentEncodingAreRefused: on every route that has a body, and before anybody reads it. Events may be packed by gzip.
func TestBodiesWithAContentEncodingAreRefused(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const property, override = "/v1/properties/acme", "/v1/properties/acme/override"
	b.Want(201, webtest.Request{}, "PUT", property, "\uFEFF{}")
	for _, c := range []struct {
		code                       int
		coding, method, path, body string
	}{
		{415, "br", "POST", "/v1/events", goodEvent},
		{415, "gzip, gzip", "POST", "/v1/events", packed(t, packed(t, goodEvent))},
		{415, "identity, GZIP, br", "POST", "/v1/events", goodEvent},
		{415, "gzip", "PUT", property, "{}"},
		{415, "zstd", "PUT", override, `{"open": true}`},
		{202, "identity", "POST", "/v1/events", goodEvent},
		{202, "", "POST", "/v1/events", goodEvent},
		{202, "gzip", "POST", "/v1/events", packed(t, goodEvent)},
		{202, "identity, X-GZIP", "POST", "/v1/events", packed(t, goodEvent)},
		{200, "gzip", "GET", property, ""}, // of no body
		{200, "", "PUT", override, "\uFEFF" + `{"open": true}`},
	} {
		a := b.Want(c.code, webtest.Request{Headers: map[string]string{"Content-Encoding": c.coding}}, c.method, c.path, c.body)
		accepts, allows := "identity", "allowed: none (identity)"
		if c.path == "/v1/events" {
			accepts, allows = "gzip", "allowed: gzip, once, or none (identity)"
		}
		if c.code == 415 && (a.Header.Get("Accept-Encoding") != accepts || !strings.Contains(a.Body, allows)) {
			t.Errorf("%s of %s: %s, accepting %q", c.coding, c.path, a.Body, a.Header.Get("Accept-Encoding"))
		}
	}
	root := b.Document().Root
	for path, method := range map[string]string{"/v1/events": "post", "/v1/agents/{id}": "put", "/v1/properties/{id}/departments/{department}/override": "put"} {
		for _, code := range []string{"400", "408", "413", "415", "422", "429", "503"} {
			if webtest.Part(root, "paths", path, method, "responses", code) == nil {
				t.Errorf("%s has no %s", path, code)
			}
		}
	}
}

// TestAnUnknownPropertyHintsAtThoseThatTheKeyMaySee sends an event of acmee: acme is told to keys that may see it.
func TestAnUnknownPropertyHintsAtThoseThatTheKeyMaySee(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	all := b.Key(edit.Key{Name: "all"})
	for _, id := range []string{"acme", "secret"} {
		b.Want(201, webtest.Request{Key: all}, "PUT", "/v1/properties/"+id, `{}`)
	}
	for _, c := range []struct {
		properties []string // of the key; none: all
		written    string
		want       string
	}{
		{nil, "acmee", `is not defined; allowed: a property that is (did you mean \"acme\"?)`},
		{nil, "unlike", `is not defined; allowed: a property that is"`},
		{[]string{"acme", "acmee"}, "acmee", `is not defined; allowed: a property that is (did you mean \"acme\"?)`},
		{[]string{"acme"}, "acmee", `is not for this key; allowed: a property of the key (did you mean \"acme\"?)`},
		{[]string{"secrets"}, "secrets", `is not defined; allowed: a property that is"`},
		{[]string{"secrets", "secretx"}, "secrets", `is not defined; allowed: a property that is"`}, // neither is defined
		{[]string{"acme"}, "secrets", `is not for this key; allowed: a property of the key"`},
	} {
		key := all
		if c.properties != nil {
			key = b.Key(edit.Key{Name: "of-" + c.written + strings.Join(c.properties, "-"), Properties: c.properties})
		}
		a := b.Want(422, webtest.Request{Key: key}, "POST", "/v1/events", strings.Replace(goodEvent, "acme", c.written, 1))
		if !strings.Contains(a.Body, c.want) {
			t.Errorf("a key of %v, an event of %s: %s", c.properties, c.written, a.Body)
		}
	}
}

func TestAKeyOfSomePropertiesSendsTheirEventsAlone(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	bound := b.Key(edit.Key{Name: "acme", Properties: []string{"acme"}})
	reader := b.Key(edit.Key{Name: "reader", ReadOnly: true})
	for _, id := range []string{"acme", "other"} {
		b.Want(201, webtest.Request{Key: b.Key(edit.Key{Name: id + "-admin"})}, "PUT", "/v1/properties/"+id, `{}`)
	}
	other := strings.Replace(goodEvent, "acme", "other", 1)
	agent := `{"type":"agent.logged_in","data":{"agent":"lea"}}`
	a := b.Want(202, webtest.Request{Key: bound}, "POST", "/v1/events", "["+goodEvent+","+other+","+agent+"]")
	if diff := cmp.Diff([]string{"taken", "refused /data/property", "refused /data/property"}, results(t, a)); diff != "" {
		t.Error(diff)
	}
	b.Want(403, webtest.Request{Key: reader}, "POST", "/v1/events", goodEvent)

	admin := webtest.Request{Key: b.Key(edit.Key{Name: "admin"})}
	for _, id := range []string{"lea", "tom", "kim"} {
		b.Want(201, admin, "PUT", "/v1/agents/"+id, `{}`)
	}
	b.Want(200, admin, "PUT", "/v1/properties/acme", `{"agents": ["lea"], "departments": {"sales": {"agents": ["tom"]}}}`)
	b.Want(200, admin, "PUT", "/v1/properties/other", `{"agents": ["tom"]}`)
	of := func(id, property string) string {
		return `{"type":"agent.active","data":{"agent":"` + id + `","property":"` + property + `"}}`
	}
	a = b.Want(202, webtest.Request{Key: bound}, "POST", "/v1/events",
		"["+of("lea", "acme")+","+of("lea", "other")+","+of("tom", "acme")+","+of("kim", "acme")+","+of("leah", "acme")+"]")
	if diff := cmp.Diff([]string{"taken", "refused /data/property", "refused /data/agent", "unknown_agent /data/agent", "unknown_agent /data/agent"}, results(t, a)); diff != "" {
		t.Error(diff)
	}
	b.Want(200, admin, "PUT", "/v1/properties/other", `{}`)
	if got := results(t, b.Want(202, webtest.Request{Key: bound}, "POST", "/v1/events", of("tom", "acme"))); got[0] != "taken" {
		t.Errorf("tom serves acme alone: %s", got)
	}
	b.Want(401, webtest.Request{Key: "dbk_x"}, "POST", "/v1/events", goodEvent)
}

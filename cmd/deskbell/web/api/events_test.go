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
	b.Want(401, webtest.Request{Key: "dbk_x"}, "POST", "/v1/events", goodEvent)
}

package web_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/edit"
)

// results are what became of events: STATUS and the places of faults.
func (a answer) results(t testing.TB) []string {
	t.Helper()
	var body struct {
		Results []struct {
			ID, Status string
			Errors     []struct{ Location, Message string }
		}
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.body)
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
	b := newBundle(t)
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
		a := b.want(202, with(request{}, map[string]string{"Content-Type": c.contentType}), "POST", "/v1/events", c.body)
		got := a.results(t)
		for i := range got { // the order of faults is not looked at here
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
	b := newBundle(t)
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
		b.want(c.code, with(request{}, map[string]string{"Content-Type": c.contentType}), "POST", "/v1/events", c.body)
	}
	b.want(405, request{}, "GET", "/v1/events", "")
}

func TestAKeyOfSomePropertiesSendsTheirEventsAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	bound := b.key(edit.Key{Name: "acme", Properties: []string{"acme"}})
	reader := b.key(edit.Key{Name: "reader", ReadOnly: true})
	other := strings.Replace(goodEvent, "acme", "other", 1)
	agent := `{"type":"agent.logged_in","data":{"agent":"lea"}}`
	a := b.want(202, request{key: bound}, "POST", "/v1/events", "["+goodEvent+","+other+","+agent+"]")
	if diff := cmp.Diff([]string{"taken", "refused /data/property", "refused /data/property"}, a.results(t)); diff != "" {
		t.Error(diff)
	}
	b.want(403, request{key: reader}, "POST", "/v1/events", goodEvent)
	b.want(401, request{key: "dbk_x"}, "POST", "/v1/events", goodEvent)
}

package api_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

var inJSON = webtest.Request{Headers: map[string]string{"Content-Type": "application/json"}} // constant

// arrival is an event of a property.
func arrival(property string) string { return strings.Replace(goodEvent, "acme", property, 1) }

// counts are those of an answer, as JSON.
func counts(t testing.TB, a webtest.Answer) string {
	t.Helper()
	var body struct{ Counts json.RawMessage }
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return string(body.Counts)
}

func TestAnAnswerSaysWhatBecameOfEachEvent(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{}`)
	const agent, agentOf = `{"type":"agent.logged_in","data":{"agent":"lea"}}`, `{"type":"agent.logged_in","data":{"agent":"lea","property":"none"}}`
	const leah = `{"type":"agent.logged_in","data":{"agent":"leah","property":"acme"}}`
	for _, c := range []struct {
		events []string
		code   int
		want   []string
		counts string
	}{
		{[]string{arrival("acme")}, 202, []string{"taken"}, `{"taken":1,"refused":0,"unknown_property":0}`},
		{
			[]string{arrival("none"), badEvent, arrival("acme"), agent}, 202,
			[]string{"unknown_property /data/property", "refused /data /data/visit /data/colour", "taken", "taken"}, `{"taken":2,"refused":1,"unknown_property":1}`,
		},
		{[]string{badEvent}, 422, []string{"refused /data /data/visit /data/colour"}, `{"taken":0,"refused":1,"unknown_property":0}`},
		{[]string{arrival("none"), arrival("nil")}, 422, []string{"unknown_property /data/property", "unknown_property /data/property"}, `{"taken":0,"refused":0,"unknown_property":2}`},
		{[]string{agentOf}, 422, []string{"unknown_property /data/property"}, `{"taken":0,"refused":0,"unknown_property":1}`},
		{[]string{leah, agent}, 202, []string{"unknown_agent /data/agent", "taken"}, `{"taken":1,"refused":0,"unknown_property":0,"unknown_agent":1}`},
		{[]string{leah}, 422, []string{"unknown_agent /data/agent"}, `{"taken":0,"refused":0,"unknown_property":0,"unknown_agent":1}`},
		{[]string{strings.Replace(badEvent, "acme", "none", 1)}, 422, []string{"refused /data /data/visit /data/colour"}, `{"taken":0,"refused":1,"unknown_property":0}`},
		{nil, 202, nil, `{"taken":0,"refused":0,"unknown_property":0}`},
	} {
		a := b.Want(c.code, inJSON, "POST", "/v1/events", "["+strings.Join(c.events, ",")+"]")
		if diff := cmp.Diff(c.want, results(t, a)); diff != "" {
			t.Errorf("%s: %s", c.events, diff)
		}
		if got := counts(t, a); got != c.counts {
			t.Errorf("%s: %s", c.events, got)
		}
	}
	for result, want := range map[string]float64{"taken": 4, "refused": 3, "unknown_property": 4, "unknown_agent": 2} {
		if got := testutil.ToFloat64(b.Events.WithLabelValues(result)); got != want {
			t.Errorf("%v were %s, want %v", got, result, want)
		}
	}
}

func TestARefusalIsNotLargerThanItsEvents(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	many := func(event string, n int) string { return "[" + strings.Repeat(event+",", n-1) + event + "]" }
	key := func(i int) string { return strings.Repeat("\u00e9", 300) + fmt.Sprint(i) }
	var wild []string // keys that are none
	for i := range 30 {
		wild = append(wild, strconv.Quote(key(i))+": 1")
	}
	for _, c := range []struct {
		body           string
		events, faults int // that are shown
	}{
		{many(badEvent, 1000), 1000, 200},
		{many(badEvent, 100), 100, 200}, // two of three
		{many(`{"type":"chat.end","data":{}}`, 1000), 1000, 200},
		{many(`{"type":"visitor.custom","data":{`+strings.Join(wild[:10], ",")+`}}`, 20), 20, 20 * 10},
		{many(`{"type":"visitor.custom","data":{`+strings.Join(wild, ",")+`}}`, 2), 2, 2 * 20},
		{many(`1`, 1000), 1000, 200},
	} {
		a := b.Want(422, inJSON, "POST", "/v1/events", c.body)
		var body struct {
			Results []struct {
				Errors  []any
				LeftOut int `json:"errors_left_out"`
			}
		}
		if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, r := range body.Results {
			if shown += len(r.Errors); len(r.Errors)+r.LeftOut == 0 {
				t.Errorf("%.80s: one event has neither faults nor a number of those left out", c.body)
			}
		}
		if len(a.Body) > 300_000 || len(body.Results) != c.events || shown != c.faults {
			t.Errorf("%.80s: %d bytes, %d results, %d faults", c.body, len(a.Body), len(body.Results), shown)
		}
	}
	agents := make([]string, 1000)
	for i := range agents {
		agents[i] = fmt.Sprintf("%q", fmt.Sprint("a b", i))
	}
	p := b.Want(422, webtest.Request{}, "PUT", "/v1/properties/acme", `{"agents": [`+strings.Join(agents, ",")+`]}`).Problem(t)
	if len(p.Errors) != 200 || !strings.Contains(p.Detail, "800 more faults are left out") {
		t.Errorf("a definition: %d faults, %s", len(p.Errors), p.Detail)
	}
}

func TestAPropertyIsKnownAtOnceAndForgottenSoon(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	rdb := b.Redis.Client(t)
	store, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 7, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	other := jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: 1, Now: b.Now, TimeZone: time.UTC}) // of another process
	sends := func(code int, says, property string) {
		t.Helper()
		if got := results(t, b.Want(code, inJSON, "POST", "/v1/events", arrival(property))); !strings.HasPrefix(got[0], says) {
			t.Errorf("%s: %s", property, got)
		}
	}
	sends(422, "unknown_property", "here")
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/here", `{}`)
	sends(202, "taken", "here")
	b.Want(204, webtest.Request{}, "DELETE", "/v1/properties/here", "")
	sends(422, "unknown_property", "here")

	sends(422, "unknown_property", "there")
	if _, _, err := other.Put(t.Context(), edit.KindProperty, "there", new(definition.Property), edit.Match{}); err != nil {
		t.Fatal(err)
	}
	sends(202, "taken", "there")
	if err := other.Delete(t.Context(), edit.KindProperty, "there", edit.Match{}); err != nil {
		t.Fatal(err)
	}
	b.Pass(10 * time.Second)
	sends(422, "unknown_property", "there")

	sends(422, "unknown_property", "applied")
	plan, err := other.Plan(t.Context(), &definition.Definitions{Properties: map[string]*definition.Property{"applied": {}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Apply(t.Context(), plan, nil); err != nil {
		t.Fatal(err)
	}
	sends(202, "taken", "applied")
	b.Redis.Stop(t)
	sent := b.Send(inJSON, "POST", "/v1/events", arrival("other"))
	if sent.Code != 503 || sent.Header.Get("Retry-After") == "" {
		t.Errorf("while Redis is away: %d %s", sent.Code, sent.Body)
	}
}

package api_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestTheStatusOfAnAgentIsThatOfNow(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const path = "/v1/agents/lea/status"
	b.Want(404, webtest.Request{}, "GET", path, "")
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{"name": "Léa", "time_zone": "Europe/Paris", "schedule": "mon-fri 9-17", "notify": {"via": ["ntfy://ntfy.sh/secret"]}}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", path, "").Body, `{
		"agent": "lea", "name": "Léa", "time_zone": "Europe/Paris", "status": "online", "reason": "weekly",
		"since": "2026-11-23T08:00:00Z", "until": "2026-11-23T16:00:00Z", "next": "offline"}`)
	b.Pass(8 * time.Hour) // no worker runs
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", path, "").Body, `{
		"agent": "lea", "name": "Léa", "time_zone": "Europe/Paris", "status": "offline", "reason": "weekly",
		"since": "2026-11-23T16:00:00Z", "until": "2026-11-24T08:00:00Z", "next": "online"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/tom", `{}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/agents/tom/status", "").Body, `{
		"agent": "tom", "time_zone": "UTC", "status": "online", "reason": "always", "since": null, "until": null, "next": null}`)
	b.Document().Check("/components/schemas/AgentStatus", `{"agent": "lea", "time_zone": "UTC", "status": "online"}`) // for a key of some properties
}

func TestOverridesAreReadAsTheyWereSet(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const shop, sales = "/v1/properties/acme/override", "/v1/properties/acme/departments/sales/override"
	b.Want(404, webtest.Request{}, "GET", shop, "")
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-17", "departments": {"sales": {}}}`)
	b.Want(404, webtest.Request{}, "GET", "/v1/properties/acme/departments/none/override", "")
	reads := func(path, want string) {
		t.Helper()
		webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", path, "").Body, want)
	}
	reads(shop, `{"hours": {"open": false, "reason": "weekly", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:00:00Z"}}`)
	b.Want(200, webtest.Request{}, "PUT", shop, `{"open": false, "for": "1h", "note": "Fire drill"}`)
	reads(shop, `{"override": {"open": false, "from": "2026-11-23T08:30:00Z", "until": "2026-11-23T09:30:00Z", "note": "Fire drill"},
		"hours": {"open": false, "reason": "override", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:30:00Z"}}`)
	reads(sales, `{"hours": {"open": false, "reason": "override", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:30:00Z"}}`)
	b.Want(200, webtest.Request{}, "PUT", sales, `{"open": true}`)
	reads(sales, `{"override": {"open": true, "from": "2026-11-23T08:30:00Z", "until": null},
		"hours": {"open": true, "reason": "override", "since": "2026-11-23T08:30:00Z", "until": null}}`)
	b.Pass(time.Hour)
	reads(shop, `{"hours": {"open": true, "reason": "weekly", "since": "2026-11-23T09:30:00Z", "until": "2026-11-23T17:00:00Z"}}`)
}

func TestAnOverrideSaysWhoSetIt(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	const path = "/v1/properties/acme/override"
	b.Want(200, b.acme, "PUT", path, `{"open": false, "note": "Fire drill"}`)
	if got := b.Want(200, b.admin, "GET", path, "").Body; !strings.Contains(got, `"note":"Fire drill","by":"acme"`) {
		t.Errorf("it says %s", got)
	}
	for _, note := range []string{`1`, `"two\nlines"`, `"` + strings.Repeat("x", 201) + `"`} {
		if p := b.Want(422, b.acme, "PUT", path, `{"open": false, "note": `+note+`}`).Problem(t); len(p.Errors) != 1 || p.Errors[0].Location != "/note" {
			t.Errorf("the note %.20s: %+v", note, p)
		}
	}
}

// TestAnExportIsAppliedAgain takes the file of a full key, and changes nothing by it. The others get their part, and no secret.
func TestAnExportIsAppliedAgain(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.Want(200, b.admin, "PUT", "/v1/agents/lea", `{"name": "Léa", "notify": {"on": ["hours_started"], "via": ["ntfy://ntfy.sh/a-secret-topic"]}, "schedule": {"weekly": {"mon-fri": "09:00-17:00"}}}`)
	read := func(r webtest.Request) string {
		t.Helper()
		a := b.Want(200, r, "GET", "/v1/export", "")
		if got := a.Header.Get("Content-Type"); got != "application/yaml" {
			t.Errorf("it is %s", got)
		}
		return a.Body
	}
	file := read(b.admin)
	defs, err := config.ReadDefinitions("export", []byte(file))
	if err != nil {
		t.Fatalf("%v in\n%s", err, file)
	}
	if steps, err := b.Client.Plan(t.Context(), defs); err != nil || len(steps) > 0 || !strings.Contains(file, "a-secret-topic") {
		t.Errorf("it would change %v (%v):\n%s", steps, err, file)
	}
	reader := read(webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true})})
	if strings.Contains(reader, "a-secret-topic") || !strings.Contains(reader, "ntfy://…") || strings.Contains(reader, "beta.example") {
		t.Errorf("a reader gets\n%s", reader)
	}
	own := read(b.acme)
	for _, other := range []string{"beta", "a-secret-topic", "hr-hours", "schedules:"} {
		if strings.Contains(own, "\n"+other) || strings.Contains(own, "  "+other) {
			t.Errorf("a key of acme gets %q:\n%s", other, own)
		}
	}
	if !strings.HasPrefix(own, "properties:\n  acme:\n") {
		t.Errorf("a key of acme gets\n%s", own)
	}
}

func TestDeliveriesAreListed(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/deliveries", "").Body, `{"destinations": [], "given_up": [], "left_out": 0}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/destinations/crm", `{"type": "log"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/destinations/audit", `{"type": "log"}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/deliveries?destination=crm&limit=1", "").Body,
		`{"destinations": [{"name": "crm", "type": "log", "state": "ok"}], "given_up": [], "left_out": 0}`)
	b.Want(404, webtest.Request{}, "GET", "/v1/deliveries?destination=none", "")
	b.Want(422, webtest.Request{}, "GET", "/v1/deliveries?limit=0", "")
}

// keepVisitor puts a visitor with a chat into the store of a bundle.
func keepVisitor(b *webtest.Bundle, property, visitor string) {
	b.Helper()
	state, err := os.ReadFile("../../../../jobs/engine/testdata/v1/visitor.json")
	if err == nil {
		_, err = b.Store.Commit(b.Context(), []store.Change{{Subject: store.VisitorSubject(property, visitor), NewRev: 1, State: state, At: b.Now()}})
	}
	if err != nil {
		b.Fatal(err)
	}
}

func TestAVisitorIsShownWithWhatWaits(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(404, webtest.Request{}, "GET", "/v1/visitors/acme/v1", "")
	keepVisitor(b, "acme", "v1")
	var got struct {
		Property, Visitor string
		Record            map[string]any
		Waiting           []struct{ Trigger, Rule, Step, Visit, Chat, Due, Why string }
		Recent            []any
	}
	body := b.Want(200, webtest.Request{}, "GET", "/v1/visitors/acme/v1", "").Body
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Property != "acme" || got.Visitor != "v1" || got.Record["known"] != nil || got.Record["chats"] == nil || got.Recent == nil {
		t.Errorf("got %s", body)
	}
	var waits []string
	for _, w := range got.Waiting {
		waits = append(waits, strings.Join([]string{w.Trigger, w.Rule, w.Step, w.Visit, w.Chat, w.Due, w.Why}, "|"))
	}
	if diff := cmp.Diff([]string{
		"Help|||2|c1|2026-11-23T12:00:52.25Z|the visitor has left: it is asked when they come back",
		"|rescue|30s||c1|2026-11-23T12:01:02Z|the rest of its actions, after a wait",
		"|rescue|2m||c1|2026-11-23T12:02:22Z|nobody has answered so far",
	}, waits); diff != "" {
		t.Error(diff)
	}
	b.Want(404, webtest.Request{}, "GET", "/v1/visitors/beta/v1", "")
}

package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// tenants are two shops on one server, each with an agent, a schedule and a destination of its own.
type tenants struct {
	*webtest.Bundle
	admin, acme webtest.Request
}

const (
	acmeNow = `{"agents": ["lea"], "schedule": "office", "destinations": ["crm"]}`
	betaNow = `{"agents": ["tom"], "schedule": "hr-hours", "destinations": ["betahook"], "departments": {"hr": {}}}`
)

func newTenants(t *testing.T) *tenants {
	b := &tenants{Bundle: webtest.New(t)}
	b.admin = webtest.Request{Key: b.Key(edit.Key{Name: "admin"})}
	for _, d := range [][2]string{
		{"agents/lea", `{}`}, {"agents/tom", `{}`}, {"agents/kim", `{}`}, {"schedules/office", `"24/7"`}, {"schedules/hr-hours", `"mon-fri 9-17"`},
		{"destinations/crm", `{"type": "log"}`}, {"destinations/betahook", `{"type": "webhook", "url": "https://beta.example/hook", "secret_env": "BETA_SECRET"}`},
		{"properties/acme", acmeNow}, {"properties/beta", betaNow},
	} {
		b.Want(201, b.admin, "PUT", "/v1/"+d[0], d[1])
	}
	b.acme = webtest.Request{Key: b.Key(edit.Key{Name: "acme", Properties: []string{"acme", "acme-new"}})}
	return b
}

// TestWhatBelongsToAnotherIsToAKeyAsWhatIsNotDefined asks twice, once with an id of the other shop and once with one that there is
// not: nothing in the answers may differ but the id.
func TestWhatBelongsToAnotherIsToAKeyAsWhatIsNotDefined(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	const agent, schedule, destination, property = "AGENT", "SCHEDULE", "DESTINATION", "PROPERTY"
	there := strings.NewReplacer(agent, "tom", schedule, "hr-hours", destination, "betahook", property, "beta")
	nowhere := strings.NewReplacer(agent, "tam", schedule, "hr-haurs", destination, "betahaak", property, "bata")
	rotation := `{"weekly": {"mon-fri": "9-17"}, "rotation": {"every": "1w", "of": ["AGENT"], "from": "2026-11-30"}}`
	event := func(kind, data string) string { return `{"id": "e-1", "type": "` + kind + `", "data": {` + data + `}}` }
	for _, c := range []struct {
		code               int
		method, path, body string
	}{
		{422, "PUT", "/v1/properties/acme", `{"agents": ["AGENT"]}`},
		{422, "PUT", "/v1/properties/acme", `{"agents": ["lea", "AGENT"], "schedule": "SCHEDULE", "destinations": ["crm", "DESTINATION"]}`},
		{422, "PUT", "/v1/properties/acme", `{"schedule": "SCHEDULE"}`},
		{422, "PUT", "/v1/properties/acme", `{"schedule": ` + rotation + `}`},
		{422, "PUT", "/v1/properties/acme", `{"destinations": ["DESTINATION"]}`},
		{422, "PUT", "/v1/properties/acme", `{"departments": {"sales": {"agents": ["AGENT"], "schedule": "SCHEDULE"}}}`},
		{422, "PUT", "/v1/properties/acme", `{"departments": {"sales": {"schedule": ` + rotation + `}}}`},
		{422, "PUT", "/v1/properties/acme", `{"triggers": [{"name": "x", "type": "rescue", "delay": "30s", "actions": [{"notify": {"text": "x", "destination": "DESTINATION"}}]}]}`},
		{422, "PUT", "/v1/properties/acme", `{"destinations": ["crm"], "rescue": [{"after": "30s", "notify": {"text": "x", "destination": "DESTINATION"}}]}`},
		{422, "PUT", "/v1/properties/acme", `{"rescue": [{"after": "30s", "notify": {"text": "x", "agents": ["AGENT"]}}]}`},
		{422, "PUT", "/v1/properties/acme", `{"rescue": [{"after": "30s", "send_message": {"text": "x", "sender": {"agent": "AGENT"}}}]}`},
		{422, "PUT", "/v1/properties/acme-new", `{"agents": ["AGENT"], "schedule": "SCHEDULE"}`},
		{403, "PUT", "/v1/properties/PROPERTY", `{}`},
		{403, "GET", "/v1/properties/PROPERTY", ""},
		{403, "DELETE", "/v1/properties/PROPERTY", ""},
		{403, "PUT", "/v1/properties/PROPERTY/override", `{"open": false}`},
		{403, "DELETE", "/v1/properties/PROPERTY/override", ""},
		{403, "PUT", "/v1/properties/PROPERTY/departments/hr/override", `{"open": false}`},
		{404, "PUT", "/v1/properties/acme/departments/hr/override", `{"open": false}`},
		{403, "GET", "/v1/properties/PROPERTY/boundaries", ""},
		{403, "GET", "/v1/properties/PROPERTY/add?duration=1h", ""},
		{403, "GET", "/v1/properties/PROPERTY/coverage", ""},
		{403, "GET", "/v1/properties/PROPERTY/hours.ics", ""},
		{403, "GET", "/v1/agents", ""},
		{403, "GET", "/v1/agents/AGENT", ""},
		{403, "PUT", "/v1/agents/AGENT", `{}`},
		{403, "PUT", "/v1/agents/lea", `{"cover": [{"for": "AGENT", "by": "lea", "on": "2026-12-01"}]}`},
		{403, "DELETE", "/v1/agents/AGENT", ""},
		{403, "GET", "/v1/agents/AGENT/boundaries", ""},
		{403, "GET", "/v1/agents/AGENT/add?duration=1h", ""},
		{403, "GET", "/v1/agents/AGENT/why", ""},
		{404, "GET", "/v1/agents/AGENT/status", ""},
		{403, "GET", "/v1/agents/AGENT/shifts.ics", ""},
		{403, "GET", "/v1/schedules", ""},
		{403, "GET", "/v1/schedules/SCHEDULE", ""},
		{403, "PUT", "/v1/schedules/SCHEDULE", `"24/7"`},
		{403, "DELETE", "/v1/schedules/SCHEDULE", ""},
		{403, "GET", "/v1/schedules/SCHEDULE/boundaries", ""},
		{403, "GET", "/v1/schedules/SCHEDULE/add?duration=1h", ""},
		{403, "GET", "/v1/schedules/SCHEDULE/hours.ics", ""},
		{403, "GET", "/v1/destinations", ""},
		{403, "GET", "/v1/destinations/DESTINATION", ""},
		{403, "PUT", "/v1/destinations/DESTINATION", `{"type": "log"}`},
		{403, "DELETE", "/v1/destinations/DESTINATION", ""},
		{200, "GET", "/v1/deliveries?destination=DESTINATION", ""},
		{403, "GET", "/v1/feeds", ""},
		{403, "GET", "/v1/quotas", ""},
		{422, "POST", "/v1/events", event("visitor.arrived", `"property": "PROPERTY", "visitor": "v1"`)},
		{422, "POST", "/v1/events", event("agent.logged_in", `"agent": "AGENT"`)},
		{422, "POST", "/v1/events", event("agent.logged_in", `"property": "acme", "agent": "AGENT"`)},
		{422, "POST", "/v1/events", event("agent.logged_out", `"property": "acme", "agent": "AGENT"`)},
		{422, "POST", "/v1/events", event("agent.status_set", `"property": "acme", "agent": "AGENT", "status": "offline"`)},
		{422, "POST", "/v1/events", event("agent.active", `"property": "acme", "agent": "AGENT"`)},
		{422, "POST", "/v1/events", event("agent.active", `"property": "acme-new", "agent": "AGENT"`)},
		{202, "POST", "/v1/events", event("chat.assigned", `"property": "acme", "visitor": "v1", "chat": "c1", "agent": "AGENT"`)},
		{202, "POST", "/v1/events", event("chat.message", `"property": "acme", "visitor": "v1", "chat": "c1", "from": "agent", "agent": "AGENT"`)},
	} {
		got := b.Send(b.acme, c.method, there.Replace(c.path), there.Replace(c.body))
		not := b.Send(b.acme, c.method, nowhere.Replace(c.path), nowhere.Replace(c.body))
		if got.Code != c.code {
			t.Errorf("%s %s %s: %d %s, want %d", c.method, there.Replace(c.path), there.Replace(c.body), got.Code, got.Body, c.code)
		}
		back := strings.NewReplacer("tom", "tam", "hr-hours", "hr-haurs", "betahook", "betahaak", "beta", "bata")
		if diff := cmp.Diff(fmt.Sprint(not.Code, not.Body), fmt.Sprint(got.Code, back.Replace(got.Body))); diff != "" {
			t.Errorf("%s %s %s tells what there is:\n%s", c.method, c.path, c.body, diff)
		}
	}
	webtest.SameJSON(t, b.Want(200, b.admin, "GET", "/v1/properties/acme", "").Body, acmeNow)
	webtest.SameJSON(t, b.Want(200, b.admin, "GET", "/v1/properties/beta", "").Body, betaNow)
}

func TestAKeyNamesWhatItListsAndWhatItsPropertyHas(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", `{"agents": [], "destinations": []}`)
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", acmeNow) // what it had when the key was made
	b.Want(201, b.acme, "PUT", "/v1/properties/acme-new", acmeNow)

	const more = `{"agents": ["lea", "kim"], "schedule": "office", "destinations": ["crm"]}`
	active := `{"type": "agent.active", "data": {"property": "acme", "agent": "kim"}}`
	b.Want(422, b.acme, "PUT", "/v1/properties/acme", more)
	b.Want(422, b.acme, "POST", "/v1/events", active)
	b.Want(200, b.admin, "PUT", "/v1/properties/acme", more) // whoever may name kim gives her to acme
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", strings.Replace(more, "{", `{"name": "ACME", `, 1))
	b.Want(202, b.acme, "POST", "/v1/events", active)
	b.Want(422, b.acme, "PUT", "/v1/properties/acme-new", more) // to acme, and to nothing else
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", acmeNow)
	b.Want(422, b.acme, "PUT", "/v1/properties/acme", more)

	listed := webtest.Request{Key: b.Key(edit.Key{Name: "listed", Properties: []string{"acme"}, Names: edit.Names{Agents: []string{"kim"}, Destinations: []string{}}})}
	b.Want(200, listed, "PUT", "/v1/properties/acme", `{"agents": ["kim"], "schedule": "office"}`)
	b.Want(422, listed, "PUT", "/v1/properties/acme", acmeNow)
	b.Want(202, listed, "POST", "/v1/events", active)
}

// TestAllDestinationsOfAKeyAreThoseThatItLists: a property without a list would have those of everybody.
func TestAllDestinationsOfAKeyAreThoseThatItLists(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	want := func(path, body string) {
		t.Helper()
		webtest.SameJSON(t, b.Want(200, b.admin, "GET", path, "").Body, body)
	}
	b.Want(201, b.acme, "PUT", "/v1/properties/acme-new", `{}`)
	want("/v1/properties/acme-new", `{"destinations": ["crm"]}`)
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", `{"name": "ACME"}`)
	want("/v1/properties/acme", `{"name": "ACME", "destinations": ["crm"]}`)

	b.Want(200, b.admin, "PUT", "/v1/properties/acme", `{}`) // that is for the administrator to say
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", `{"name": "ACME"}`)
	want("/v1/properties/acme", `{"name": "ACME"}`)
	b.Want(422, b.acme, "PUT", "/v1/properties/acme", `{"destinations": ["betahook"]}`)

	b.Want(200, b.admin, "PUT", "/v1/properties/acme-new", `{"destinations": []}`)
	b.Want(200, b.admin, "PUT", "/v1/properties/acme", `{"destinations": []}`)
	b.Want(204, b.admin, "DELETE", "/v1/destinations/crm", "")
	b.Want(200, b.acme, "PUT", "/v1/properties/acme", `{"name": "ACME"}`) // one that was removed is left out
	want("/v1/properties/acme", `{"name": "ACME", "destinations": []}`)
}

func TestAKeySeesWhetherTheAgentsOfItsPropertiesAreOnline(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.Want(200, b.admin, "PUT", "/v1/agents/lea", `{"name": "Léa", "time_zone": "Europe/Paris", "schedule": "mon-fri 9-17"}`)
	const online = `{"agent": "lea", "name": "Léa", "time_zone": "Europe/Paris", "status": "online"}`
	webtest.SameJSON(t, b.Want(200, b.acme, "GET", "/v1/agents/lea/status", "").Body, online)
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true, Properties: []string{"acme"}})}
	webtest.SameJSON(t, b.Want(200, reader, "GET", "/v1/agents/lea/status", "").Body, online)

	const path = "/v1/agents/kim/status" // who serves nobody, and then acme
	b.Want(404, b.acme, "GET", path, "")
	b.Want(200, b.admin, "PUT", "/v1/properties/acme", `{"departments": {"sales": {"agents": ["kim"]}}}`)
	b.Want(200, b.acme, "GET", path, "")
	b.Want(200, b.admin, "PUT", "/v1/properties/acme", `{}`)
	b.Want(404, b.acme, "GET", path, "")
	b.Want(404, b.acme, "GET", "/v1/agents/lea/status", "")
}

// giveUp archives an action, as a worker does after twelve hours.
func (b *tenants) giveUp(destination, id, data string) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	begun, err := b.Store.Begun(b.Context())
	must(err)
	args := jobs.ReplayArgs{Destination: destination, Begun: begun[destination], Seq: "1-0", ID: id, Body: `{"id": "` + id + `", "data": ` + data + `}`}
	payload, err := json.Marshal(args)
	must(err)
	const queue = "deskbell-delivery"
	rdb := b.Redis.Client(b.T)
	info, err := asynq.NewClientFromRedisClient(rdb).EnqueueContext(b.Context(), asynq.NewTask(args.Kind(), payload), asynq.Queue(queue), asynq.ProcessIn(time.Hour))
	must(err)
	must(asynq.NewInspectorFromRedisClient(rdb).ArchiveTask(queue, info.ID))
}

func TestWhatWasGivenUpIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.giveUp("crm", "a-1", `{"property": "acme"}`)
	b.giveUp("crm", "a-2", `{"property": "acme"}`)
	b.giveUp("betahook", "b-1", `{"property": "beta"}`)
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/pause", "")
	again := func(path, want string) {
		t.Helper()
		webtest.SameJSON(t, b.Want(200, b.admin, "POST", path, "").Body, want)
	}
	again("/v1/deliveries/a-1/replay", `{"handed_over": 1, "left_out": 0}`)
	if list := b.Want(200, b.admin, "GET", "/v1/deliveries?destination=crm", "").Body; strings.Contains(list, "paused") {
		t.Errorf("the destination is paused still: %s", list)
	}
	b.Want(404, b.admin, "POST", "/v1/deliveries/a-1/replay", "")
	again("/v1/destinations/crm/replay", `{"handed_over": 1, "left_out": 0}`)
	again("/v1/destinations/crm/replay", `{"handed_over": 0, "left_out": 0}`)
	again("/v1/destinations/betahook/replay", `{"handed_over": 1, "left_out": 0}`)
	for _, path := range []string{"/v1/destinations/crm/pause", "/v1/destinations/crm/resume", "/v1/destinations/crm/replay", "/v1/deliveries/a-1/replay"} {
		b.Want(403, b.acme, "POST", path, "")
		if path = strings.Replace(path, "crm", "none", 1); strings.Contains(path, "none") {
			b.Want(404, b.admin, "POST", path, "")
		}
	}
}

func TestADestinationIsTestedByAWorker(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	b.Want(404, b.admin, "POST", "/v1/destinations/none/test", "")
	b.Want(403, b.acme, "POST", "/v1/destinations/crm/test", "")
	b.Want(403, webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true})}, "POST", "/v1/destinations/crm/test", "")
	if a := b.Want(503, b.admin, "POST", "/v1/destinations/crm/test", ""); !strings.Contains(a.Body, "no worker runs") || a.Header.Get("Retry-After") == "" {
		t.Errorf("without a worker: %v %s", a.Header, a.Body)
	}
}

func TestADestinationIsPausedUntilItIsResumed(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	shows := func(want string) {
		t.Helper()
		var got struct{ Destinations json.RawMessage }
		if err := json.Unmarshal([]byte(b.Want(200, b.admin, "GET", "/v1/deliveries?destination=crm", "").Body), &got); err != nil {
			t.Fatal(err)
		}
		webtest.SameJSON(t, string(got.Destinations), want)
	}
	const paused = `[{"name": "crm", "type": "log", "state": "paused", "since": "2026-11-23T08:30:10Z", "error": "paused by admin"}]`
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/pause", "")
	shows(paused)
	b.Pass(time.Hour)
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/pause", "") // again: since the first time
	shows(paused)
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/resume", "")
	shows(`[{"name": "crm", "type": "log", "state": "ok"}]`)
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/resume", "")
	b.Want(204, b.admin, "POST", "/v1/destinations/crm/pause", "")
	b.Want(200, b.admin, "PUT", "/v1/destinations/crm", `{"type": "redis_stream"}`) // another one
	shows(`[{"name": "crm", "type": "redis_stream", "state": "ok"}]`)
}

func TestAKeySeesWhatWasGivenUpOfItsProperties(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	const path = "/v1/deliveries"
	empty := `{"destinations": [], "given_up": [], "left_out": 0}`
	webtest.SameJSON(t, b.Want(200, b.acme, "GET", path, "").Body, empty)
	b.giveUp("crm", "a-1", `{"property": "acme"}`)
	b.giveUp("betahook", "a-2", `{"property": "acme", "visitor": "v1"}`)
	b.giveUp("crm", "b-1", `{"property": "beta"}`)
	b.giveUp("crm", "l-1", `{"agent": "lea", "properties": ["acme", "beta"]}`)
	b.giveUp("crm", "x-1", `"acme"`)
	ids := func(r webtest.Request, path string) string {
		t.Helper()
		var got struct {
			Destinations []any
			GivenUp      []struct{ ID string } `json:"given_up"`
			LeftOut      int                   `json:"left_out"`
		}
		if err := json.Unmarshal([]byte(b.Want(200, r, "GET", path, "").Body), &got); err != nil {
			t.Fatal(err)
		}
		list := []string{}
		for _, a := range got.GivenUp {
			list = append(list, a.ID)
		}
		slices.Sort(list)
		return fmt.Sprint(len(got.Destinations), list, got.LeftOut)
	}
	for _, c := range []struct {
		by         webtest.Request
		path, want string
	}{
		{b.admin, path, "2 [a-1 a-2 b-1 l-1 x-1] 0"},
		{b.acme, path, "0 [a-1 a-2] 0"},
		{b.acme, path + "?destination=crm", "0 [a-1] 0"},
		{b.acme, path + "?destination=none", "0 [] 0"},
	} {
		if got := ids(c.by, c.path); got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
	if got := ids(b.acme, path+"?limit=1"); !strings.HasPrefix(got, "0 [a-") || !strings.HasSuffix(got, "] 1") {
		t.Errorf("with a limit of 1: %s", got)
	}
}

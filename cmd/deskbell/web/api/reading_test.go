package api_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
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
	reads(shop, `{"override": null, "hours": {"open": false, "reason": "weekly", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:00:00Z"}}`)
	b.Want(200, webtest.Request{}, "PUT", shop, `{"open": false, "for": "1h"}`)
	reads(shop, `{"override": {"open": false, "from": "2026-11-23T08:30:00Z", "until": "2026-11-23T09:30:00Z"},
		"hours": {"open": false, "reason": "override", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:30:00Z"}}`)
	reads(sales, `{"override": null, "hours": {"open": false, "reason": "override", "since": "2026-11-20T17:00:00Z", "until": "2026-11-23T09:30:00Z"}}`)
	b.Want(200, webtest.Request{}, "PUT", sales, `{"open": true}`)
	reads(sales, `{"override": {"open": true, "from": "2026-11-23T08:30:00Z", "until": null},
		"hours": {"open": true, "reason": "override", "since": "2026-11-23T08:30:00Z", "until": null}}`)
	b.Pass(time.Hour)
	reads(shop, `{"override": null, "hours": {"open": true, "reason": "weekly", "since": "2026-11-23T09:30:00Z", "until": "2026-11-23T17:00:00Z"}}`)
}

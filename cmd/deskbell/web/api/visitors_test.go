package api_test

import (
	"encoding/json"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/erase"
)

func TestVisitorsAreErasedByAFullKeyOfTheirProperty(t *testing.T) {
	t.Parallel()
	b := newTenants(t)
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", Properties: []string{"acme"}, ReadOnly: true})}
	for _, path := range []string{"/v1/visitors/acme/v1", "/v1/visitors/acme"} {
		b.Want(403, reader, "DELETE", path, "")
		b.Want(401, webtest.Request{}, "DELETE", path, "")
	}
	b.Want(403, b.acme, "DELETE", "/v1/visitors/beta/v1", "")
	b.Want(403, b.acme, "DELETE", "/v1/visitors/beta", "")
	b.Want(422, b.acme, "DELETE", "/v1/visitors/acme/v1?fields=email", "") // which would erase them all: it is field
	for _, c := range []struct {
		path string
		want erase.Report
	}{
		{"/v1/visitors/acme/v1?field=email,name", erase.Report{Events: 2, Complete: true}},
		{"/v1/visitors/acme/v1", erase.Report{Events: 3, Complete: true}},
		{"/v1/visitors/acme/v1", erase.Report{Complete: true}},
		{"/v1/visitors/acme/nobody", erase.Report{Complete: true}},
		{"/v1/visitors/acme", erase.Report{Events: 1, Complete: true}},
		{"/v1/visitors/acme-new", erase.Report{Complete: true}}, // which is not defined
	} {
		if c.want.Events == 2 {
			b.Want(202, b.acme, "POST", "/v1/events", `[{"type": "visitor.updated", "data": {"property": "acme", "visitor": "v1", "attributes": {"email": "a@example.com"}}},
				{"type": "visitor.updated", "data": {"property": "acme", "visitor": "v1", "attributes": {"name": "Ada", "country": "FR"}}},
				{"type": "visitor.updated", "data": {"property": "acme", "visitor": "v1", "attributes": {"country": "FR"}}},
				{"type": "visitor.updated", "data": {"property": "acme", "visitor": "v2", "attributes": {"name": "Ben"}}}]`)
		}
		var got erase.Report
		answer := b.Want(200, b.acme, "DELETE", c.path, "")
		if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || got != c.want {
			t.Errorf("%s: got %s (%v), want %+v", c.path, answer.Body, err, c.want)
		}
	}
}

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

func TestVisitor(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply("properties: {acme: {schedule: 24/7, triggers: [{name: Welcome, type: site, delay: 1h, expiry: 1h, message: Hello}]}}")
	worker := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN="}, "worker")
	now := time.Now().UTC().Format(time.RFC3339)
	const data = `{"property": "acme", "visitor": "ann", "visit": "first", "attributes": {"city": "Lyon"}}`
	if got := o.run(now, "", "send", "--type", "visitor.arrived", "--data", data); got.code != 0 {
		t.Fatal(got.stderr)
	}
	var v view.VisitorView
	redistest.Wait(t, "a message waits", func() bool {
		got := o.run(now, "", "visitor", "acme", "ann", "--json")
		return got.code == 0 && json.Unmarshal([]byte(got.stdout), &v) == nil && len(v.Waiting) == 1
	})
	if v.Property != "acme" || v.Visitor != "ann" || v.Waiting[0].Trigger != "Welcome" || !strings.Contains(string(v.Record), "Lyon") {
		t.Errorf("%+v", v)
	}
	got := o.run(now, "", "visitor", "acme", "ann")
	for _, want := range []string{"Visitor ann of acme; times of UTC\n", "WAITS UNTIL", "  Welcome  " + v.Waiting[0].Why + "\n", "Kept:\n{", "Lyon"} {
		if got.code != 0 || !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in %+v", want, got)
		}
	}
	o.expect(result{code: 1, stderr: "deskbell: finding visitor \"bob\": not defined\n"}, now, "", "visitor", "acme", "bob")
	worker.stop()
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.expect(result{stdout: "No property is defined: deskbell apply deskbell.yaml\n"}, "", "", "status")
	o.expect(result{stdout: "{\"processes\":[]}\n"}, "", "", "status", "--json")
	o.apply(office)
	golden(t, "status_undecided", o.run(mondayMorning, "", "status").stdout)

	const halfPastNine, tenPastEleven, evening = mondayMorning, "2026-11-23T10:10:00Z", "2026-11-23T19:00:00Z"
	o.decide(halfPastNine)
	golden(t, "status_in_the_morning", o.run(halfPastNine, "", "status").stdout)
	o.decide(tenPastEleven)
	golden(t, "status_with_a_department_closed", o.run(tenPastEleven, "", "status", "acme").stdout)
	if got := o.run(tenPastEleven, "", "close", "acme", "--until", "2026-11-23T11:30"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	o.decide(tenPastEleven)
	golden(t, "status_overridden", o.run(tenPastEleven, "", "status", "acme").stdout)
	o.decide(evening)
	golden(t, "status_in_the_evening", o.run(evening, "", "status").stdout)

	list := o.run(evening, "", "status", "--json").stdout
	if lines := strings.Count(list, "\n"); lines != 3 {
		t.Errorf("%d lines for two properties and the processes", lines)
	}
	one := o.run(evening, "", "status", "acme", "--json").stdout
	if !strings.HasPrefix(list, one) {
		t.Errorf("of one: %sof all: %s", one, list)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(one), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "status_json", indented.String())

	o.expect(result{code: 1, stderr: "deskbell: finding property \"nobody\": not defined\n"}, "", "", "status", "nobody")
}

// TestStatusIsWatched shows a property that is applied, closed and decided on meanwhile, each time once.
func TestStatusIsWatched(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	at, err := time.Parse(time.RFC3339, mondayMorning)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"REDIS_URL": o.server.URL(), "DESKBELL_TIME_ZONE": "UTC"}
	var stdout, stderr output
	a := &app{env: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: func() time.Time { return at }}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- a.run(ctx, []string{"status", "--watch"}) }()
	shows := func(what string) {
		t.Helper()
		redistest.Wait(t, "it shows "+what, func() bool { return strings.Contains(stdout.String(), what) })
	}
	shows("No property is defined")
	o.apply(office)
	shows("no worker has decided yet")
	o.decide(mondayMorning)
	shows("Europe/Paris")
	shows("online")
	stop()
	if code := <-ended; code != 0 || stderr.String() != "" {
		t.Errorf("code %d, %s", code, &stderr)
	}
	if n := strings.Count(stdout.String(), "No property is defined"); n != 1 {
		t.Errorf("it shows the same %d times", n)
	}
}

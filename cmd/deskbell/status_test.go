package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
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

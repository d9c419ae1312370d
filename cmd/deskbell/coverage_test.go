package main

import (
	"strings"
	"testing"
)

func TestCoverage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args string }{
		{"coverage_of_a_file", "testdata/uncovered.yaml --from 2026-11-23"},
		{"coverage_of_one_property", "testdata/uncovered.yaml acme --from 2026-11-23T10:00 --to 2026-11-24T13:15"},
		{"coverage_json", "testdata/uncovered.yaml acme --from 2026-11-23 --to 2026-11-24 --json"},
	} {
		got := testBundle{env: map[string]string{"LC_ALL": "C.UTF-8"}}.run(t, append([]string{"coverage"}, strings.Fields(c.args)...)...)
		if got.code != 0 || got.stderr != "" {
			t.Fatalf("%s: code %d, stderr:\n%s", c.name, got.code, got.stderr)
		}
		golden(t, c.name, got.stdout)
	}
	for args, want := range map[string]string{
		"testdata/uncovered.yaml acne":   `testdata/uncovered.yaml holds no property "acne"; there is: acme, shut`,
		"acme sales":                     "coverage takes one property, or a file and one property",
		"testdata/uncovered.yaml --to x": `--to "x" is not a time`,
	} {
		if got := (testBundle{}).run(t, append([]string{"coverage"}, strings.Fields(args)...)...); got.code != 2 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

// An override counts, as it does in all that is shown of a running Deskbell.
func TestCoverageOfARunningDeskbell(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	const args = "coverage acme --from 2026-11-23 --to 2026-11-24 --json"
	if got := o.run(mondayMorning, "", strings.Fields(args)...); !strings.Contains(got.stdout, `"uncovered_seconds":3600,"gaps":[{"from":"2026-11-23T16:00:00Z","to":"2026-11-23T17:00:00Z"}]`) {
		t.Errorf("%+v", got)
	}
	if got := o.run(mondayMorning, "", "open", "acme", "--until", "2026-11-23T19:00"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	if got := o.run(mondayMorning, "", strings.Fields(args)...); !strings.Contains(got.stdout, `"gaps":[{"from":"2026-11-23T16:00:00Z","to":"2026-11-23T18:00:00Z"}]`) {
		t.Errorf("%+v", got)
	}
	if got := o.run(mondayMorning, "", "coverage"); got.code != 0 || !strings.Contains(got.stdout, "always") {
		t.Errorf("%+v", got)
	}
}

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

// The README's turns and stand-ins.
func TestTurnsOfAFile(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string][]string{
		"lea": {"Sat  5", "10:00–16:00", "Sat 12", "closed (rotation)"},
		"tom": {"Sat  5", "closed (rotation)", "Sat 12", "closed (leave)"},
		"kim": {"Sat  5", "closed", "Sat 12", "10:00–16:00 (cover)"},
	} {
		got := testBundle{env: map[string]string{"LC_ALL": "C.UTF-8"}}.run(t, "hours", "testdata/turns.yaml", "--schedule", "agent "+agent, "--from", "2026-12-04", "--to", "2026-12-14")
		at := 0
		for _, text := range want {
			i := strings.Index(got.stdout[at:], text)
			if i < 0 {
				t.Fatalf("%s: %q is missing in\n%s", agent, text, got.stdout)
			}
			at += i
		}
	}
	if got := (testBundle{}).run(t, "coverage", "testdata/turns.yaml", "--from", "2026-12-04", "--to", "2026-12-14", "--json"); !strings.Contains(got.stdout, `"uncovered_seconds":0`) {
		t.Errorf("%+v", got)
	}
	broken := testBundle{stdin: `{schedules: {w: {weekly: daily 9-17, rotation: {every: 1w, of: [lea, tim], from: 2026-11-30}}},
agents: {lea: {}, tom: {schedule: w}}, cover: [{for: lea, by: kin, on: 2026-12-12}]}`}.run(t, "validate", "-")
	for _, want := range []string{`"tim" is not the name of an agent; allowed: lea, tom (did you mean "tom"?)`, `"tom" takes no turn in the rotation`, `"kin" is not the name of an agent`} {
		if strings.Count(broken.stderr, want) != 1 {
			t.Errorf("%q is not once in\n%s", want, broken.stderr)
		}
	}
}

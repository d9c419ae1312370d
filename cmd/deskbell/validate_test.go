package main

import (
	"strings"
	"testing"
)

func TestValidateSaysWhatAFileHolds(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "validate", "testdata/deskbell.yaml")
	const want = "testdata/deskbell.yaml: 2 properties, 1 agent, 2 schedules, 1 destination: valid, 1 warning\n" // the shop's last hour
	if got.code != 0 || got.stdout != want {
		t.Errorf("got %+v", got)
	}
}

func TestValidateReadsStandardInput(t *testing.T) {
	t.Parallel()
	got := testBundle{stdin: "schedules: {office: 24/7}"}.run(t, "validate", "-")
	want := result{stdout: "stdin: 0 properties, 0 agents, 1 schedule, 0 destinations: valid\n"}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

func TestValidateDrawsEveryFaultOfEveryFile(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "validate", "testdata/none.yaml", "testdata/busted_hours.yaml", "testdata/deskbell.yaml")
	if got.code != 1 || !strings.HasPrefix(got.stdout, "testdata/deskbell.yaml: 2 properties") {
		t.Errorf("code %d, stdout:\n%s", got.code, got.stdout)
	}
	golden(t, "validate_busted", got.stderr)
	coloured := testBundle{}.run(t, "validate", "testdata/busted_hours.yaml", "--colour=always")
	if !strings.Contains(coloured.stderr, "\x1b[") {
		t.Errorf("no colour in\n%s", coloured.stderr)
	}
}

func TestValidateWarns(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "validate", "testdata/doubtful_hours.yaml")
	if got.code != 0 || got.stdout != "testdata/doubtful_hours.yaml: 1 property, 1 agent, 2 schedules, 0 destinations: valid, 5 warnings\n" {
		t.Errorf("code %d, stdout:\n%s", got.code, got.stdout)
	}
	golden(t, "validate_doubtful", got.stderr)
	if coloured := (testBundle{}).run(t, "validate", "testdata/doubtful_hours.yaml", "--colour=always"); !strings.Contains(coloured.stderr, "\x1b[33mwarning:\x1b[0m") {
		t.Errorf("no colour in\n%s", coloured.stderr)
	}
}

func TestValidateWarnsOfHoursAndAddresses(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "validate", "testdata/uncovered.yaml")
	if got.code != 0 || !strings.HasSuffix(got.stdout, ": valid, 6 warnings\n") {
		t.Errorf("code %d, stdout:\n%s", got.code, got.stdout)
	}
	golden(t, "validate_uncovered", got.stderr)
	allowed := testBundle{env: map[string]string{"DESKBELL_ALLOW_PRIVATE": "10.0.0.0/8,127.0.0.0/8"}}.run(t, "validate", "testdata/uncovered.yaml")
	if strings.Contains(allowed.stderr, "refused") {
		t.Errorf("allowed addresses: %s", allowed.stderr)
	}
}

func TestValidateWarnsOfCalendarsThatWouldBeRefused(t *testing.T) {
	t.Parallel()
	const file = `
schedules:
  fair: {weekly: 24/7, exceptions: [{ical_url: "https://192.168.1.5/private-token/fair.ics"}]}
agents:
  lea: {schedule: fair, leave: [{ical_url: "https://calendar.example/private-token/lea.ics"}]}
`
	got := testBundle{stdin: file}.run(t, "validate", "-")
	const want = "stdin:3:48: warning: ical_url would be refused: its address is not public"
	if got.code != 0 || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "would be refused") != 1 || strings.Contains(got.stderr, "private-token") {
		t.Errorf("code %d, stderr:\n%s", got.code, got.stderr)
	}
}

func TestValidateWarnsOfCoversByWhoIsAway(t *testing.T) {
	t.Parallel()
	const file = `
agents: {a: {schedule: mon-fri 9-17}, b: {schedule: mon-fri 12-20}, c: {}}
cover:
  - {for: a, by: b, on: 2026-12-01}
  - {for: b, by: a, from: 2026-11-30, to: 2026-12-02}
  - {for: c, by: a, on: 2026-12-02}
`
	got := testBundle{stdin: file}.run(t, "validate", "-")
	const mutual, later = "4:18: warning: by is b, who is away on some of these dates by /cover/1: nobody stands in for a then", "by is a, who is away"
	if got.code != 0 || !strings.HasSuffix(got.stdout, ": valid, 2 warnings\n") || !strings.Contains(got.stderr, mutual) || !strings.Contains(got.stderr, later) || strings.Contains(got.stderr, "6:") {
		t.Errorf("%+v", got)
	}
}

func TestValidateWarnsOfPlacesThatDoNotListWhoStandsIn(t *testing.T) {
	t.Parallel()
	const file = `
properties: {acme: {agents: [a, b], departments: {sales: {agents: [a]}, help: {agents: [b]}}}, other: {agents: [c]}}
agents: {a: {}, b: {}, c: {}}
cover: [{for: a, by: c, on: 2026-12-01}, {for: b, by: a, on: 2026-12-02}]
`
	got := testBundle{stdin: file}.run(t, "validate", "-")
	for _, want := range []string{
		"by is c, who is not listed in acme, acme/sales: they list a, and count neither", "by is a, who is not listed in acme/help: they list b,",
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if got.code != 0 || !strings.HasSuffix(got.stdout, ": valid, 4 warnings\n") {
		t.Errorf("%+v", got)
	}
}

func TestValidateWarnsOfServicesThatWouldBeRefused(t *testing.T) {
	t.Parallel()
	const file = `{agents: {lea: {notify: {on: [hours_started], via: ["ntfy://10.1.2.3/hunter2", "ntfy://ntfy.sh/lea",
  "smtp://u:hunter2@127.0.0.1:25/?from=a@example.com&to=b@example.com", "generic://localhost/hunter2"]}}}}`
	got := testBundle{stdin: file}.run(t, "validate", "-")
	for _, want := range []string{
		"0 would be refused: its address is not public", "2 is refused by workers, and reached by deskbell up alone", "3 is refused by workers,",
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if got.code != 0 || !strings.HasSuffix(got.stdout, ": valid, 3 warnings\n") || strings.Contains(got.stderr, "hunter2") {
		t.Errorf("%+v", got)
	}
}

func TestServicesAreCheckedByTheLibraryThatWillSend(t *testing.T) {
	t.Parallel()
	for via, want := range map[string]string{
		"ntfy://ntfy.sh/lea":         "",
		"nosuch://hunter2":           `nosuch://…" cannot be sent to: there is no service "nosuch"; allowed: a URL of discord, generic, gotify, ntfy, pushover, slack, smtp, teams, telegram`,
		"ntfi://hunter2.example":     `teams, telegram (did you mean "ntfy://"?)`,
		"webpush://hunter2":          "allowed: a URL of discord, generic, ",
		"mailto:hunter2@example.com": "is not the URL of a service",
		"mailto://hunter2@example":   `(did you mean "smtp://"?)`,
		"https://hunter2.example":    `(did you mean "generic+https://"?)`,
		"matrix://a:hunter2@b.c/":    `cannot be sent to: there is no service "matrix"; allowed: a URL of discord, `,
		"slack://hunter2":            "slack://…\" cannot be sent to: its URL is not one that the service understands",
		"teams://hunter2":            "teams://…\" cannot be sent to: its URL lacks a part without which the service sends nothing",
		"gotify://hunter2":           "gotify://…\" cannot be sent to: its URL lacks a part",
		"discord://hunter2@4711":     "",
		"wecom://hunter2":            `there is no service "wecom"`,
		"smtps://u:hunter2@b.c/":     `(did you mean "smtp://"?)`,
		"mqtt://hunter2.example/top": `there is no service "mqtt"`,
	} {
		for _, command := range []string{"validate", "coverage"} {
			got := testBundle{stdin: `{agents: {lea: {notify: {on: [hours_started], via: ["` + via + `"]}}}}`}.run(t, command, "-")
			if (got.code == 0) != (want == "") || !strings.Contains(got.stderr, want) || strings.Contains(got.stdout+got.stderr, "hunter2") {
				t.Errorf("%s %s: %+v", command, via, got)
			}
		}
	}
}

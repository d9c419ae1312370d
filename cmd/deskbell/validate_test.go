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

func TestServicesAreCheckedByTheLibraryThatWillSend(t *testing.T) {
	t.Parallel()
	for via, want := range map[string]string{
		"ntfy://ntfy.sh/lea":         "",
		"nosuch://hunter2":           "nosuch://…\" cannot be sent to: its URL is not one that the service understands",
		"slack://hunter2":            "slack://…\" cannot be sent to: its URL is not one that the service understands",
		"mqtt://hunter2.example/top": "mqtt://…\" cannot be sent to: the service is not supported",
	} {
		for _, command := range []string{"validate", "coverage"} {
			got := testBundle{stdin: `{agents: {lea: {notify: {on: [hours_started], via: ["` + via + `"]}}}}`}.run(t, command, "-")
			if (got.code == 0) != (want == "") || !strings.Contains(got.stderr, want) || strings.Contains(got.stdout+got.stderr, "hunter2") {
				t.Errorf("%s %s: %+v", command, via, got)
			}
		}
	}
}

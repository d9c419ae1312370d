package main

import (
	"strings"
	"testing"
)

func TestValidateSaysWhatAFileHolds(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "validate", "testdata/deskbell.yaml")
	want := result{stdout: "testdata/deskbell.yaml: 2 properties, 1 agent, 2 schedules, 1 destination: valid\n"}
	if got != want {
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

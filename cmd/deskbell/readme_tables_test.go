package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs"
)

func TestREADMEListsEveryJob(t *testing.T) {
	var rows [][]string
	for _, j := range jobs.Jobs() {
		rows = append(rows, []string{"`" + j.Kind + "`", "`" + j.Queue + "`", j.Doc})
	}
	checkTable(t, operatingREADME, "jobs", markdownTable([]string{"Job", "Queue", "What it does"}, rows))
}

func TestREADMEListsEveryCronEntry(t *testing.T) {
	var rows [][]string
	for _, e := range jobs.CronEntries() {
		rows = append(rows, []string{e.Name, "`" + e.Spec + "`", e.Doc})
	}
	checkTable(t, operatingREADME, "cron", markdownTable([]string{"Cron entry", "UTC, with seconds", "What it does"}, rows))
}

func TestREADMEListsEveryKey(t *testing.T) {
	var rows [][]string
	for _, r := range definition.Reference() {
		rows = append(rows, []string{"`" + r.Path + "`", r.Type, r.Default, r.Doc})
	}
	checkTable(t, definitionsREADME, "keys", markdownTable([]string{"Key", "Type", "Default", "What it is"}, rows))
}

func TestREADMEListsTheLimitsOfARecord(t *testing.T) {
	var rows [][]string
	for _, l := range trigger.RecordLimits() {
		rows = append(rows, []string{l.What, strconv.Itoa(l.Most), l.Beyond})
	}
	checkTable(t, definitionsREADME, "record", markdownTable([]string{"What", "At most", "More"}, rows))
}

func TestREADMEListsEveryEventType(t *testing.T) {
	code := func(keys []string) string {
		if len(keys) == 0 {
			return ""
		}
		return "`" + strings.Join(keys, "` `") + "`"
	}
	var rows [][]string
	for _, r := range event.Reference() {
		rows = append(rows, []string{"`" + string(r.Type) + "`", r.Doc, code(r.Required), code(r.Optional)})
	}
	checkTable(t, jobsREADME, "events", markdownTable([]string{"Type", "When", "Data", "And, where known"}, rows))
}

func TestREADMEListsEveryActionType(t *testing.T) {
	var rows [][]string
	for _, typ := range action.Types() {
		rows = append(rows, []string{"`" + string(typ) + "`", typ.Doc()})
	}
	checkTable(t, jobsREADME, "actions", markdownTable([]string{"Type", "When"}, rows))
}

func TestREADMEShowsDefinitionsThatAreValid(t *testing.T) {
	for _, shown := range []struct{ readme, table, file string }{
		{definitionsREADME, "example", "testdata/readme.yaml"},
		{"README.md", "first", "testdata/first.yaml"},
	} {
		src := read(t, shown.file)
		if _, err := config.ReadDefinitions(shown.file, []byte(src)); err != nil {
			t.Error(err)
		}
		checkTable(t, shown.readme, shown.table, "```yaml\n"+src+"```")
	}
}

func TestREADMEShowsAnActionAsItIs(t *testing.T) {
	opens := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	closes, next := opens.Add(3*time.Hour), "offline"
	reopens := opens.Add(4 * time.Hour)
	why := action.Cause{Boundary: opens}
	body, err := json.Marshal(action.Action{
		ID: action.ID(action.WidgetStateChanged, "acme", why), Type: action.WidgetStateChanged, Time: opens.Add(127 * time.Millisecond),
		Data: action.State{
			Property: "acme", Previous: "offline", Status: "online", Mode: "chat", NewChats: true, Reason: "weekly",
			Since: opens, Until: &closes, Next: &next, NextOpen: &reopens, Version: opens.UnixMicro(), Cause: why,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	checkTable(t, jobsREADME, "action", "```json\n"+text.String()+"\n```")
}

func TestREADMEShowsAWeekAsItIsDrawn(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	a := &app{
		env: func(name string) string { return map[string]string{"LANG": "C.UTF-8"}[name] }, stdout: &out, stderr: &errs,
		now: func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) },
	}
	if code := a.run(t.Context(), []string{"hours", "testdata/readme.yaml", "--schedule", "office", "--from", "2027-03-24"}); code != 0 {
		t.Fatalf("code %d: %s", code, errs.String())
	}
	readme, err := os.ReadFile(filepath.Join(root, definitionsREADME))
	if err != nil {
		t.Fatal(err)
	}
	week, _, _ := strings.Cut(out.String(), "\n\n  Now")
	for line := range strings.Lines(week) {
		if line = strings.TrimRight(line, " \n"); !strings.Contains(string(readme), "\n"+line+"\n") && line != "" {
			t.Errorf("%s does not show the line %q", definitionsREADME, line)
		}
	}
}

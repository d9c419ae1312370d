package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
)

func TestREADMEListsEveryJob(t *testing.T) {
	var rows [][]string
	for _, j := range jobs.Jobs() {
		rows = append(rows, []string{"`" + j.Kind + "`", "`" + j.Queue + "`", j.Doc})
	}
	checkTable(t, "jobs", markdownTable([]string{"Job", "Queue", "What it does"}, rows))
}

func TestREADMEListsEveryCronEntry(t *testing.T) {
	var rows [][]string
	for _, e := range jobs.CronEntries() {
		rows = append(rows, []string{e.Name, "`" + e.Spec + "`", e.Doc})
	}
	checkTable(t, "cron", markdownTable([]string{"Cron entry", "UTC, with seconds", "What it does"}, rows))
}

func TestREADMEListsEveryKey(t *testing.T) {
	var rows [][]string
	for _, r := range definition.Reference() {
		rows = append(rows, []string{"`" + r.Path + "`", r.Type, r.Default, r.Doc})
	}
	checkTable(t, "keys", markdownTable([]string{"Key", "Type", "Default", "What it is"}, rows))
}

func TestREADMEListsEveryActionType(t *testing.T) {
	var rows [][]string
	for _, typ := range action.Types() {
		rows = append(rows, []string{"`" + string(typ) + "`", typ.Doc()})
	}
	checkTable(t, "actions", markdownTable([]string{"Type", "When"}, rows))
}

func TestREADMEShowsDefinitionsThatAreValid(t *testing.T) {
	src, err := os.ReadFile("testdata/readme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadDefinitions("testdata/readme.yaml", src); err != nil {
		t.Error(err)
	}
	checkTable(t, "example", "```yaml\n"+string(src)+"```")
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
			Since: opens, Until: &closes, Next: &next, NextOpen: &reopens, Version: 7, Cause: why,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	checkTable(t, "action", "```json\n"+text.String()+"\n```")
}

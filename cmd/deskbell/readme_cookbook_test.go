package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each entry of the cookbook is run as it stands in its README: NAME.yaml with the events of NAME.jsonl, and its output
// in NAME.golden.
func TestREADMEShowsACookbookThatWasCooked(t *testing.T) {
	const dir = "testdata/cookbook/"
	cookbook := []string{"welcome", "pricing", "rescue", "lunch", "closing", "night", "overnight", "returning", "handover", "helpers", "forgot", "oncall"}
	files, err := filepath.Glob(dir + "*.yaml")
	if err != nil || len(files) != len(cookbook) {
		t.Errorf("%d files, and %d entries of the cookbook: %v", len(files), len(cookbook), err)
	}
	for _, name := range cookbook {
		got := testBundle{}.run(t, "simulate", dir+name+".yaml", "--events", dir+name+".jsonl", "--explain")
		if got.code != 0 || got.stderr != "" {
			t.Errorf("%s: code %d, stderr:\n%s", name, got.code, got.stderr)
			continue
		}
		timeline := strings.TrimPrefix(got.stdout, dir)
		golden(t, "cookbook/"+name, timeline)
		block := fenced("yaml", read(t, dir+name+".yaml")) + fenced("json", read(t, dir+name+".jsonl")) + fenced("text", timeline)
		checkTable(t, cookbookREADME, "cookbook-"+name, block)
	}
}

func fenced(language, text string) string { return "```" + language + "\n" + text + "```\n\n" }

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

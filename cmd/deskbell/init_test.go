package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitWritesDefinitionsThatAreValid answers by flags, by words, and by the usual answers. What is written is valid, whatever the names.
func TestInitWritesDefinitionsThatAreValid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        []string // in the file
	}{
		{"all flags", "", []string{"--name", "Léa's: shop", "--time-zone", "Europe/Paris", "--hours", "mon-fri 9-12, 13-18; sat 10-14", "--agents", "Léa Martin,Lea Martin,李"},
			[]string{"\n  lea-s-shop:\n", "name: \"Léa's: shop\"\n", "time_zone: Europe/Paris\n", "schedule: mon-fri 9-12, 13-18; sat 10-14\n", "    - lea-martin\n    - lea-martin-2\n    - agent-3\n"}},
		{"one flag", "", []string{"--hours", "24/7"}, []string{"\n  my-shop:\n", "schedule: 24/7\n", "time_zone: UTC\n"}},
		{"questions", "ACME\nparis\nEurope/Paris\nnine to five\nweekdays 9-17\nTom, lea\n", nil,
			[]string{"\n  acme:\n", "time_zone: Europe/Paris\n", "schedule: weekdays 9-17\n", "    - tom\n    - lea\n"}},
		{"no answers but ends of lines", "\n\n\n\n", nil, []string{"\n  my-shop:\n", "schedule: mon-fri 9-17\n", "time_zone: UTC\n"}},
		{"a name that is a number", "42\n\n24/7\n", []string{"--agents", "7,true,null"}, []string{"name: My shop\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "mine.yaml")
			got := testBundle{stdin: c.stdin}.run(t, append([]string{"init", file}, c.args...)...)
			if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "Wrote "+file) {
				t.Fatalf("%+v", got)
			}
			text := read(t, file)
			for _, want := range c.want {
				if !strings.Contains(strings.ReplaceAll(text, "'", ""), strings.ReplaceAll(strings.ReplaceAll(want, "'", ""), "\"", "")) && !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if valid := (testBundle{}).run(t, "validate", file); valid.code != 0 || valid.stderr != "" {
				t.Errorf("%+v of\n%s", valid, text)
			}
		})
	}
}

func TestInitReplacesNoFileUnlessToldTo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	const before = "properties: {}\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", file}, {"init", file, "--name", "ACME"}} {
		got := testBundle{stdin: "\n\n\n\n"}.run(t, args...)
		if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "it is there already; name another file, or replace it with --force") {
			t.Errorf("%+v", got)
		}
	}
	if text := read(t, file); text != before {
		t.Errorf("it is now %s", text)
	}
	if got := (testBundle{}).run(t, "init", file, "--name", "ACME", "--force"); got.code != 0 || !strings.Contains(read(t, file), "  acme:\n") {
		t.Errorf("%+v", got)
	}
}

// TestInitWritesNothingThatIsWrong: answers by flags are not asked for again, and where nobody answers, nothing is written.
func TestInitWritesNothingThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stdin string
		args  []string
		says  string
	}{
		{"", []string{"--time-zone", "Europe/Pariss"}, `the time zone Europe/Pariss is not a time zone; allowed: an IANA name such as "Europe/Paris" or "UTC" (did you mean "Europe/Paris"?)`},
		{"", []string{"--hours", "9-5"}, `the hours: "9-5" is not a schedule`},
		{"ACME\n", nil, "nobody answers: give flags"},
		{"ACME\nEurope/Pariss", nil, `(did you mean "Europe/Paris"?)`},
	} {
		file := filepath.Join(t.TempDir(), "mine.yaml")
		got := testBundle{stdin: c.stdin}.run(t, append([]string{"init", file}, c.args...)...)
		if _, err := os.Lstat(file); err == nil || got.code != 2 || !strings.Contains(got.stderr, c.says) {
			t.Errorf("%q, %q: %+v", c.stdin, c.args, got)
		}
	}
}

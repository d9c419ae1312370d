package config_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
)

// sections are definitions as a store has them.
func sections(t *testing.T, defs *definition.Definitions) []config.Section {
	t.Helper()
	return []config.Section{
		{Key: "schedules", Definitions: named(t, defs.Schedules)}, {Key: "agents", Definitions: named(t, defs.Agents)},
		{Key: "destinations", Definitions: named(t, defs.Destinations)}, {Key: "properties", Definitions: named(t, defs.Properties)},
	}
}

func named[D any](t *testing.T, defs map[string]D) (all []config.Named) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		body, err := json.Marshal(defs[name])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, config.Named{Name: name, JSON: body})
	}
	return all
}

// TestWhatIsWrittenIsReadAgain writes every good file among the examples of this repository, and texts that YAML would read as
// something else.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../cmd/deskbell/testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../cmd/deskbell/testdata/cookbook/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"odd": "properties: {'1': {name: 'yes'}, 'null': {name: \"  a: b #c\\n\\n- d\\n \\ttab\"}, no: {name: '2026-12-24', triggers: [{name: '0x1', type: site, message: \"\\u2028é 😀 1_000 ~\"}]}}\n"}
	for _, file := range slices.Concat(files, more) {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(body)
	}
	tried := 0
	for name, text := range texts {
		defs, err := config.ReadDefinitions(name, []byte(text))
		if err != nil {
			continue // one that is wrong on purpose, or a schedule
		}
		tried++
		want := sections(t, defs)
		var b strings.Builder
		if err := config.Write(&b, want); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := config.ReadDefinitions(name, []byte(b.String()))
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, b.String())
			continue
		}
		if diff := cmp.Diff(want, sections(t, again)); diff != "" {
			t.Errorf("%s is read otherwise:\n%s\n%s", name, b.String(), diff)
		}
	}
	if tried < 10 {
		t.Errorf("only %d files", tried)
	}
}

func TestNothingIsWrittenAsAFileThatCanBeRead(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := config.Write(&b, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadDefinitions("none", []byte(b.String())); err != nil {
		t.Error(err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnExportOfACommandIsAppliedAgain applies every file of the cookbook. Its export is valid, changes nothing where it comes from, and makes
// another Redis the same.
func TestAnExportOfACommandIsAppliedAgain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "cookbook", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := newOnline(t), newOnline(t)
	if got := from.run("", "", "export"); got != (result{stdout: "properties: {}\n"}) {
		t.Errorf("without definitions: %+v", got)
	}
	texts := []string{office}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	for _, text := range texts {
		if got := from.run(mondayMorning, text, "apply", "-"); got.code != 0 {
			t.Fatalf("%+v", got)
		}
		file := from.run(mondayMorning, "", "export").stdout
		if got := from.run(mondayMorning, file, "validate", "-"); got.code != 0 {
			t.Errorf("%+v of\n%s", got, file)
		}
		from.expect(result{stdout: "Nothing to change.\n"}, mondayMorning, file, "apply", "-")
		if got := to.run(mondayMorning, file, "apply", "-"); got.code != 0 {
			t.Errorf("elsewhere: %+v of\n%s", got, file)
		}
		if again := to.run(mondayMorning, "", "export").stdout; again != file || !strings.HasSuffix(file, "\n") {
			t.Errorf("elsewhere it is\n%s\nand not\n%s", again, file)
		}
	}
}

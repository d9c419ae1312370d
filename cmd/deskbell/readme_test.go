package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/config"
)

var update = flag.Bool("update", false, "rewrite the tables of the READMEs: go test ./cmd/deskbell -run README -update")

// The READMEs that have tables, from the root.
const (
	definitionsREADME = "config/README.md"
	cookbookREADME    = "cmd/deskbell/testdata/cookbook/README.md"
	jobsREADME        = "jobs/README.md"
	operatingREADME   = "cmd/deskbell/README.md"
)

const tableEnd = "<!-- /table -->"

// checkTable compares the table of that name in a README, which stands between <!-- table:NAME --> and <!-- /table -->,
// with want. Tests that call it do not run in parallel, since -update writes the file.
func checkTable(t *testing.T, readme, name, want string) {
	t.Helper()
	file := filepath.Join(root, readme)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, got, after, err := cutTable(string(text), name)
	if err != nil {
		t.Fatalf("%s: %v", readme, err)
	}
	want = "\n" + strings.TrimSpace(want) + "\n"
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+want+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s, table %s (-want +got), which -update rewrites:\n%s", readme, name, gocmp.Diff(want, got))
}

// cutTable parts a text at a table: the text before it with its opening marker, the table, and the rest.
func cutTable(text, name string) (before, table, after string, err error) {
	marker := "<!-- table:" + name + " -->"
	switch strings.Count(text, marker) {
	case 0:
		return "", "", "", fmt.Errorf("no %s", marker)
	case 1:
	default:
		return "", "", "", fmt.Errorf("%s stands there twice", marker)
	}
	before, rest, _ := strings.Cut(text, marker)
	table, after, closed := strings.Cut(rest, tableEnd)
	if !closed || strings.Contains(table, "<!-- table:") {
		return "", "", "", fmt.Errorf("%s has no %s", marker, tableEnd)
	}
	return before + marker, table, tableEnd + after, nil
}

// markdownTable writes rows of cells; the first row is the heading.
func markdownTable(heading []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, cell := range cells {
			cell = strings.Join(strings.Fields(cell), " ") // a line break would end the row
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	line(heading)
	b.WriteString(strings.Repeat("|---", len(heading)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

func TestREADMEListsEveryVariable(t *testing.T) {
	var rows [][]string
	for _, v := range config.Variables() {
		rows = append(rows, []string{"`" + v.Name + "`", v.Allowed, v.Default, v.Doc})
	}
	checkTable(t, operatingREADME, "variables", markdownTable([]string{"Variable", "Allowed", "Default", "What it does"}, rows))
}

func TestATableIsCutOutOfAText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, before, table, after, err string }{
		{text: "a<!-- table:x -->\nold\n<!-- /table -->b", before: "a<!-- table:x -->", table: "\nold\n", after: "<!-- /table -->b"},
		{text: "<!-- table:y -->1<!-- /table --><!-- table:x --><!-- /table -->", before: "<!-- table:y -->1<!-- /table --><!-- table:x -->", after: "<!-- /table -->"},
		{text: "a", err: "no <!-- table:x -->"},
		{text: "<!-- table:x -->1", err: "<!-- table:x --> has no <!-- /table -->"},
		{text: "<!-- table:x -->1<!-- table:y -->2<!-- /table -->", err: "<!-- table:x --> has no <!-- /table -->"},
		{text: "<!-- table:x --><!-- /table --><!-- table:x --><!-- /table -->", err: "<!-- table:x --> stands there twice"},
	} {
		before, table, after, err := cutTable(c.text, "x")
		said := ""
		if err != nil {
			said = err.Error()
		}
		if before != c.before || table != c.table || after != c.after || said != c.err {
			t.Errorf("%q: got %q, %q, %q, %q", c.text, before, table, after, said)
		}
	}
}

func TestACellCannotBreakItsTable(t *testing.T) {
	t.Parallel()
	got := markdownTable([]string{"A", "B"}, [][]string{{"one\n two", "x|y"}})
	if want := "| A | B |\n|---|---|\n| one two | x\\|y |\n"; got != want {
		t.Errorf("got:\n%s", got)
	}
}

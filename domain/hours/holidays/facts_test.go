package holidays

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFacts holds the table against dates that were written down from the law, and not taken from it.
func TestFacts(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		cell := cells(lines.Text())
		code, region, _ := strings.Cut(cell[0], "-")
		country, ok := Find(code)
		if !ok || !country.Has(region) || cell[2] == "" {
			t.Errorf("%s: no such place, or no source", lines.Text())
			continue
		}
		off := true
		for word := range strings.FieldsSeq(cell[1]) {
			if word == "not" {
				off = false
				continue
			}
			if len(word) == len("01-02") {
				word = "2026-" + word
			}
			days := country.Year(region, atoi(word[:4]), Public)
			holiday := func(d Day) bool { return d.Date == word && d.From == "" }
			if slices.ContainsFunc(days, holiday) != off {
				t.Errorf("%s %s: a holiday is %v, want %v (%s)", cell[0], word, !off, off, cell[2])
			}
		}
	}
}

package config_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/config"
)

// attack is a shape of file that has cost some parser of YAML, or some check of ours, the square of its size.
type attack struct {
	name string
	of   func(size int) string // about so many bytes
}

// each repeats a text with the number of the repetition in it, up to a size.
func each(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func repeated(head, s, tail string) func(int) string {
	return func(size int) string { return head + strings.Repeat(s, size/len(s)) + tail }
}

func numbered(head, format, tail string) func(int) string {
	return func(size int) string { return head + each(size, format) + tail }
}

func attacks() []attack {
	deep := strings.Repeat("[", 60) + strings.Repeat("]", 60) + ","
	return []attack{
		{"anchors", numbered("a:\n", "  - &a%d 1\n", "")},
		{"anchors of keys", numbered("a: {", "&a%d k: 1,", "}")},
		{"stacked anchors", repeated("a: ", "&a ", "1")},
		{"aliases", repeated("a: &a 1\nb:\n", "- *a\n", "")},
		{"aliases of nothing", numbered("a:\n", "- *a%d\n", "")},
		{"aliases of aliases", func(size int) string {
			return "a0: &a0 [x, x]\n" + each(size/40, "# %d\n") + "a1: &a1 [*a0, *a0]\na2: &a2 [" + strings.Repeat("*a1,", size/8) + "]\na3: [" + strings.Repeat("*a2,", size/8) + "]\n"
		}},
		{"merges into one map", repeated("a: &a {b: 1}\nb:\n", "  <<: *a\n", "")},
		{"merges", repeated("a: &a {b: 1}\nb:\n", "- <<: *a\n", "")},
		{"keys", numbered("", "k%d: 1\n", "")},
		{"keys in braces", numbered("{", "k%d: 1,", "}")},
		{"keys of JSON", numbered("{", `"k%d": 1,`, `"k": 1}`)},
		{"a key again and again", repeated("", "a: 1\n", "")},
		{"keys with question marks", repeated("", "? a\n: b\n", "")},
		{"empty keys", repeated("", "?\n", "")},
		{"colons", repeated("", ":\n", "")},
		{"colons in a line", repeated("a", ": a", "")},
		{"a long key of many", func(size int) string {
			return strings.Repeat("k", size/2) + ":\n" + each(size/2, "  k%d: 1\n")
		}},
		{"list in brackets", repeated("a: [", "1,", "1]")},
		{"empty items", repeated("a: [", ",", "1]")},
		{"maps in brackets", repeated("a: [", "{},", "1]")},
		{"list", repeated("a:\n", "- 1\n", "")},
		{"list of nothing", repeated("a:\n", "-\n", "")},
		{"nested lists", repeated("a: [", deep, "1]")},
		{"nested too deeply", repeated("a: ", "[", "")},
		{"dashes", repeated("", "- ", "1")},
		{"documents", repeated("", "--- 1\n", "")},
		{"empty documents", repeated("", "---\n", "")},
		{"ends of documents", repeated("", "...\n", "")},
		{"directives", repeated("", "%YAML 1.2\n", "---\na: 1")},
		{"a long text", repeated("a: ", "x ", "")},
		{"a text of many lines", repeated("a:\n", " x\n", "")},
		{"literal", repeated("a: |\n", " x\n", "")},
		{"folded", repeated("a: >\n", " x\n", "")},
		{"folded empty lines", repeated("a: >\n", "\n", "")},
		{"double quotes", repeated(`a: "`, `\n`, `"`)},
		{"double quotes that stay open", repeated(`a: "`, "x", "")},
		{"single quotes", repeated("a: '", "''", "'")},
		{"tags", repeated("a:\n", "- !!str 1\n", "")},
		{"other tags", repeated("a:\n", "- !foo 1\n", "")},
		{"stacked tags", repeated("a: ", "!a ", "1")},
		{"comments", repeated("", "#\n", "a: 1")},
		{"comments on values", repeated("", "a: 1 # x\n", "")},
		{"empty lines", repeated("", "\n", "a: 1")},
		{"other ends of lines", repeated("a:\n", "- 1\u2028", "")},
		{"blanks", repeated("", " ", "a: 1")},
		{"tabs", repeated("a:", "\t", "1")},
		{"a long number", repeated("a: ", "1", "")},
		{"names that are not defined", func(size int) string {
			return "schedules:\n" + each(size/2, "  a%d: mon 9-17\n") + "properties:\n" + each(size/2, "  p%d: {schedule: none}\n")
		}},
		{"misspelt zones", numbered("properties: {", "a%d: {time_zone: Europe/Parix},\n", "}")},
		{"misspelt keys", numbered("agents: {", "a%d: {naem: x},\n", "}")},
		{"faults in one line", numbered("{agents: {", `"a%d": {naem: "ü"},`, "}}")},
		{"agents", numbered("agents:\n", "  a%d:\n", "")},
	}
}

// Memory follows the size of a file, whatever its shape: four times the size takes less than eight times as much. Time cannot be judged
// here; BenchmarkAttacks tells it.
func TestAttacks(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	for _, a := range attacks() {
		small, _ := allocated(t, a.of(10_000))
		large, err := allocated(t, a.of(40_000))
		if large > 8*small+1<<20 {
			t.Errorf("%s: %d bytes for 40 KB, and %d for 10", a.name, large, small)
		}
		var fault *config.FileError
		if errors.As(err, &fault) && len(fault.Faults) > 2000 {
			t.Errorf("%s: %d faults", a.name, len(fault.Faults))
		}
	}
}

// allocated is how many bytes the reader takes for a file in all.
func allocated(t *testing.T, file string) (uint64, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := config.ReadDefinitions("d", []byte(file))
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

func TestAttacksAreRefusedWithPlaceAndLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"too many values", "agents: [" + strings.Repeat("\n,", 1_000_000) + "]", `d:1000000:2: the file goes on here, after very many values; allowed: at most 2000000 lines, commas, colons, dashes and brackets in all`},
		{"nesting", "agents: " + strings.Repeat("[", 1100), "d:1:1009: the file is nested too deeply; allowed: at most 64 levels"},
		{"aliases", "agents: &a [" + strings.Repeat("x,", 1000) + "]\nb: [" + strings.Repeat("*a,", 200) + "]\n", `d:2:302: "*a" repeats too much; allowed: aliases for at most 100000 values`},
		{"faults", strings.Repeat("agents:\n", 2000), `d:1001:1: "1000 faults" are too many to go on`},
	} {
		if _, err := config.ReadDefinitions("d", []byte(c.file)); err == nil || !strings.Contains(err.Error()+"\n", c.want+"\n") {
			t.Errorf("%s: %.500v", c.name, err)
		}
	}
}

func BenchmarkAttacks(b *testing.B) {
	for _, a := range attacks() {
		file := []byte(a.of(1 << 20))
		b.Run(strings.ReplaceAll(a.name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				_, _ = config.ReadDefinitions("d", file)
			}
		})
	}
}

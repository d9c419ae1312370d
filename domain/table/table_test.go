package table_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/table"
)

// People may write a key with nothing behind it. For programs that is the same as no key.
func TestNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tree     any
		byPeople string
		byOthers string
	}{
		{map[string]any{"name": "x"}, "", ""},
		{map[string]any{"name": "x", "owner": nil}, "", ""},
		{map[string]any{"name": "x", "size": nil}, `/size: "" is not a size; allowed: small, large`, ""},
		{map[string]any{"name": ""}, "", `"name" is missing; allowed: text`},
		{map[string]any{"name": nil}, `/name: "" is not a text; allowed: a text in quotes`, `"name" is missing; allowed: text`},
		{map[string]any{"b": 1, "a": 1, "size": 1}, // in the order of the alphabet, and in that of the table
			"/a /b /size ", " /size /a /b"},
		{nil, `"name" is missing; allowed: text`, `"" is not an object; allowed: the keys name, size, owner`},
		{"s3cret", `"" is not a map; allowed: the keys name, size, owner`, `"s3cret" is not an object; allowed: the keys name, size, owner`},
	} {
		for byProgram, want := range map[bool]string{false: c.byPeople, true: c.byOthers} {
			r := &table.Reader{}
			shops(byProgram).Read(r.Root(), c.tree)
			got := r.Faults.Error()
			if len(r.Faults) > 1 {
				got = paths(r.Faults)
			}
			if got != want {
				t.Errorf("%v, by a program %t: %q, want %q", c.tree, byProgram, got, want)
			}
		}
	}
}

func paths(faults table.Faults) string {
	all := make([]string, len(faults))
	for i, f := range faults {
		all[i] = f.Path
	}
	return strings.Join(all, " ")
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "[]", 2: "[0 1]", 3: "[0 1 3 faults]", 5: "[0 1 3 faults]"} {
		r := &table.Reader{Most: 3}
		for i := range n {
			r.Root().Item(i).Fault(fmt.Sprint(i), "is wrong", "")
		}
		shown := []string{}
		for _, f := range r.Faults {
			shown = append(shown, f.Value)
		}
		if got := fmt.Sprint(shown); got != want || r.Full() != (n >= 3) || (r.Faults.Err() == nil) != (n == 0) {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestPathsArePointers(t *testing.T) {
	t.Parallel()
	r := &table.Reader{MostKey: 3}
	if got, want := r.Root().Key("a/é~b").Item(7).Key("~").Path, "/a~1é/7/~0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTreeShowsKeysTwice(t *testing.T) {
	t.Parallel()
	const text = `{"a": [1, {"b": 2, "\u0062" : 3}], "a":{}}`
	var twice []string
	table.Tree([]byte(text), func(k table.TreeKey) {
		if k.Twice {
			twice = append(twice, fmt.Sprint(k.Below((&table.Reader{}).Root()).Path, " ", text[:k.End][k.End-2:]))
		}
	})
	if want := []string{`/a/1/b 2"`, `/a a"`}; !slices.Equal(twice, want) {
		t.Errorf("%q, want %q", twice, want)
	}
}

// The rule of ids is written twice, for machines that read the schema and for speed.
func TestIDsAgreeWithTheirPattern(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(table.IDPattern)
	rapid.Check(t, func(r *rapid.T) {
		id := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9._é /-]{0,4}`), rapid.StringMatching(`[a-z0-9._-]{60,66}`)).Draw(r, "id")
		if table.ValidID(id) != pattern.MatchString(id) {
			r.Errorf("%q", id)
		}
	})
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"Léa 👩‍💻 שלום":                 "Léa 👩‍💻 שלום", // joiners of emojis stay
		"a\x1b[31mb\r\nworker: fine":   "a [31mb  worker: fine",
		"invoice\u202efdp.exe":         "invoice fdp.exe",
		"a\u2028b\u2029c\u0085d\u007f": "a b c d ",
		"\u2066x\u2069":                " x ",
	} {
		if got := table.OneLine(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

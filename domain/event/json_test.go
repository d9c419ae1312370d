package event

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzTree holds the reading of JSON against encoding/json.
func FuzzTree(f *testing.F) {
	for _, text := range []string{
		`{"a": [1, -0.5e+3, true, false, null, "", "é\"\\\ud83d\u00e9"], "b" : { } , "c":[ ]}`, ` 7 `, `"\\"`, `[[],[[]]]`, `{"":{"~/":"]}"}}`, `["\"[{"]`, `{"a":1,"a":2}`, `7 8`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := newReader(Intake{})
		got := readJSON(r, text)
		var want any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		err := d.Decode(&want)
		switch {
		case len(r.Faults) == 0:
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		case !slices.Contains([]string{"is not UTF-8", "is nested too deeply", "is there twice"}, r.Faults[0].Problem) && json.Valid(text):
			t.Errorf("refused: %v", r.Faults)
		}
	})
}

func TestAKeyTwice(t *testing.T) {
	t.Parallel()
	r := newReader(Intake{})
	readJSON(r, []byte(`{"a": 1, "b": [{"c": 1, "\u0063": 2}], "a": {"d": 1, "d": 2}}`))
	var paths []string
	for _, fault := range r.Faults {
		paths = append(paths, fault.Path)
	}
	if diff := cmp.Diff([]string{"/b/0/c", "/a", "/a/d"}, paths); diff != "" {
		t.Error(diff)
	}
}

package action_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
)

// TestWithProperties adds properties to the encoded form, where the field of the data would have put them.
func TestWithProperties(t *testing.T) {
	t.Parallel()
	many := make([]string, action.MostProperties+1)
	for i := range many {
		many[i] = "p" + strconv.Itoa(i)
	}
	for file, a := range examples(t) {
		bare, with := a, a
		switch d := a.Data.(type) {
		case action.AgentStatus:
			d.Properties = nil
			bare.Data = d
			d.Properties = []string{"acme", "b"}
			with.Data = d
		case action.Notice:
			d.Properties = nil
			bare.Data = d
			d.Properties = []string{"acme", "b"}
			with.Data = d
		default:
			continue
		}
		body, want := encode(t, bare), encode(t, with)
		got, err := action.WithProperties(body, []string{"acme", "b"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
		if got, err := action.WithProperties(body, nil); err != nil || string(got) != string(body) {
			t.Errorf("%s without any: %s, %v", file, got, err)
		}
		if got, err = action.WithProperties(body, many); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(got) || !strings.Contains(string(got), `"p999"`) || strings.Contains(string(got), `"p1000"`) {
			t.Errorf("%s with many: %s", file, got)
		}
	}
	for _, body := range []string{``, `null`, `{}`, `{"data":{}}`, `[{}]`, `{"data":{"a":1}} `} {
		if got, err := action.WithProperties([]byte(body), []string{"acme"}); err == nil {
			t.Errorf("%q became %s", body, got)
		}
	}
}

func encode(t *testing.T, a action.Action) []byte {
	t.Helper()
	body, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

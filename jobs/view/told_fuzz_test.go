package view

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/deskbell/deskbell/jobs/engine"
)

// FuzzTold reads the actions for a page from a record that may hold anything. They are JSON that can be sent, and a
// page that comes back gets each once.
func FuzzTold(f *testing.F) {
	body, err := os.ReadFile("../engine/testdata/v1/visitor.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"visit":{"visits":[{"id":"","arrived":"0001-01-01T00:00:00Z"},{"id":""}]},"told":[{"id":"a","data":{}},{"id":"a","data":{"visit":""}},{"data":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var s feedRecord
		if engine.DecodeState(body, &s) != nil {
			return // the page gets nothing: a worker logs that the record is broken
		}
		for _, v := range s.Visit.Visits {
			list, err := s.of(v.ID)
			if err != nil {
				return
			}
			for i, told := range list {
				if !json.Valid(told.JSON) {
					t.Errorf("no JSON: %q", told.JSON)
				}
				if left := after(list, told.ID); len(left) >= len(list)-i {
					t.Errorf("%q is told again", told.ID)
				}
			}
		}
	})
}

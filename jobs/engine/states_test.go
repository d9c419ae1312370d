package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStatesStillDecode holds that states of properties which an older worker has left in
// Redis are still understood, and written as they were: files here are added to, and never
// changed.
func TestStatesStillDecode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "states", "property*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var state PropertyState
		if err := DecodeState(body, &state); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(body)), string(again)); diff != "" {
			t.Errorf("%s is written otherwise now (-then +now):\n%s", file, diff)
		}
	}
}

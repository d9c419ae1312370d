package agent_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/agent"
)

// TestStoredForm holds the JSON of states against files that are never edited:
// states like these lie in Redis. A new form gets a new folder.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file  string
		state agent.State
	}{
		{"always.json", agent.State{Status: agent.Online, Reason: "always", Since: at(t, "20 10:00"), Version: 1}},
		{"scheduled.json", agent.State{
			Status: agent.Online, Reason: "weekly", Since: at(t, "20 09:00"), Until: at(t, "20 17:00"), Next: agent.Offline,
			Version: 7, Told: at(t, "20 09:00"),
		}},
	}
	for _, tt := range tests {
		golden, err := os.ReadFile("testdata/v1/" + tt.file)
		if err != nil {
			t.Fatal(err)
		}
		var decoded agent.State
		decoder := json.NewDecoder(bytes.NewReader(golden))
		decoder.DisallowUnknownFields() // else a field that was renamed is lost in silence
		if err := decoder.Decode(&decoded); err != nil {
			t.Errorf("decoding %s: %v", tt.file, err)
		}
		if diff := cmp.Diff(tt.state, decoded); diff != "" {
			t.Errorf("%s decodes otherwise (-want +got):\n%s", tt.file, diff)
		}
		encoded, err := json.MarshalIndent(tt.state, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(golden), string(encoded)+"\n"); diff != "" {
			t.Errorf("%s encodes otherwise (-want +got):\n%s", tt.file, diff)
		}
	}
}

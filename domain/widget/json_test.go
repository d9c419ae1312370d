package widget_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/widget"
)

// TestWireForm holds the JSON of states against files that are never edited: states
// like these lie in Redis and are read by others. A new form gets a new folder.
func TestWireForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file  string
		state widget.State
	}{
		{"always.json", widget.State{
			Status: widget.Online, Mode: widget.Chat, NewChats: true, Reason: "always", Since: at(t, "20 10:00"), Version: 1,
		}},
		{"departments.json", widget.State{
			Status: widget.Offline, Mode: widget.Message, Message: "Gone home", Reason: "weekly", Version: 7,
			Since: at(t, "20 17:00"), Until: at(t, "23 09:00"), Next: widget.Online, NextOpen: at(t, "23 09:00"),
			Departments: map[string]widget.State{"sales": {
				Status: widget.Away, Mode: widget.Chat, Reason: widget.ReasonNoAgents, Version: 3,
				Since: at(t, "20 12:00"), Until: at(t, "20 17:00"), Next: widget.Offline, NextOpen: at(t, "23 09:00"),
			}},
		}},
	}
	for _, tt := range tests {
		golden, err := os.ReadFile("testdata/v1/" + tt.file)
		if err != nil {
			t.Fatal(err)
		}
		var decoded widget.State
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

func TestStatesSurviveJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p, from := drawProperty(r), drawInstant(r, "at")
		state := widget.Decide(p, widget.State{}, from).State
		body, err := json.Marshal(state)
		if err != nil {
			r.Fatal(err)
		}
		var decoded widget.State
		if err := json.Unmarshal(body, &decoded); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(state, decoded); diff != "" {
			r.Errorf("(-want +got)\n%s", diff)
		}
		if d := widget.Decide(p, decoded, from); len(d.Changes) > 0 {
			r.Errorf("decided again, it changes: %+v", d.Changes)
		}
	})
}

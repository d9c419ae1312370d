package agent_test

import (
	"bytes"
	"encoding/json"
	"maps"
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
		{"v1/always.json", agent.State{Status: agent.Online, Reason: "always", Since: at(t, "20 10:00"), Version: 1}},
		{"v1/scheduled.json", agent.State{
			Status: agent.Online, Reason: "weekly", Since: at(t, "20 09:00"), Until: at(t, "20 17:00"), Next: agent.Offline,
			Version: 7, Told: at(t, "20 09:00"),
		}},
		{"v2/present.json", agent.State{
			Status: agent.Away, Reason: "idle", Since: at(t, "20 10:15"), Until: at(t, "20 17:00"), Next: agent.Offline,
			Version: 8, Told: at(t, "20 09:00"), Lowered: at(t, "20 10:15"), Presence: withoutSigns(everything(t)),
		}},
		{"v3/deadlines.json", agent.State{
			Status: agent.Away, Reason: "idle", Since: at(t, "20 10:15"), Until: at(t, "20 17:00"), Next: agent.Offline,
			Version: 8, Told: at(t, "20 09:00"), LoweredBy: agent.Causes{AutoOffline: at(t, "20 09:40"), Idle: at(t, "20 10:15")},
			Passed: at(t, "20 10:15"), Held: at(t, "20 10:20"),
		}},
		{"v4/signs.json", agent.State{Status: agent.Away, Reason: "idle", Since: at(t, "20 10:15"), Version: 8, Presence: everything(t)}},
	}
	for _, tt := range tests {
		golden, err := os.ReadFile("testdata/" + tt.file)
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

// everything is a presence of which every part is there.
func everything(t testing.TB) agent.Presence {
	a := agent.Agent{Hours: compile(t, "UTC", "mon-fri 9-17"), Rules: agent.Rules{IdleAfter: 15 * minute, AutoOfflineAfter: 10 * minute}}
	s := tell(t, a, "20 08:30 set online", "20 09:30 set invisible locked", "20 09:40 in", "20 09:41 in phone 120", "20 09:50 out",
		"20 09:50 chat c1 assigned asked", "20 10:00:00.5 active phone", "20 10:01 chat c1 answered left")
	return s.presence(orders(8)[0])
}

// withoutSigns is a presence as it was before signs were kept.
func withoutSigns(p agent.Presence) agent.Presence {
	p.Signs, p.Sessions = nil, maps.Clone(p.Sessions)
	for id, s := range p.Sessions {
		s.Signs = nil
		p.Sessions[id] = s
	}
	return p
}

// TestSignsFollowThoseOfBefore: a session of an earlier version, which is there by its last sign, is continued by a login in time.
func TestSignsFollowThoseOfBefore(t *testing.T) {
	t.Parallel()
	a := agent.Agent{Hours: compile(t, "UTC", "mon-fri 9-17"), Rules: agent.Rules{OnlineWhen: agent.WhenLoggedIn}}
	for login, want := range map[string]string{"20 10:32": "20 10:00", "20 10:33": "20 10:33"} {
		s := tell(t, a, "20 10:00 in a 120", "20 10:15 active a", "20 10:30 active a")
		p := withoutSigns(s.presence(orders(3)[0]))
		again := tell(t, a, login+" in a 120")
		a.Presence = again.said[0](p)
		if got := a.At(at(t, login)).Since; !got.Equal(at(t, want)) {
			t.Errorf("a login at %s: since %s, want %s", login, got, want)
		}
	}
}

// TestStatesOfBefore: a state that was stored before there was a presence means what it meant.
func TestStatesOfBefore(t *testing.T) {
	t.Parallel()
	a := agent.Agent{Hours: compile(t, "UTC", "mon-fri 9-17"), NotifyOn: agent.Kinds()}
	stored, err := os.ReadFile("testdata/v1/scheduled.json")
	if err != nil {
		t.Fatal(err)
	}
	var state agent.State
	if err := json.Unmarshal(stored, &state); err != nil {
		t.Fatal(err)
	}
	if d := agent.Decide(a, state, at(t, "20 12:00")); d.Changed || len(d.Notices) > 0 || d.Unforeseen {
		t.Errorf("%+v", d)
	}
	end := outcome(agent.Decide(a, state, at(t, "20 17:00")))
	if want := "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00; hours_ended (weekly) 20 17:00–23 09:00"; end != want {
		t.Errorf("got %s, want %s", end, want)
	}
}

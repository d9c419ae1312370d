package jobs_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// manyDepartments has a closed department beside six open ones, each with agents of its own, and a trigger for all of
// them: Go walks over a map of so many in another order nearly each time.
const manyDepartments = `{
	"properties": {"acme": {
		"schedule": "daily 8-20", "agents": ["zoe", "amy"], "auto_replies": {"outside": "We are closed"},
		"triggers": [{"name": "Call", "type": "advanced", "on": "chat.requested", "actions": [{"notify": {"text": "A visitor asks"}}]}],
		"departments": {
			"shut": {"schedule": "daily 8-9"},
			"d1": {"name": "Z", "agents": ["a1", "a9"]}, "d2": {"name": "Y", "agents": ["a2"]}, "d3": {"name": "X", "agents": ["a3", "a1"]},
			"d4": {"name": "W", "agents": ["a4"]}, "d5": {"name": "V", "agents": ["a5"]}, "d6": {"name": "U", "agents": ["a6"]}}}},
	"agents": {"zoe": {}, "amy": {}, "a1": {}, "a2": {}, "a3": {}, "a4": {}, "a5": {}, "a6": {},
		"a9": {"notify": {"on": ["hours_started"], "via": ["ntfy://one/a9"]}}},
	"destinations": {"all": {"type": "log"}}
}`

// An action may be decided on twice, by two workers or in a repeat: the same id has to have the same body, so that
// receivers may take either.
func TestTheSameActionListsTheSame(t *testing.T) {
	t.Parallel()
	var first []envelope
	for range 20 {
		s := simulation(t, morning(10, 0), 1)
		s.define(manyDepartments)
		s.must(s.Settle(t.Context()))
		e := event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: "v1", Chat: "c1", Department: "shut", Text: "Hello?"})
		e.ID, e.Time = "e1", morning(10, 1)
		s.until(e.Time)
		s.must(s.Take(t.Context(), e))
		s.until(e.Time.Add(time.Minute))
		if first == nil {
			first = s.actions
			continue
		}
		same := slices.EqualFunc(first, s.actions, func(a, b envelope) bool {
			return a.ID == b.ID && bytes.Equal(a.Action.Data.(json.RawMessage), b.Action.Data.(json.RawMessage))
		})
		if !same {
			t.Fatalf("one run gave %s, and another %s", bodies(first), bodies(s.actions))
		}
	}
	const offered, called = `"departments":[{"id":"d1","name":"Z"},{"id":"d2","name":"Y"},{"id":"d3","name":"X"}`, `"agents":["zoe","amy","a1","a2","a3","a4","a5","a6"]`
	if all := bodies(first); !bytes.Contains(all, []byte(offered)) || !bytes.Contains(all, []byte(called)) {
		t.Errorf("the lists are not there as they should be: %s", all)
	}
}

func bodies(actions []envelope) []byte {
	var all [][]byte
	for _, a := range actions {
		all = append(all, a.Action.Data.(json.RawMessage))
	}
	return bytes.Join(all, []byte("\n"))
}

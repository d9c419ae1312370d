package engine

import (
	"maps"
	"slices"
	"sync"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// spoken is what a worker remembers of the states that it has committed, and that destinations have been told. Redis may come back
// with older data, from a snapshot or by a failover to a replica that was behind. Nothing in it says so: whoever has told of what is
// lost has to remember it. A state that was told with a greater version than the stored one has, or with the same and other contents,
// is said again, with a version greater than both.
//
// What other workers have told, they remember. What nobody remembers, since all have ended with Redis, is right again with the next
// change of the state: its version follows the time, see hours.NextVersion.
type spoken struct {
	mu    sync.Mutex
	of    map[store.Subject][]saying
	again int // states that were said again
}

// mostSpoken is of how many subjects a worker remembers what it told, at some 300 bytes each.
const mostSpoken = 100_000

func newSpoken() *spoken {
	return &spoken{of: make(map[store.Subject][]saying)}
}

// saying is a state of a subject, or of a department, that was told.
type saying struct {
	department string
	version    int64
	face       face
	lost       int64 // the version that was told before, if this one is said again
}

// face is what a state tells, but for its version and its reason. Instants are in Unix milliseconds.
type face struct {
	status, mode, message, next string
	newChats                    bool
	since, until, nextOpen      int64
}

func widgetFace(s widget.State) face {
	return face{
		string(s.Status), string(s.Mode), s.Message, string(s.Next), s.NewChats,
		s.Since.UnixMilli(), s.Until.UnixMilli(), s.NextOpen.UnixMilli(),
	}
}

func agentFace(s agent.State) face {
	return face{status: string(s.Status), next: string(s.Next), since: s.Since.UnixMilli(), until: s.Until.UnixMilli()}
}

// isLost tells whether a state that was told is not the stored one, nor one before it. A record that was made anew has no state, and
// a greater revision.
func (s *saying) isLost(version int64, is face, revision int64) bool {
	if version == s.version {
		return is != s.face
	}
	return version < s.version && (version > 0 || revision <= s.version)
}

// lostOf gives the versions of a property's states that were told and are lost, by department; "": its own.
func (s *spoken) lostOf(r *store.Record, stored widget.State) (lost map[string]int64) {
	for _, said := range s.get(r.Subject) {
		is := stored
		if said.department != "" {
			is = stored.Departments[said.department]
		}
		if said.isLost(is.Version, widgetFace(is), r.Rev) {
			if lost == nil {
				lost = make(map[string]int64)
			}
			lost[said.department] = said.version
		}
	}
	return lost
}

// lostOfAgent gives the version of an agent's state that was told and is lost; 0: none is.
func (s *spoken) lostOfAgent(r *store.Record, stored agent.State) int64 {
	for _, said := range s.get(r.Subject) {
		if said.isLost(stored.Version, agentFace(stored), r.Rev) {
			return said.version
		}
	}
	return 0
}

// get gives what is remembered of a subject. Nil remembers nothing.
func (s *spoken) get(subject store.Subject) []saying {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.of[subject])
}

// note remembers what a change of a subject that was committed has told.
func (s *spoken) note(subject store.Subject, told []saying) {
	if s == nil || len(told) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.of[subject]; !known && len(s.of) >= mostSpoken {
		for one := range s.of { // the order of a map is random
			delete(s.of, one)
			break
		}
	}
	for _, one := range told {
		if one.lost > 0 {
			s.again++
		}
		list := slices.DeleteFunc(s.of[subject], func(o saying) bool { return o.department == one.department })
		s.of[subject] = append(list, one)
	}
}

func (s *spoken) forget(subject store.Subject) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, subject)
}

func (s *spoken) subjects() []store.Subject {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.of))
}

// takeAgain gives how many states were said again since the last call.
func (s *spoken) takeAgain() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, s.again = s.again, 0
	return n
}

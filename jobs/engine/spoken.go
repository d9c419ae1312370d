package engine

import (
	"context"
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

// hasLost tells whether something that was told of a subject is lost. A state that cannot be read is left to its decision.
func (s *spoken) hasLost(r *store.Record) bool {
	if _, ok := r.Subject.Agent(); ok {
		var state agent.State
		return DecodeState(r.State, &state) == nil && s.lostOfAgent(r, state) > 0
	}
	var state PropertyState
	return DecodeState(r.State, &state) == nil && len(s.lostOf(r, widget.State(state.Widget))) > 0
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

// note remembers what a change that was committed has told.
func (s *spoken) note(c *Change) {
	if s == nil || len(c.spoken) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.of[c.Subject]; !known && len(s.of) >= mostSpoken {
		for any := range s.of { // the order of a map is random
			delete(s.of, any)
			break
		}
	}
	for _, one := range c.spoken {
		if one.lost > 0 {
			s.again++
		}
		list := slices.DeleteFunc(s.of[c.Subject], func(o saying) bool { return o.department == one.department })
		s.of[c.Subject] = append(list, one)
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

// SaidAgain gives how many states were said again since the last call, since Redis had lost what was said of them.
func (e *Engine) SaidAgain() (n int) {
	s := e.decider.spoken
	s.mu.Lock()
	defer s.mu.Unlock()
	n, s.again = s.again, 0
	return n
}

// SayAgain looks whether Redis still has the states that this worker has told, and says those again that it has lost, as they are
// now. It gives the shards in which there is something to deliver.
func (e *Engine) SayAgain(ctx context.Context) (delivers map[int]bool, err error) {
	const tries = 3 // another worker may write a record first
	run := SweepRun{Engine: e}
	for some := range slices.Chunk(e.decider.spoken.subjects(), e.Batch) {
		for range tries {
			if e.HandsOver() {
				return run.Delivers, ErrStopping
			}
			records, err := e.Store.Load(ctx, some)
			if err != nil {
				return run.Delivers, err
			}
			records = slices.DeleteFunc(records, func(r store.Record) bool {
				if r.Rev == 0 {
					e.decider.spoken.forget(r.Subject)
				}
				return r.Rev == 0 || !e.decider.spoken.hasLost(&r)
			})
			if len(records) == 0 {
				break
			}
			if err := run.Decide(ctx, records, e.now()); err != nil {
				return run.Delivers, err
			}
		}
	}
	return run.Delivers, nil
}

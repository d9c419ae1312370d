package engine

import (
	"context"
	"slices"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// SaidAgain gives how many states an engine has said again since the last call, since Redis had lost what was said of them.
func SaidAgain(e *Engine) int { return e.decider.spoken.takeAgain() }

// SayAgain looks whether Redis still has the states that an engine has told, and says those again that it has lost, as they are
// now. It gives the shards in which there is something to deliver.
func SayAgain(ctx context.Context, e *Engine) (delivers map[int]bool, err error) {
	const tries = 3 // another worker may write a record first
	run, s := SweepRun{Engine: e}, e.decider.spoken
	for some := range slices.Chunk(s.subjects(), e.Batch) {
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
					s.forget(r.Subject)
				}
				return r.Rev == 0 || !hasLost(s, &r)
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

// hasLost tells whether something that was told of a subject is lost. A state that cannot be read is left to its decision.
func hasLost(s *spoken, r *store.Record) bool {
	if _, ok := r.Subject.Agent(); ok {
		var state agent.State
		return DecodeState(r.State, &state) == nil && s.lostOfAgent(r, state) > 0
	}
	var state PropertyState
	return DecodeState(r.State, &state) == nil && len(s.lostOf(r, widget.State(state.Widget))) > 0
}

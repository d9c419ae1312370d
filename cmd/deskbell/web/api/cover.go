package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// halfCovers warns of covers that stand with an agent and not with the colleague: nobody is away then, or nobody stands in.
// Where the colleagues cannot be read it warns of nothing: the definition was written.
func (s *service) halfCovers(ctx context.Context, id string, def any) (warnings definition.Faults) {
	a, ok := def.(*definition.Agent)
	if !ok || len(a.Cover) == 0 {
		return nil
	}
	stored, err := s.Client.Find(ctx, edit.KindAgent, a.Partners(id))
	if err != nil {
		s.Log.WithError(err).Log(jobs.LevelOf(err), "reading the colleagues of an agent failed")
		return nil
	}
	colleagues := make(map[string]definition.Agent, len(stored))
	for _, one := range stored {
		var colleague definition.Agent
		if json.Unmarshal(one.Body, &colleague) == nil {
			colleagues[one.Name] = colleague
		}
	}
	for i, c := range a.Cover {
		other, lacks := c.For, "is not away"
		if other == id {
			other, lacks = c.By, "does not stand in"
		}
		if colleague, there := colleagues[other]; there && !slices.Contains(colleague.Cover, c) {
			problem := fmt.Sprintf("stands with %s alone: %s %s until it stands in the cover of %s, too", id, other, lacks, other)
			warnings = append(warnings, definition.Fault{Path: fmt.Sprint("/cover/", i), Value: c.For + " by " + c.By, Problem: problem})
		}
	}
	return warnings
}

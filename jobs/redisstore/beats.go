package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Beat implements store.Store.
func (s *Store) Beat(ctx context.Context, b store.Beat, counts time.Duration) ([]store.Beat, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encoding a beat: %w", err)
	}
	bodies, err := s.run.beat.Run(ctx, s.rdb, []string{allKey("beats")}, b.Process, body, counts.Milliseconds()).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("beating: %w", err)
	}
	live := make([]store.Beat, 0, len(bodies))
	for _, body := range bodies {
		var one store.Beat
		if json.Unmarshal([]byte(body), &one) == nil { // another may be of a version that writes it otherwise
			live = append(live, one)
		}
	}
	slices.SortFunc(live, func(a, b store.Beat) int { return cmp.Compare(a.Process, b.Process) })
	return live, nil
}

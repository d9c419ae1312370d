package jobs

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// PausedQueues are the queues that somebody has paused, in the monitor or by asynq's own tool, in the order of their names: workers do
// nothing of what lies there. A queue of boundaries that is paused flips nothing, and no process fails by it.
func PausedQueues(ctx context.Context, rdb redis.UniversalClient) ([]string, error) {
	names, err := rdb.SMembers(ctx, "asynq:queues").Result()
	if err != nil {
		return nil, fmt.Errorf("listing the queues: %w", err)
	}
	names = append(names, queue{partitions: 1}.everyPartition()...) // asynq lists those that have had a task
	slices.Sort(names)
	names = slices.Compact(names)
	there := make([]*redis.IntCmd, len(names))
	if _, err := rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			there[i] = p.Exists(ctx, "asynq:{"+name+"}:paused")
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking for paused queues: %w", err)
	}
	var paused []string
	for i, name := range names {
		if there[i].Val() > 0 {
			paused = append(paused, name)
		}
	}
	return paused, nil
}

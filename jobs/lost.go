package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/engine"
)

// lookBackEvery is how often a worker looks whether Redis still has what it has told, also where nothing says that it may not.
const lookBackEvery = time.Hour

// losses looks for what Redis has lost.
type losses struct {
	*parts
	rdb redis.UniversalClient

	runs   string // of the last look; one goes on at a time
	looked time.Time
}

// look looks whether Redis has lost states that this worker has told, and says these again: when Redis is another than at
// the last beat, because it was started anew or a replica took over, and every hour. Where it fails, the next beat does it.
func (l *losses) look(ctx context.Context) {
	runs, err := redisRuns(ctx, l.rdb)
	if err != nil {
		return // Redis is away, which others tell of
	}
	first, now := l.runs == "", l.now()
	if first || runs != l.runs || now.Sub(l.looked) >= lookBackEvery {
		if !first {
			delivers, err := engine.SayAgain(ctx, l.engine)
			for shard := range delivers {
				_ = l.deliverer.AskFor(ctx, shard, now) // the next beat finds what is not delivered yet
			}
			if err != nil {
				l.log.WithError(err).Debug("what Redis may have lost cannot be looked for: the next beat does")
				return
			}
		}
		l.runs, l.looked = runs, now
	}
	if n := engine.SaidAgain(l.engine); n > 0 {
		l.observe.lost(n)
		l.log.WithField("states", n).Error("Redis came back with older data: states that had been said were lost, and are said again; what else was written then is lost, too")
	}
}

// redisRuns names the runs of the servers of Redis: another name says that one was started anew, or that a replica took over. Of a
// server that does not say, it knows nothing.
func redisRuns(ctx context.Context, rdb redis.UniversalClient) (string, error) {
	var mu sync.Mutex
	runs := []string{"runs"}
	ask := func(ctx context.Context, node *redis.Client) error {
		info, err := node.InfoMap(ctx, "server").Result()
		var answer redis.Error
		if errors.As(err, &answer) { // it knows no such command, or forbids it
			err = nil
		}
		mu.Lock()
		defer mu.Unlock()
		runs = append(runs, info["Server"]["run_id"])
		return err
	}
	var err error
	switch client := rdb.(type) {
	case *redis.ClusterClient:
		err = client.ForEachMaster(ctx, ask)
	case *redis.Client:
		err = ask(ctx, client)
	}
	slices.Sort(runs)
	return strings.Join(runs, " "), err
}

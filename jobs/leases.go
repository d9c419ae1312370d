package jobs

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/outage"
)

// asynq keeps two notes of a task that is under way: its id in the active list, and its lease in a sorted set. It finds the
// tasks of a dead worker by the leases alone. So when the leases are lost (a key deleted by hand, an old copy of it restored), a task
// would stay in the active list for ever. A living worker fares no better: its signs of life extend only leases that are there, and
// when its task ends, asynq takes the task out of the active list, finds no lease, and stops half-way: a task to be tried again
// is then in no list at all.
//
// Both are mended here. The beat gives a lease to every task in the active list that has none, as if its worker had just shown
// a sign of life. A worker that lives extends it within five seconds, and keeps its task. Of a worker that has died nobody
// extends it, and the task goes the usual way: see orphans.go for events; asynq sees to all others. And leaseHook mends
// what asynq left half-way.

// The keys below are asynq's own. TestATaskUnderWayHasALease holds it to them.

// leaseKey is a sorted set of the ids of the tasks under way, by the Unix time at which their leases run out.
func leaseKey(queue string) string { return "asynq:{" + queue + "}:lease" }

// activeKey is a list of the ids of the tasks under way, the newest first.
func activeKey(queue string) string { return "asynq:{" + queue + "}:active" }

// taskPrefix begins the key of each task.
func taskPrefix(queue string) string { return "asynq:{" + queue + "}:t:" }

// leaseSeconds is asynq's. A lease is given by the clock of Redis: asynq adds half a minute for clocks that differ.
const leaseSeconds = 30

// restoreLeases gives a lease to each task that is under way without one, and says how many. An id whose task is gone gets none.
const restoreLeases = `-- KEYS active lease   ARGV seconds, prefix of the keys of tasks
local n, ends = 0, redis.call('TIME')[1] + ARGV[1]
for first = 0, redis.call('LLEN', KEYS[1]) - 1, 1000 do
  local ids = redis.call('LRANGE', KEYS[1], first, first + 999)
  local leases = redis.call('ZMSCORE', KEYS[2], unpack(ids))
  for i, id in ipairs(ids) do
    if not leases[i] and redis.call('HEXISTS', ARGV[2] .. id, 'msg') == 1 then
      n = n + redis.call('ZADD', KEYS[2], 'NX', ends, id)
    end
  end
end
return n`

// restore gives leases to the tasks of a queue that have lost theirs.
func restore(ctx context.Context, rdb redis.UniversalClient, queue string) (tasks int, err error) {
	tasks, err = redis.NewScript(restoreLeases).Run(ctx, rdb, []string{activeKey(queue), leaseKey(queue)}, leaseSeconds, taskPrefix(queue)).Int()
	if err != nil {
		return 0, fmt.Errorf("looking for tasks of %s that have lost their leases: %w", queue, err)
	}
	return tasks, nil
}

// leaseHook is a hook on the client of asynq's servers. When a task ends whose lease was lost, asynq's script has taken it out of
// the active list before it fails. The hook puts it back, lease and all, and lets the script run once more.
type leaseHook struct{ onlyCommands }

var _ redis.Hook = leaseHook{}

// ProcessHook implements redis.Hook.
func (leaseHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil || !strings.Contains(err.Error(), notFound) {
			return err
		}
		active, lease, task, ok := endsTask(cmd.Args())
		if !ok {
			return err
		}
		_, id, _ := strings.Cut(task, ":t:")
		back := redis.NewCmd(ctx, "eval", putBack, 3, active, lease, task, id, leaseSeconds)
		if next(ctx, back) != nil {
			return err
		}
		if n, _ := back.Int(); n == 0 {
			return err
		}
		cmd.SetErr(nil)
		return next(ctx, cmd)
	}
}

// notFound is the answer of asynq's scripts for a task that is not under way.
const notFound = outage.NotFound

// putBack does nothing for a task that is not under way, nor for one that another worker has under way: that one is in the list.
const putBack = `-- KEYS active lease task   ARGV id, seconds
if redis.call('HGET', KEYS[3], 'state') ~= 'active' then return 0 end
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if id == ARGV[1] then return 0 end
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], 'NX', redis.call('TIME')[1] + ARGV[2], ARGV[1])
return 1`

// endsTask gives the keys of a script that takes a task out of the active list; ok is false for another command.
func endsTask(args []any) (active, lease, task string, ok bool) {
	if len(args) < 3 {
		return "", "", "", false
	}
	keys, _ := args[2].(int) // of EVAL and EVALSHA
	for _, a := range args[3:min(len(args), 3+max(0, keys))] {
		switch key, _ := a.(string); {
		case strings.HasSuffix(key, "}:t:"): // of all tasks
		case strings.Contains(key, "}:t:"):
			task = key
		case strings.HasSuffix(key, "}:active"):
			active = key
		case strings.HasSuffix(key, "}:lease"):
			lease = key
		}
	}
	return active, lease, task, active != "" && lease != "" && task != ""
}

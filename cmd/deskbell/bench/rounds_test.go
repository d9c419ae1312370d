package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMediansOfEachFigure(t *testing.T) {
	t.Parallel()
	type figures struct {
		Name  string
		Flips int
		Lag   float64
		Bytes int64
		Use   RedisUse
	}
	use := func(calls float64) RedisUse { return RedisUse{Calls: calls, Slowest: SlowCommand{"commit", calls}} }
	got := medians([]figures{{"a", 10, 1.5, 7, use(5)}, {"a", 30, 0.5, 9, use(3)}, {"a", 20, 9.5, 8, use(4)}})
	if diff := cmp.Diff(figures{"a", 20, 1.5, 8, use(4)}, got); diff != "" {
		t.Error(diff)
	}
	if got := medians([]figures{{"a", 1, 2, 3, use(1)}}); got.Flips != 1 || got.Lag != 2 {
		t.Errorf("of one round: %+v", got)
	}
}

func TestTheUseOfRedisIsThatOfEachUnit(t *testing.T) {
	t.Parallel()
	before := map[string]commandStat{"hset": {10, time.Millisecond}, "ping": {3, time.Millisecond}}
	after := map[string]commandStat{"hset": {30, 2 * time.Millisecond}, "ping": {3, time.Millisecond}, "evalsha": {10, 5 * time.Millisecond}}
	u := useOf(before, after, 10)
	if diff := cmp.Diff(RedisUse{Calls: 3, Commands: []CommandUse{{"evalsha", 1, 500}, {"hset", 2, 100}}}, u); diff != "" {
		t.Error(diff)
	}
	u.Slowest = SlowCommand{"evalsha commit", 1.25}
	var got strings.Builder
	if err := u.table(&got, "a sweep", "flip"); err != nil {
		t.Fatal(err)
	}
	const want = `
Redis, for each flip of a sweep: 3.00 commands
  evalsha  1.00 calls  500.00 µs
     hset  2.00 calls  100.00 µs
the longest: evalsha commit, 1.2 ms
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

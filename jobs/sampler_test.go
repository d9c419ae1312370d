package jobs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
)

func TestALineStandsForTheTasksOfItsKindSinceTheOneBefore(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var s sampler
	for _, task := range []struct {
		name, kind string
		after      time.Duration
		want       logrus.Fields // nil: it has no line
	}{
		{"the first has a line of its own", "event:take", 0, logrus.Fields{"actions": 2, "took": "1ms"}},
		{"one within the second has none", "event:take", 10 * time.Millisecond, nil},
		{"another kind is counted apart", "visitor:wake", 20 * time.Millisecond, logrus.Fields{"actions": 2, "took": "1ms"}},
		{"nor has the next", "event:take", 999 * time.Millisecond, nil},
		{"after a second one stands for all", "event:take", time.Second, logrus.Fields{"actions": 6, "tasks": 3}},
		{"and the count begins anew", "event:take", 3 * time.Second, logrus.Fields{"actions": 2, "took": "1ms"}},
	} {
		fields := logrus.Fields{"actions": 2, "took": "1ms"}
		ok := s.add(task.kind, fields, start.Add(task.after))
		if ok != (task.want != nil) || ok && !cmp.Equal(fields, task.want) {
			t.Errorf("%s: line %v with %v, want %v", task.name, ok, fields, task.want)
		}
	}
}

package jobs

import (
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// sampled is how often tasks of one kind that were processed together have a line in the log: under load there are thousands a second.
const sampled = time.Second

// sampler lets one line stand for all tasks of its kind since the one before.
type sampler struct {
	mu     sync.Mutex
	byKind map[string]*sample
}

type sample struct {
	last  time.Time
	tasks int
	sums  logrus.Fields // of numbers
}

// add counts a task that did something. ok is true for the one whose line stands for all: its fields are their sums then.
func (s *sampler) add(kind string, fields logrus.Fields, at time.Time) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byKind[kind]
	if one == nil {
		if s.byKind == nil {
			s.byKind = make(map[string]*sample)
		}
		one = &sample{sums: make(logrus.Fields)}
		s.byKind[kind] = one
	}
	one.tasks++
	for name, value := range fields {
		if n, isNumber := value.(int); isNumber {
			before, _ := one.sums[name].(int)
			one.sums[name] = before + n
		}
	}
	if at.Sub(one.last) < sampled {
		return false
	}
	if one.tasks > 1 {
		delete(fields, "took") // those of the last task alone
		delete(fields, "subject")
		for name, n := range one.sums {
			fields[name] = n
		}
		fields["tasks"] = one.tasks
	}
	*one = sample{last: at, sums: make(logrus.Fields)}
	return true
}

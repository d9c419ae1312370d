package jobs

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// wakeTask is a task that looks at a visitor again: one for each trigger that has started and waits,
// and one for each chat in which something is due, for what is due there first.
type wakeTask struct {
	cause string // "VISIT:TRIGGER", "VISIT:TRIGGER:2" once the visitor has come back twice, or "chat:CHAT"
	at    time.Time
}

// id is that of the task: the same is asked for once, and can be cancelled.
func (u wakeTask) id(s store.Subject) string {
	property, visitor, _ := s.Visitor()
	return fmt.Sprintf("wake:%s:%s:%s:%d", property, visitor, u.cause, u.at.UnixMilli())
}

func (u wakeTask) in(some []wakeTask) bool {
	return slices.ContainsFunc(some, func(o wakeTask) bool { return o.cause == u.cause && o.at.Equal(u.at) })
}

// wakes are the tasks that a visitor has.
func (s *visitorState) wakes() []wakeTask {
	var all []wakeTask
	for _, t := range s.Visit.Timers {
		if t.Away {
			continue
		}
		cause := t.Visit + ":" + t.Trigger
		if t.Back > 0 { // another task than the one whose cancelling may still be under way
			cause += ":" + strconv.Itoa(t.Back)
		}
		all = append(all, wakeTask{cause, t.Due})
	}
	for id, at := range s.Wakes {
		all = append(all, wakeTask{"chat:" + id, at})
	}
	return all
}

// cancelAhead is how far off a wake-up has to be for it to be worth the asking that it does
// not come. A nearer one comes soon, finds nothing to do, and is gone.
const cancelAhead = 10 * time.Second

// rewake asks for the tasks that are new, and cancels those for which nothing is due any more:
// the visitor has left, say, or an agent has answered.
func (c *DecidedChange) rewake(before, after []wakeTask, at time.Time) {
	for _, u := range after {
		if !u.in(before) && !u.in(c.wake) {
			c.wake = append(c.wake, u)
		}
	}
	for _, u := range before {
		if !u.in(after) && u.at.Sub(at) > cancelAhead {
			c.unwake = append(c.unwake, u)
		}
	}
}

// wakes tells whether wake-ups are to be asked for or cancelled after the change.
func (c *DecidedChange) wakes() bool { return len(c.wake)+len(c.unwake) > 0 }

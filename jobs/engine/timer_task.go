package engine

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// TimerTask is a task that looks at a visitor again: one for each trigger that has started and waits,
// and one for each chat in which something is due, for what is due there first.
type TimerTask struct {
	cause string // "VISIT:TRIGGER", "VISIT:TRIGGER:2" once the visitor has come back twice, or "chat:CHAT"
	At    time.Time
}

// ID is that of the task: the same is asked for once, and can be cancelled.
func (u TimerTask) ID(s store.Subject) string {
	property, visitor, _ := s.Visitor()
	return fmt.Sprintf("wake:%s:%s:%s:%d", property, visitor, u.cause, u.At.UnixMilli())
}

func (u TimerTask) in(some []TimerTask) bool {
	return slices.ContainsFunc(some, func(o TimerTask) bool { return o.cause == u.cause && o.At.Equal(u.At) })
}

// wakes are the tasks that a visitor has.
func (s *visitorState) timerTasks() []TimerTask {
	var all []TimerTask
	for _, t := range s.Visit.Timers {
		if t.Away {
			continue
		}
		cause := t.Visit + ":" + t.Trigger
		if t.Back > 0 { // another task than the one whose cancelling may still be under way
			cause += ":" + strconv.Itoa(t.Back)
		}
		all = append(all, TimerTask{cause, t.Due})
	}
	for id, at := range s.Wakes {
		all = append(all, TimerTask{"chat:" + id, at})
	}
	return all
}

// cancelAhead is how far off a wake-up has to be for it to be worth the asking that it does
// not come. A nearer one comes soon, finds nothing to do, and is gone.
const cancelAhead = 10 * time.Second

// reschedule asks for the tasks that are new, and cancels those for which nothing is due any more:
// the visitor has left, say, or an agent has answered.
func (c *Change) reschedule(before, after []TimerTask, at time.Time) {
	for _, u := range after {
		if !u.in(before) && !u.in(c.Timers) {
			c.Timers = append(c.Timers, u)
		}
	}
	for _, u := range before {
		if !u.in(after) && u.At.Sub(at) > cancelAhead {
			c.Cancel = append(c.Cancel, u)
		}
	}
}

// HasTimers tells whether wake-ups are to be asked for or cancelled after the change.
func (c *Change) HasTimers() bool { return len(c.Timers)+len(c.Cancel) > 0 }

package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// TimerTask is a task that wakes a visitor: one for each trigger that has started and waits,
// and one for each chat, at the first instant at which something is due in it.
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

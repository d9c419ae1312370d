package engine

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// TimerTask is a task that wakes a visitor: one for each trigger that has started and waits,
// and one for each chat, at the first instant at which something is due in it.
type TimerTask struct {
	cause string // "VISIT:TRIGGER", "VISIT:TRIGGER:2" once the visitor has come back twice, or "chat:CHAT"
	At    time.Time
}

// ID is that of the task: the same is asked for once, and can be cancelled. It is a hash, since Redis has it four times for each message that
// waits. Earlier versions gave others: those tasks cannot be cancelled, and find nothing to do.
func (u TimerTask) ID(s store.Subject) string {
	b := append(make([]byte, 0, 128), s...)
	b = append(append(b, '/'), u.cause...) // neither id of the subject has a '/'
	sum := sha256.Sum256(strconv.AppendInt(append(b, '/'), u.At.UnixMilli(), 10))
	return "w:" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (u TimerTask) in(some []TimerTask) bool {
	return slices.ContainsFunc(some, func(o TimerTask) bool { return o.cause == u.cause && o.At.Equal(u.At) })
}

package fake

import (
	"sync"
	"time"
)

// limits counts within the minutes of the clock, as Chatwoot does. It may be used by several goroutines.
type limits struct {
	mu     sync.Mutex
	minute int64
	counts map[string]int
}

// over counts one more, and tells whether that is too many in this minute.
func (l *limits) over(what string, most int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := now.Unix() / 60; minute != l.minute {
		l.minute = minute
		clear(l.counts)
	}
	l.counts[what]++
	return l.counts[what] > most
}

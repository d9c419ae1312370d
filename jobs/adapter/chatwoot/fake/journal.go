package fake

import (
	"slices"
	"sync"
	"time"
)

// An Entry is a line of the log: a request to the API, or a webhook.
type Entry struct {
	At      time.Time `json:"at"`
	Webhook bool      `json:"webhook"`
	Name    string    `json:"name"`   // method and path, or the event
	Who     string    `json:"who"`    // whose token it was, or the webhook's URL
	Status  int       `json:"status"` // 0: no answer
	Note    string    `json:"note"`   // the delivery's id, or why there was none
}

// journal keeps the last entries. It may be used by several goroutines.
type journal struct {
	mu      sync.Mutex
	entries []Entry
}

func (j *journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) >= mostLogged {
		j.entries = slices.Delete(j.entries, 0, 1)
	}
	j.entries = append(j.entries, e)
}

// list is a copy, oldest first.
func (j *journal) list() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

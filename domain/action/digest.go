package action

import (
	"strconv"
	"strings"
)

// Digest is the data of DigestOpened. The cause is the opening.
type Digest struct {
	Property string `json:"property"`
	Reason   string `json:"reason"` // of the hours at the opening
	Forms    Items  `json:"forms"`
	Chats    Items  `json:"chats"` // in which a visitor waits for an answer
	Messages Items  `json:"messages"`
	Cause    Cause  `json:"cause"`
}

// Items are things of one kind.
type Items struct {
	Count int      `json:"count"`
	IDs   []string `json:"ids"` // of the first 1000; of events, for forms and messages
}

// Summary says in English how much came in: "2 forms, 1 chat waiting, 3 messages".
func (d *Digest) Summary() string {
	var parts []string
	for _, p := range []struct {
		count     int
		one, many string
	}{{d.Forms.Count, "form", "forms"}, {d.Chats.Count, "chat waiting", "chats waiting"}, {d.Messages.Count, "message", "messages"}} {
		switch p.count {
		case 0:
		case 1:
			parts = append(parts, "1 "+p.one)
		default:
			parts = append(parts, strconv.Itoa(p.count)+" "+p.many)
		}
	}
	return strings.Join(parts, ", ")
}

package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
)

// Pinger is a Destination that shows what came back of a ping. The others only tell whether they took it.
type Pinger interface {
	// Ping makes one call, as Deliver does. The answer is worth showing with an error, too.
	Ping(ctx context.Context, ping Delivery) (Answer, error)
}

// Answer is what came back of a ping.
type Answer struct {
	Status int    // of HTTP; 0: there was none
	Text   string // the beginning of a body, or words of the destination
	Do     string // what a person may do about a failure; empty: the error says it, or there is none
}

// Pinged is what came of a ping.
type Pinged struct {
	Destination string    `json:"destination"`
	Type        string    `json:"type"`
	At          time.Time `json:"at"`
	Taken       bool      `json:"taken"`
	Status      int       `json:"status,omitempty"` // of HTTP; 0: there was none
	Took        int64     `json:"took_ms"`
	Answer      string    `json:"answer,omitempty"` // its first bytes, at most longestAnswer
	Error       string    `json:"error,omitempty"`
	Do          string    `json:"do,omitempty"` // what a person may do about the error
}

// longestAnswer is how many bytes of an answer to a ping are shown.
const longestAnswer = 1000

// pingOf is a ping as a delivery. Its place is behind all others, and of no shard.
func pingOf(destination string, at time.Time) (Delivery, error) {
	a := action.Ping(destination, at)
	body, err := json.Marshal(a)
	if err != nil {
		return Delivery{}, fmt.Errorf("encoding a ping: %w", err)
	}
	return Delivery{Shard: -1, Seq: fmt.Sprintf("%d-0", at.UnixMilli()), ID: a.ID, Body: body}, nil
}

func pingInTime(ctx context.Context, to Destination, ping Delivery) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, CallLimit)
	defer cancel()
	if p, ok := to.(Pinger); ok {
		return p.Ping(ctx, ping)
	}
	return Answer{}, to.Deliver(ctx, []Delivery{ping})
}

// shorten gives the first bytes of a text, with a sign where some are left out.
func shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

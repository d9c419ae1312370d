package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/event"
)

// idempotencyKey is the header of requests that may be sent again (draft-ietf-httpapi-idempotency-key-header-07).
const idempotencyKey = "Idempotency-Key"

// mostIdempotencyKey bounds a key, in bytes.
const mostIdempotencyKey = 255

// idempotencyKeyOf reads the key of a request; empty: it has none. The draft has it in quotes, many clients send it without, and both
// are one key.
func idempotencyKeyOf(header http.Header) (string, error) {
	values := header.Values(idempotencyKey)
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", wrongKey("is there more than once")
	}
	key, quoted := strings.CutPrefix(strings.Trim(values[0], " \t"), `"`)
	if quoted {
		var closed bool
		if key, closed = strings.CutSuffix(key, `"`); !closed {
			return "", wrongKey("has no quote at its end")
		}
	}
	switch {
	case key == "":
		return "", wrongKey("is empty")
	case len(key) > mostIdempotencyKey:
		return "", wrongKey("is too long")
	case strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' || strings.ContainsRune(`"\,;`, r) }):
		return "", wrongKey("has a character that is not allowed")
	}
	return key, nil
}

// idempotencyHeader describes the header.
func idempotencyHeader() *huma.Param {
	p := header(idempotencyKey, "A name of yours for this request, such as a UUID, in quotes or not: 1 to 255 characters of printable ASCII without "+
		"blanks, quotes, backslashes, commas and semicolons. Events that have no id get one of it, so that a repeat of the request within 24 hours is "+
		"known as one, and leads to nothing. An event is the same where your key, its place in the request, and all that it says but its time are; "+
		"one that says something else is another event, and is taken.")
	p.Schema.MinLength, p.Schema.MaxLength = new(1), new(mostIdempotencyKey+len(`""`))
	p.Example = `"8e03978e-40d5-43e8-bc93-6894a57f9324"`
	return p
}

func wrongKey(problem string) error {
	return huma.Error400BadRequest(fmt.Sprintf(`the header %s %s, and no event was taken; allowed: one of 1 to %d characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324": `+
		"printable ASCII without blanks, quotes, backslashes, commas and semicolons, in quotes or not", idempotencyKey, problem, mostIdempotencyKey))
}

// identify gives ids to events of a request that have none: each time the same, as long as the caller, their key, the event's place in the
// request, and all that it says but its time are. So a repeat is known as one by its id, as any other, and nothing is kept for it.
// What comes in the same place with the same key and says something else gets another id: it is rather taken than lost.
func identify(items []event.Item, caller, key string) error {
	var text []byte
	for i := range items {
		one := &items[i]
		if one.Event.ID != "" || len(one.Faults) > 0 {
			continue
		}
		said := one.Event
		said.Time = time.Time{} // it may be that of arrival
		h := sha256.New()
		fmt.Fprintf(h, "%q %q %d ", caller, key, one.Index)
		var err error
		if text, err = said.AppendJSON(text[:0]); err != nil {
			return fmt.Errorf("giving an event an id: %w", err)
		}
		h.Write(text)
		one.Event.ID = hex.EncodeToString(h.Sum(nil)[:16])
	}
	return nil
}

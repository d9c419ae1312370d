package event

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

const (
	// MaxBody is how many bytes of events are accepted at once.
	MaxBody = 1 << 20
	// MaxEvents is how many events are accepted at once.
	MaxEvents = 1000
	// MaxEvent is how many bytes one event has at most.
	MaxEvent = 64 << 10
)

// mostFaults is how many faults of several events are listed whole. Of each further event there are two at most: one may take a
// thousand times the memory of what it is about.
const mostFaults = 300

// Format is how the events of a body are written. Its value is a media type.
type Format string

// The formats.
const (
	JSON  Format = "application/json"     // one event, or an array of events
	Lines Format = "application/x-ndjson" // one event a line; empty lines say nothing
)

// ContentTypes are the media types of the formats. FormatOf knows application/ndjson, too.
func ContentTypes() []string {
	return []string{string(JSON), string(Lines), "application/cloudevents+json", "application/cloudevents-batch+json"}
}

// FormatOf is the format of a media type, with or without parameters. There are five: those of the formats, and
// application/ndjson, application/cloudevents+json and application/cloudevents-batch+json.
func FormatOf(contentType string) (f Format, ok bool) {
	switch mediaType(contentType) {
	case string(JSON), "application/cloudevents+json", "application/cloudevents-batch+json":
		return JSON, true
	case string(Lines), "application/ndjson":
		return Lines, true
	}
	return "", false
}

// mediaType is a content type without its parameters.
func mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// Item is one event of a body, or its faults.
type Item struct {
	Index  int // from 0: its place in the array, or its line
	Event  Event
	Faults Faults // empty: the event is good. Paths are from the root of the event.
}

// Decode reads a body of one or more events. The good ones are accepted, even beside bad ones. An error is of type
// Faults and concerns the body as a whole: it is too large, has too many events, or is not JSON; then none is accepted.
// (Of Lines, one that is not JSON spoils no other.)
func (in Intake) Decode(body []byte, f Format) ([]Item, error) {
	if len(body) > MaxBody {
		return nil, Faults{tooLarge(len(body), MaxBody, "fewer events at once")}
	}
	parts, err := split(table.Unmarked(body), f)
	if err != nil {
		return nil, err
	}
	if len(parts) > MaxEvents {
		return nil, Faults{{Value: "more events", Problem: "are too many", Allowed: fmt.Sprintf("at most %d at once", MaxEvents)}}
	}
	items, events := make([]Item, len(parts)), make([]Event, len(parts))
	in.several, in.isJSON = true, f == JSON // split has found that
	faults := 0
	for i, p := range parts {
		items[i].Index = p.index
		in.brief = faults > mostFaults
		events[i], items[i].Faults = in.decode(p.text)
		faults += len(items[i].Faults)
	}
	if !in.At.IsZero() {
		Arrive(events, in.At)
	}
	for i, e := range events {
		items[i].Event = e
	}
	return items, nil
}

// ParseJSON reads one event. The error is of type Faults.
func (in Intake) ParseJSON(body []byte) (Event, error) {
	e, faults := in.decode(body)
	if len(faults) > 0 {
		return Event{}, faults
	}
	return e, nil
}

func (in Intake) decode(text []byte) (Event, Faults) {
	if len(text) > MaxEvent {
		return Event{}, Faults{tooLarge(len(text), MaxEvent, "less in one event")}
	}
	r := newReader(in)
	tree := readJSONAt(r.Root(), table.Unmarked(text), in.isJSON)
	if tree == nil && len(r.Faults) > 0 {
		return Event{}, r.Faults
	}
	if e := in.event(r, tree); len(r.Faults) == 0 {
		return e, nil
	}
	return Event{}, r.Faults
}

func tooLarge(n, most int, advice string) Fault {
	return Fault{Value: fmt.Sprint(n, " bytes"), Problem: "are too many", Allowed: fmt.Sprintf("at most %d: send %s", most, advice)}
}

// part is the text of one event.
type part struct {
	index int
	text  []byte
}

// split finds the events of a body, one more than may be there at most.
func split(body []byte, f Format) (parts []part, err error) {
	add := func(index int, text []byte) bool {
		parts = append(parts, part{index, text})
		return len(parts) <= MaxEvents
	}
	if f == Lines {
		index := 0
		for line := range bytes.Lines(body) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !add(index, line) {
				break
			}
			index++
		}
		return parts, nil
	}
	if fault := notJSON(body); fault != nil {
		return nil, Faults{*fault}
	}
	if body = bytes.TrimSpace(body); body[0] != '[' {
		add(0, body)
		return parts, nil
	}
	index := 0
	for text := range elements(body) {
		if !add(index, text) {
			break
		}
		index++
	}
	return parts, nil
}

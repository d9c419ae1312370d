package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

type sendCmd struct {
	File string    `arg:"" optional:"" help:"Events as JSON: one, an array, or one a line; - is standard input."`
	Type eventType `placeholder:"TYPE" help:"Send one event of this type instead of a file's."`
	Data string    `placeholder:"JSON" help:"Its data."`
	ID   string    `name:"id" placeholder:"ID" help:"Its id, by which it is known when it is sent again. Without one it gets one."`
}

// eventType is a type of event. The intake refuses those that it does not know, and says which was meant.
type eventType string

// choices implements chooser.
func (eventType) choices() (names []string) {
	for _, t := range event.Types() {
		names = append(names, string(t))
	}
	return names
}

func (*sendCmd) Help() string {
	return `
Hands events to the workers, over the Redis of REDIS_URL, or of the deskbell up that runs here. When something is wrong with any of them, nothing is sent.
An event that was sent before, with its id, within a day is ignored. Events of a property, or an agent, that is not defined lead
to nothing; send names these.

Examples:

    deskbell send events.jsonl
    deskbell send --type chat.requested --data '{"property": "acme", "visitor": "v1", "chat": "c1", "text": "Hello?"}'
    tail -n 100 events.jsonl | deskbell send -
`
}

func (c *sendCmd) Run(ctx context.Context, a *app) (err error) {
	name, bodies, format, err := c.bodies(a)
	if err != nil {
		return err
	}
	s, err := a.connect(ctx, redisstore.Open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	events, err := decodeEvents(s.client.Intake(), name, bodies, format)
	if err != nil {
		return err
	}
	if err := s.client.SendComplete(ctx, events...); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "sent %d\n", len(events))
	return a.warnOfUndefined(ctx, s, events)
}

// warnOfUndefined says which events lead to nothing: workers drop those of a property, or an agent, that is not defined.
func (a *app) warnOfUndefined(ctx context.Context, s *session, events []event.Event) error {
	count := make(map[store.Subject]int)
	for i := range events {
		if subject, ok := store.Needs(&events[i]); ok {
			count[subject]++
		}
	}
	undefined, err := s.client.Undefined(ctx, slices.Collect(maps.Keys(count)))
	for _, subject := range slices.Sorted(maps.Keys(undefined)) {
		n := count[subject]
		if agent, ok := subject.Agent(); ok {
			fmt.Fprintf(a.stderr, "There is no agent %q: their %d of these events lead to nothing.\n", agent, n)
			continue
		}
		property, _ := subject.Property()
		hint, wrong := s.client.SuggestProperty(ctx, property, nil)
		fmt.Fprintf(a.stderr, "There is no property %q%s: its %d of these events lead to nothing.\n", property, hint, n)
		err = errors.Join(err, wrong)
	}
	return err
}

// bodies are the events as the input has them, in parts that an intake takes.
func (c *sendCmd) bodies(a *app) (name string, bodies [][]byte, f event.Format, err error) {
	switch {
	case (c.File == "") == (c.Type == ""):
		return "", nil, "", usagef("send takes either a file (- is standard input) or --type with --data")
	case c.File != "" && (c.Data != "" || c.ID != ""):
		return "", nil, "", usagef("--data and --id belong to --type, and not to a file")
	case c.Type != "":
		body, err := c.one()
		return "the event", [][]byte{body}, event.JSON, err
	}
	name, text, err := a.read(c.File)
	if err != nil {
		return name, nil, "", err
	}
	if text = table.Unmarked(text); json.Valid(text) {
		return name, [][]byte{text}, event.JSON, nil
	}
	return name, lines(text), event.Lines, nil
}

func (c *sendCmd) one() ([]byte, error) {
	data := json.RawMessage(c.Data)
	if !json.Valid(data) {
		return nil, usagef("--data is not JSON: write an object, such as '{\"property\": \"acme\", \"visitor\": \"v1\"}'")
	}
	return json.Marshal(struct {
		ID   string          `json:"id,omitempty"`
		Type eventType       `json:"type"`
		Data json.RawMessage `json:"data"`
	}{c.ID, c.Type, data})
}

// lines divides a text at line ends into parts that are not too large.
func lines(text []byte) [][]byte {
	const most = event.MaxBody - event.MaxEvent
	var parts [][]byte
	start, end, count := 0, 0, 0
	for line := range bytes.Lines(text) {
		if count == event.MaxEvents || end-start+len(line) > most && end > start {
			parts = append(parts, text[start:end])
			start, count = end, 0
		}
		end += len(line)
		count++
	}
	return append(parts, text[start:end])
}

// decodeEvents reads all of them, and gives every fault of all.
func decodeEvents(in event.Intake, name string, bodies [][]byte, f event.Format) ([]event.Event, error) {
	var events []event.Event
	var errs []error
	before := 0 // lines, or events
	for _, body := range bodies {
		items, err := in.Decode(body, f)
		if err != nil {
			errs = append(errs, fmt.Errorf("reading %s: %w", name, err))
		}
		for _, item := range items {
			if len(item.Faults) > 0 {
				errs = append(errs, fmt.Errorf("%s, %s %d: %w", name, unit(f), before+item.Index+1, item.Faults))
			}
			events = append(events, item.Event)
		}
		before += bytes.Count(body, []byte{'\n'})
	}
	return events, errors.Join(errs...)
}

func unit(f event.Format) string {
	if f == event.Lines {
		return "line"
	}
	return "event"
}

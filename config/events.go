package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
)

// mostEventFaults bounds the work on a file that is no file of events.
const mostEventFaults = 1000

// ReadEvents reads a file of events, one JSON object a line, with overrides among them; empty lines say nothing. It answers
// both in the order of their times, and those of one instant in the order of the file. Each must say when it happened; an event
// without an id gets that of its line, such as line-7. The error is a *FileError with the faults of every line.
func ReadEvents(name string, src []byte) ([]event.Event, []Override, error) {
	if len(src) > mostBytes {
		return nil, nil, &FileError{name, []LocatedFault{{
			Fault: definition.Fault{Problem: fmt.Sprintf("has %d bytes", len(src)), Allowed: fmt.Sprint("at most ", mostBytes)}, Line: 1, Column: 1,
		}}}
	}
	var events []event.Event
	var overrides []Override
	var faults []LocatedFault
	for i, line := range newSource(src).lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if o, is, err := readOverride([]byte(line)); is {
			if overrides = append(overrides, o); err != nil {
				faults = append(faults, locateLine(line, i+1, err)...)
			}
			continue
		}
		in := event.Intake{NewID: func() string { return fmt.Sprint("line-", i+1) }}
		e, err := in.ParseJSON([]byte(line))
		if err == nil {
			events = append(events, e)
			continue
		}
		if faults = append(faults, locateLine(line, i+1, err)...); len(faults) >= mostEventFaults {
			break
		}
	}
	if len(faults) > 0 {
		return nil, nil, &FileError{name, faults}
	}
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	slices.SortStableFunc(overrides, func(a, b Override) int { return a.Time.Compare(b.Time) })
	return events, overrides, nil
}

// locateLine places the faults of one event. Where the line is no JSON, they stand at its beginning.
func locateLine(line string, number int, err error) []LocatedFault {
	var faults event.Faults
	if !errors.As(err, &faults) {
		faults = event.Faults{{Problem: err.Error()}}
	}
	b := newBuilder()
	root := b.document([]byte(line)) // JSON is YAML
	var located []LocatedFault
	for _, f := range faults {
		at := LocatedFault{Fault: f, Line: 1, Column: 1}
		if root != nil && f.Path != "" {
			at = b.locate(root, f)
		}
		located = append(located, at)
	}
	located = sorted(located)
	newSource([]byte(line)).draw(located)
	for i := range located {
		located[i].Line = number
		if located[i].Value == "" && located[i].Path == "" {
			located[i].Value = "the event"
		}
	}
	return located
}

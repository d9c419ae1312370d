package ical

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong with a calendar.
type Fault struct {
	Line    int    // of the file, from 1; 0: of none
	Event   string // its summary, else its UID, in quotes; empty: none
	Problem string // a predicate, "ends before it begins"
	Allowed string // what may stand there; may be empty
}

// String says it in a sentence: `line 12, event "Christmas": ends before it begins; allowed: …`.
func (f Fault) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d", f.Line)
	}
	if f.Event != "" {
		fmt.Fprintf(&b, ", event %s", f.Event)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(f.Problem)
	if f.Allowed != "" {
		b.WriteString("; allowed: " + f.Allowed)
	}
	return b.String()
}

// Faults is everything that is wrong with a calendar, up to mostFaults, as an error.
type Faults []Fault

// mostFaults is how many faults are told.
const mostFaults = 20

// Error writes one fault a line.
func (fs Faults) Error() string {
	texts := make([]string, len(fs))
	for i, f := range fs {
		texts[i] = f.String()
	}
	return strings.Join(texts, "\n")
}

// report collects the faults of one calendar.
type report struct{ faults Faults }

func (r *report) fault(line int, event, problem, allowed string) {
	if len(r.faults) < mostFaults {
		r.faults = append(r.faults, Fault{line, event, problem, allowed})
	}
}

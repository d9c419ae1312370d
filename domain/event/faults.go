package event

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
)

// Fault is one thing wrong with an event. Its Path is a JSON pointer from the root of the event. The Path of an unknown
// key is the key's own, and its Value is the key. Its Offset counts bytes from the start of the text that is no JSON.
type Fault = hours.Fault

// Faults is every fault of an event, as an error.
type Faults = hours.Faults

// reader collects what is wrong with one event.
type reader struct {
	intake Intake
	faults Faults
}

// mostFaults bounds the work on an event that is wrong all through.
const mostFaults = 100

func (r *reader) add(f Fault) {
	switch {
	case len(r.faults) < mostFaults-1:
		r.faults = append(r.faults, f)
	case len(r.faults) == mostFaults-1:
		r.faults = append(r.faults, Fault{Value: fmt.Sprint(mostFaults, " faults"), Problem: "are too many to go on"})
	}
}

// result is a plain nil without faults, not an empty Faults in an error.
func (r *reader) result() error {
	if len(r.faults) == 0 {
		return nil
	}
	return r.faults
}

// place is a value's place in the event, and the reader that is there.
type place struct {
	*reader
	path string
}

func (r *reader) root() place { return place{reader: r} }

// segment escapes a key for a JSON pointer (RFC 6901).
var segment = strings.NewReplacer("~", "~0", "/", "~1")

// key is the place of a key. Of a name beyond all measure a part will do, lest many values below it copy it many times.
func (p place) key(name string) place {
	return place{p.reader, p.path + "/" + segment.Replace(first(name, mostName))}
}

func (p place) item(i int) place { return place{p.reader, p.path + "/" + strconv.Itoa(i)} }

func (p place) fault(value, problem, allowed string) {
	p.add(Fault{Path: p.path, Value: value, Problem: problem, Allowed: allowed})
}

func (p place) missing(e entry) {
	p.fault(e.key, "is missing", strings.ReplaceAll(e.shape.name, "`", ""))
}

// show says what a value is, short enough for a message.
func show(tree any) string {
	switch v := tree.(type) {
	case nil:
		return ""
	case map[string]any:
		return "{…}"
	case []any:
		return "[…]"
	default:
		return clip(fmt.Sprint(v))
	}
}

// clip shortens a text to 60 characters.
func clip(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return first(s, most-1) + "…"
}

// first is the first so many characters of a text.
func first(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}

package definition

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
)

// Fault is one thing wrong with a definition. Its Path is a JSON pointer from the root of what was parsed. The Path of
// an unknown key is the key's own, and its Value is the key.
type Fault = hours.Fault

// Faults is every fault of a definition, as an error.
type Faults = hours.Faults

// reader collects what one Parse finds.
type reader struct {
	faults Faults
	zones  map[string]bool // time zones already looked up: a large file names few, many times
}

func newReader() *reader { return &reader{zones: map[string]bool{}} }

// mostFaults bounds the work on a file that is wrong all through.
const mostFaults = 1000

func (r *reader) full() bool { return len(r.faults) >= mostFaults }

func (r *reader) add(f Fault) {
	if !r.full() {
		r.faults = append(r.faults, f)
	}
	if r.full() {
		r.faults[mostFaults-1] = Fault{Value: "1000 faults", Problem: "are too many to go on"}
	}
}

// result is the error of the Parse that is ending. It is a plain nil without faults, not an empty Faults in an error.
func (r *reader) result() error {
	if len(r.faults) == 0 {
		return nil
	}
	return r.faults
}

// place is a value's place in the tree, and the reader that is there.
type place struct {
	*reader
	path string
}

func (r *reader) root() place { return place{reader: r} }

// segment escapes a key for a JSON pointer (RFC 6901).
var segment = strings.NewReplacer("~", "~0", "/", "~1")

func (p place) key(name string) place { return place{p.reader, p.path + "/" + segment.Replace(name)} }

func (p place) item(i int) place { return place{p.reader, p.path + "/" + strconv.Itoa(i)} }

func (p place) fault(value, problem, allowed string) {
	p.add(Fault{Path: p.path, Value: value, Problem: problem, Allowed: allowed})
}

// nested adds the faults that hours found in the value at p.
func (p place) nested(err error) {
	var faults Faults
	if !errors.As(err, &faults) {
		p.fault("", err.Error(), "")
		return
	}
	for _, f := range faults {
		f.Path = p.path + f.Path
		p.add(f)
	}
}

// tooMany faults a list or a map that is too long: "101 departments".
func (p place) tooMany(n int, plural string, most int) {
	if n > most {
		p.fault(fmt.Sprint(n, " ", plural), "are too many", fmt.Sprint("at most ", most))
	}
}

// show says what a value is, short enough for a message. It says nothing of nothing.
func show(tree any) string {
	switch v := tree.(type) {
	case nil:
		return ""
	case map[string]any:
		return "{…}"
	case []any:
		return "[…]"
	case string:
		return clip(v)
	default:
		return clip(fmt.Sprint(v))
	}
}

// clip shortens a text to 60 characters.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

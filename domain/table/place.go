package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Reader collects the faults of one value while it is read.
type Reader struct {
	Faults   Faults
	Warnings Faults // values that are taken, and are probably mistakes
	Most     int    // faults, the last of which says so. It bounds the work on a value that is wrong all through; 0: all. Further warnings are dropped
	MostKey  int    // characters of a key in a path, so that many values below a long key do not copy it many times; 0: all
	Context  any    // other data that the kinds of a package need while they read
}

// Full tells whether there are as many faults as are kept.
func (r *Reader) Full() bool { return r.Most > 0 && len(r.Faults) >= r.Most }

// Add keeps a fault.
func (r *Reader) Add(f Fault) {
	if len(r.Faults) == r.Most-1 {
		f = Fault{Value: fmt.Sprint(r.Most, " faults"), Problem: "are too many to go on"}
	}
	if !r.Full() {
		r.Faults = append(r.Faults, f)
	}
}

// Root is the place of the whole value.
func (r *Reader) Root() Place { return Place{Reader: r} }

// Place is a value's place in the tree, and the reader that is there.
type Place struct {
	*Reader
	Path string // a JSON pointer
}

// Down is the place to which a JSON pointer leads from here.
func (p Place) Down(path string) Place { return Place{p.Reader, p.Path + path} }

// Key is the place of a key.
func (p Place) Key(name string) Place {
	if p.MostKey > 0 {
		name = First(name, p.MostKey)
	}
	return p.Down(Segment(name))
}

// Item is the place of a list's item.
func (p Place) Item(i int) Place { return p.Down("/" + strconv.Itoa(i)) }

// Fault adds a fault of the value at p.
func (p Place) Fault(value, problem, allowed string) {
	p.Add(Fault{Path: p.Path, Value: value, Problem: problem, Allowed: allowed})
}

// Warn adds a warning about the value at p: what is probably wrong with it, and what to write, in one predicate.
func (p Place) Warn(value, problem string) {
	p.warn(Fault{Path: p.Path, Value: value, Problem: problem})
}

func (p Place) warn(f Fault) {
	if p.Most == 0 || len(p.Warnings) < p.Most {
		p.Warnings = append(p.Warnings, f)
	}
}

// NestedWarnings adds the warnings that another package has about the value at p.
func (p Place) NestedWarnings(warnings Faults) {
	for _, f := range warnings {
		f.Path = p.Path + f.Path
		p.warn(f)
	}
}

// Nested adds the faults that another package found in the value at p.
func (p Place) Nested(err error) {
	var faults Faults
	if !errors.As(err, &faults) {
		p.Fault("", err.Error(), "")
		return
	}
	for _, f := range faults {
		f.Path = p.Path + f.Path
		p.Add(f)
	}
}

// Missing faults a key that is not there.
func (p Place) Missing(e Entry) {
	p.Fault(e.Key, "is missing", strings.ReplaceAll(e.Shape.Name, "`", ""))
}

// TooMany faults a list or a map that is too long: "101 departments".
func (p Place) TooMany(n int, plural string, most int) bool {
	if n > most {
		p.Fault(fmt.Sprint(n, " ", plural), "are too many", fmt.Sprint("at most ", most))
	}
	return n > most
}

// Map answers the keys of an object that people wrote; null is one without keys. The fault does not show the value: it may
// be a secret in a wrong place.
func (p Place) Map(tree any, allowed string) (map[string]any, bool) {
	m, ok := tree.(map[string]any)
	if !ok && tree != nil {
		p.Fault("", "is not a map", allowed)
		return nil, false
	}
	return m, true
}

package definition

import (
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/foreign"
	"github.com/deskbell/deskbell/domain/table"
)

// Fault is one thing wrong with a definition. Its Path is a JSON pointer from the root of the parsed value. The Path of
// an unknown key is the key's own, and its Value is the key.
type Fault = table.Fault

// Faults is every fault of a definition, as an error.
type Faults = table.Faults

// lookedUp are the names of time zones that were looked up already: a large file has few, many times.
type lookedUp map[string]zoneName

// newReader bounds the work on a file that is wrong all through.
func newReader() *table.Reader { return &table.Reader{Most: 1000, Context: lookedUp{}} }

// Parse reads a whole file from the tree that a YAML or JSON decoder yields: map[string]any, []any, string, bool, nil,
// and json.Number, int, int64, uint64 or float64 for numbers. A json.Number may hold a number as YAML writes it ("0700"):
// where a text is wanted, that is the text. The error is of type Faults.
func Parse(tree any) (*Definitions, error) {
	d, _, err := Inspect(tree)
	return d, err
}

// Inspect is Parse, and warns of values that are taken, and are probably mistakes. A warning has the shape of a
// fault, without allowed values. There are none where there is an error.
func Inspect(tree any) (*Definitions, Faults, error) {
	d, warnings, err := inspect(definitionsKind(), tree, (*Definitions).check, (*Definitions).warn)
	if err != nil {
		if r, found := foreign.Read(tree); found {
			err = Faults{r.Fault()}
		}
	}
	return d, warnings, err
}

// ParseProperty reads one property. The names that it uses are not looked up; see Definitions.Check. The error is of
// type Faults, and so it is with ParseAgent and ParseDestination.
func ParseProperty(tree any) (*Property, error) {
	p, _, err := InspectProperty(tree)
	return p, err
}

// InspectProperty is ParseProperty, with the warnings of Inspect that are about single values. So are the other ones.
func InspectProperty(tree any) (*Property, Faults, error) {
	return inspect(propertyKind(), tree, (*Property).check, nil)
}

// ParseAgent reads one agent.
func ParseAgent(tree any) (*Agent, error) {
	a, _, err := InspectAgent(tree)
	return a, err
}

// InspectAgent is ParseAgent, with warnings.
func InspectAgent(tree any) (*Agent, Faults, error) {
	return inspect(agentKind(), tree, nil, (*Agent).warn)
}

// ParseDestination reads one destination.
func ParseDestination(tree any) (*Destination, error) {
	d, _, err := InspectDestination(tree)
	return d, err
}

// InspectDestination is ParseDestination, with warnings.
func InspectDestination(tree any) (*Destination, Faults, error) {
	return inspect(destinationKind(), tree, nil, nil)
}

// ParseSchedule reads one schedule as it may stand under `schedules:`, and compiles it for its contradictions.
func ParseSchedule(tree any) (*hours.Spec, error) {
	spec, _, err := InspectSchedule(tree)
	return spec, err
}

// InspectSchedule is ParseSchedule, with the warnings of Inspect.
func InspectSchedule(tree any) (*hours.Spec, Faults, error) {
	spec, warnings, err := inspect(namedSchedule(), tree, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	return *spec, warnings, nil
}

// inspect reads a value and checks it. Where it has no fault, warn adds warnings to those of its kind; check and warn may
// be nil.
func inspect[V any](k table.Kind[V], tree any, check, warn func(*V, table.Place)) (*V, Faults, error) {
	r := newReader()
	v := k.Read(r.Root(), tree)
	if check != nil {
		check(&v, r.Root())
	}
	if err := r.Faults.Err(); err != nil {
		return nil, nil, err
	}
	if warn != nil {
		warn(&v, r.Root())
	}
	return &v, r.Warnings, nil
}

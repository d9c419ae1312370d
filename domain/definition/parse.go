package definition

import "github.com/deskbell/deskbell/domain/hours"

// Parse reads a whole file from the tree that a YAML or JSON decoder yields: map[string]any, []any, string, bool, nil,
// and json.Number, int, int64, uint64 or float64 for numbers. A json.Number may hold a number as YAML writes it ("0700"):
// where a text is wanted, that is the text. The error is of type Faults.
func Parse(tree any) (*Definitions, error) {
	return parse(definitionsKind(), tree, (*Definitions).check)
}

// ParseProperty reads one property. What it names elsewhere is not looked up; see Definitions.Check. The error is of
// type Faults, and so it is with ParseAgent and ParseDestination.
func ParseProperty(tree any) (*Property, error) {
	return parse(propertyKind(), tree, (*Property).check)
}

// ParseAgent reads one agent.
func ParseAgent(tree any) (*Agent, error) { return parse(agentKind(), tree, nil) }

// ParseDestination reads one destination.
func ParseDestination(tree any) (*Destination, error) { return parse(destinationKind(), tree, nil) }

// ParseSchedule reads one schedule as it may stand under `schedules:`, and compiles it for its contradictions.
func ParseSchedule(tree any) (*hours.Spec, error) {
	r := newReader()
	spec := namedSchedule().read(r.root(), tree)
	return spec, r.result()
}

func parse[V any](k kind[V], tree any, check func(*V, place)) (*V, error) {
	r := newReader()
	v := k.read(r.root(), tree)
	if check != nil {
		check(&v, r.root())
	}
	if err := r.result(); err != nil {
		return nil, err
	}
	return &v, nil
}

package config

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/deskbell/deskbell/domain/definition"
)

// inspection reads a value from a tree. Faults and warnings point into the tree.
type inspection[V any] func(tree any) (v V, warnings definition.Faults, err error)

// read gives the value that inspect makes of a file's tree, and its warnings.
func read[V any](name string, src []byte, inspect inspection[V]) (V, *Warnings, error) {
	var none V
	b := newBuilder()
	root := b.document(src)
	if root == nil {
		return none, nil, b.error(name)
	}
	v, warnings, err := inspect(b.value(root))
	var faults definition.Faults
	if err != nil && !errors.As(err, &faults) {
		return none, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	broken := places(b.faults) // values that the builder refused are missing in the tree; faults that follow from that are left out
	for _, f := range faults {
		if located := b.locate(root, f); !broken[place{located.Line, located.Column}] {
			b.faults = append(b.faults, located)
		}
	}
	if len(b.faults) > 0 {
		return none, nil, b.error(name)
	}
	return v, b.warnings(name, root, warnings), nil
}

// warnings places warnings in the file; nil where there are none.
func (b *builder) warnings(name string, root *yaml.Node, warnings definition.Faults) *Warnings {
	if len(warnings) == 0 {
		return nil
	}
	located := make([]LocatedFault, len(warnings))
	for i, w := range warnings {
		located[i] = b.locate(root, w)
	}
	b.draw(located)
	return &Warnings{name, sorted(located)}
}

func (b *builder) error(name string) error {
	b.draw(b.faults)
	return &FileError{name, sorted(b.faults)}
}

// place is a line and a column.
type place struct{ line, column int }

func places(faults []LocatedFault) map[place]bool {
	all := make(map[place]bool, len(faults))
	for _, f := range faults {
		all[place{f.Line, f.Column}] = true
	}
	return all
}

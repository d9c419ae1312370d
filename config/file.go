package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"github.com/deskbell/deskbell/domain/definition"
)

// inspection reads a value from a tree. Faults and warnings point into the tree.
type inspection[V any] func(tree any) (v V, warnings definition.Faults, err error)

// read gives the value that inspect makes of a file's tree, and its warnings.
func read[V any](name string, src []byte, inspect inspection[V]) (V, *Warnings, error) {
	var none V
	b := &builder{anchors: map[string]ast.Node{}, targets: map[*ast.AliasNode]ast.Node{}}
	root := b.document(src)
	if root == nil {
		return none, nil, b.error(name)
	}
	v, warnings, err := inspect(b.value(root))
	var faults definition.Faults
	if err != nil && !errors.As(err, &faults) {
		return none, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	broken := b.faults // values that the builder refused are missing in the tree; faults that follow from that are left out
	for _, f := range faults {
		if located := b.locate(root, f); !amongst(broken, located) {
			b.faults = append(b.faults, located)
		}
	}
	if len(b.faults) > 0 {
		return none, nil, b.error(name)
	}
	return v, b.warnings(name, root, warnings), nil
}

// warnings places warnings in the file; nil where there are none.
func (b *builder) warnings(name string, root ast.Node, warnings definition.Faults) *Warnings {
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

func amongst(faults []LocatedFault, f LocatedFault) bool {
	for _, other := range faults {
		if f.Line == other.Line && f.Column == other.Column {
			return true
		}
	}
	return false
}

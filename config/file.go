package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"github.com/deskbell/deskbell/domain/definition"
)

// read gives the value that parse makes of a file's tree. parse answers faults that point into the tree.
func read[V any](name string, src []byte, parse func(tree any) (V, error)) (V, error) {
	var none V
	b := &builder{anchors: map[string]ast.Node{}, targets: map[*ast.AliasNode]ast.Node{}}
	root := b.document(src)
	if root == nil {
		return none, b.error(name)
	}
	v, err := parse(b.value(root))
	var faults definition.Faults
	if err != nil && !errors.As(err, &faults) {
		return none, fmt.Errorf("reading %s: %w", name, err)
	}
	broken := b.faults // values that the builder refused are missing in the tree; faults that follow from that are left out
	for _, f := range faults {
		if located := b.locate(root, f); !amongst(broken, located) {
			b.faults = append(b.faults, located)
		}
	}
	if len(b.faults) > 0 {
		return none, b.error(name)
	}
	return v, nil
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

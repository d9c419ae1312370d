package edit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Writer writes definitions for the holder of a key. A name that the key may not name is to it as one that is not defined. Which
// kinds and properties it may write is not the Writer's affair.
type Writer struct {
	editor *Editor
	key    Key
}

// Put is as Editor.Put. A property may go on naming what it names already: whoever has put it there may name it.
//
// All destinations, which a property without a list of them has, are to a key of some properties those that it lists: they are
// written down. A property that has no list already goes on without.
func (w Writer) Put(ctx context.Context, kind Kind, name string, def any, m Match) (Stored, bool, error) {
	if !w.key.IsBound() {
		return w.editor.put(ctx, kind, name, def, m, nil)
	}
	for range tries {
		before, _, err := w.editor.read(ctx, kind, name)
		if err != nil {
			return Stored{}, false, err
		}
		m.judged = &judged{before}
		bound, err := w.within(ctx, before, def)
		if err != nil {
			return Stored{}, false, err
		}
		s, created, err := w.editor.put(ctx, kind, name, bound, m, w.names(before))
		if !errors.Is(err, errJudged) {
			return s, created, err
		}
	}
	return Stored{}, false, fmt.Errorf("writing %s %q: %w", kind, name, store.ErrContended)
}

// names are those that the key may name in a property that is stored so.
func (w Writer) names(before []byte) *Names {
	all := w.key.Names
	if p := propertyOf(before); p != nil {
		all = all.and(namesIn(p))
	}
	return &all
}

// within is a definition that says which destinations it has.
func (w Writer) within(ctx context.Context, before []byte, def any) (any, error) {
	p, ok := def.(*definition.Property)
	if !ok || p.Destinations != nil {
		return def, nil
	}
	if was := propertyOf(before); was != nil && was.Destinations == nil {
		return def, nil
	}
	there, err := w.editor.store.Globals(ctx, store.GlobalDestination)
	bound := *p
	bound.Destinations = []string{}
	for _, name := range w.key.Names.Destinations {
		if there[name] != nil {
			bound.Destinations = append(bound.Destinations, name)
		}
	}
	return &bound, err
}

// propertyOf is a property as it is stored; nil: there is none, or none that can be read.
func propertyOf(body []byte) *definition.Property {
	var p definition.Property
	if body == nil || json.Unmarshal(body, &p) != nil {
		return nil
	}
	return &p
}

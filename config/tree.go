package config

import (
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/deskbell/deskbell/domain/definition"
)

const (
	mostDepth   = 64      // maps and lists within each other
	mostAliased = 100_000 // values that aliases repeat: few lines of aliases of aliases could make billions
)

// builder makes the tree of plain values that the domain reads out of a YAML document.
type builder struct {
	source
	faults  []LocatedFault
	anchors map[string]ast.Node
	targets map[*ast.AliasNode]ast.Node // the node that each alias stands for
	depth   int
	aliases int // aliases that the builder is within
	aliased int // values made within aliases
}

func (b *builder) fault(tk *token.Token, value, problem, allowed string) {
	line, column := b.settle(tk)
	b.refuse(line, column, definition.Fault{Value: value, Problem: problem, Allowed: allowed})
}

func (b *builder) refuse(line, column int, f definition.Fault) {
	b.faults = append(b.faults, LocatedFault{Fault: f, Line: max(1, line), Column: max(1, column)})
}

// value answers nil where it found a fault.
func (b *builder) value(n ast.Node) any {
	if b.depth++; b.depth > mostDepth {
		b.depth--
		b.fault(n.GetToken(), "", "is nested too deeply", fmt.Sprint("at most ", mostDepth, " levels"))
		return nil
	}
	defer func() { b.depth-- }()
	if b.aliases > 0 {
		b.aliased++
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return json.Number(n.GetToken().Value) // as it was written: 0700 and 1_000 too
	case *ast.MappingNode:
		return b.mapping(n.Values)
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, item := range n.Values {
			list[i] = b.value(item)
		}
		return list
	case *ast.AnchorNode:
		v := b.value(n.Value)
		b.anchors[n.Name.GetToken().Value] = n.Value // only now: within itself an anchor is not known
		return v
	case *ast.AliasNode:
		return b.alias(n)
	}
	if text, ok := scalar(n); ok {
		return text
	}
	b.fault(n.GetToken(), n.GetToken().Value, "is not a value for this file", "texts, numbers, true, false, lists and maps")
	return nil
}

// scalar answers the text of a scalar as it was written.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.MappingKeyNode: // `? key`
		return scalar(n.Value)
	case *ast.TagNode:
		if n.Start.Value == "!!str" {
			return scalar(n.Value)
		}
	}
	return "", false
}

func (b *builder) alias(n *ast.AliasNode) any {
	name := n.Value.GetToken().Value
	target, known := b.anchors[name]
	if !known {
		b.fault(n.Start, "*"+name, "stands for nothing", "the name of an anchor (&"+name+") that ends above this line")
		return nil
	}
	if b.targets[n] = target; b.aliased > mostAliased {
		return nil
	}
	b.aliases++
	v := b.value(target)
	b.aliases--
	if b.aliases == 0 && b.aliased > mostAliased {
		b.fault(n.Start, "*"+name, "repeats too much", fmt.Sprint("aliases for at most ", mostAliased, " values"))
	}
	return v
}

func (b *builder) mapping(members []*ast.MappingValueNode) map[string]any {
	m, lines := make(map[string]any, len(members)), make(map[string]int, len(members))
	for _, member := range members {
		if _, merge := member.Key.(*ast.MergeKeyNode); merge {
			continue
		}
		key, ok := scalar(member.Key)
		tk := member.Key.GetToken()
		switch {
		case !ok:
			b.fault(tk, tk.Value, "is not a key", "a text")
		case b.cutOff(member):
		case lines[key] > 0:
			b.fault(tk, key, "is there twice", fmt.Sprint("each key once; it is already on line ", lines[key]))
		default:
			m[key], lines[key] = b.value(member.Value), tk.Position.Line
		}
	}
	for _, member := range members {
		if _, merge := member.Key.(*ast.MergeKeyNode); merge {
			b.merge(m, member.Value)
		}
	}
	return m
}

// cutOff finds hours that braces tore apart: in {mon: 9:00-12:00, 13:00-18:00} the comma ends the value, and the rest
// looks like a key 13.
func (b *builder) cutOff(member *ast.MappingValueNode) bool {
	key, value := member.Key.GetToken(), member.Value.GetToken()
	if key.Type != token.IntegerType || value.Type != token.StringType || value.Position.Line != key.Position.Line ||
		value.Position.Column != key.Position.Column+len(key.Value)+1 {
		return false
	}
	b.fault(key, key.Value+":"+value.Value, "is cut off: within braces a comma ends a value",
		`quotes around all hours of a day, as in {mon: "09:00-12:00, 13:00-18:00"}`)
	return true
}

// merge adds the keys of `<<: *defaults`, or of a list of those, that are not there yet.
func (b *builder) merge(into map[string]any, from ast.Node) {
	value := b.value(from)
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, item := range list {
		defaults, ok := item.(map[string]any)
		if !ok {
			b.fault(from.GetToken(), "<<", "merges no map", "an alias of a map, or a list of those")
			continue
		}
		for key, v := range defaults {
			if _, there := into[key]; !there {
				into[key] = v
			}
		}
	}
}

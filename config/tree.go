package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/deskbell/deskbell/domain/definition"
)

const (
	mostDepth   = 64      // maps and lists within each other
	mostAliased = 100_000 // values that aliases repeat: few lines of aliases of aliases could make billions
	mostFaults  = 1000    // as of definitions
)

// Tags that the parser gives to scalars.
const (
	strTag   = "!!str"
	intTag   = "!!int"
	floatTag = "!!float"
	boolTag  = "!!bool"
	nullTag  = "!!null"
	mergeTag = "!!merge"
)

// builder makes the tree of plain values that the domain reads out of a YAML document.
type builder struct {
	source
	faults  []LocatedFault
	anchors map[string]*yaml.Node
	targets map[*yaml.Node]*yaml.Node // the node that each alias stands for
	members map[*yaml.Node]map[string]int
	depth   int
	aliases int // aliases that the builder is within
	aliased int // values made within aliases
}

func newBuilder() *builder {
	return &builder{anchors: map[string]*yaml.Node{}, targets: map[*yaml.Node]*yaml.Node{}, members: map[*yaml.Node]map[string]int{}}
}

func (b *builder) fault(n *yaml.Node, value, problem, allowed string) {
	line, column := b.physical(n.Line, n.Column)
	b.refuse(line, column, definition.Fault{Value: value, Problem: problem, Allowed: allowed})
}

// refuse notes a fault, up to a number that nobody reads.
func (b *builder) refuse(line, column int, f definition.Fault) {
	switch {
	case len(b.faults) >= mostFaults:
		return
	case len(b.faults) == mostFaults-1:
		f = definition.Fault{Value: fmt.Sprint(mostFaults, " faults"), Problem: "are too many to go on"}
	}
	b.faults = append(b.faults, LocatedFault{Fault: f, Line: max(1, line), Column: max(1, column)})
}

// value answers nil where it found a fault.
func (b *builder) value(n *yaml.Node) any {
	if b.depth++; b.depth > mostDepth {
		b.depth--
		b.fault(n, "", "is nested too deeply", fmt.Sprint("at most ", mostDepth, " levels"))
		return nil
	}
	defer func() { b.depth-- }()
	if b.aliases > 0 {
		b.aliased++
	}
	if n.Kind == yaml.AliasNode {
		return b.alias(n)
	}
	v := b.plain(n)
	if n.Anchor != "" {
		b.anchors[n.Anchor] = n // only now: within itself an anchor is not known
	}
	return v
}

// plain is the value of a node that is no alias.
func (b *builder) plain(n *yaml.Node) any {
	switch {
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != strTag:
		b.fault(n, n.Tag, "is not a value for this file", "texts, numbers, true, false, lists and maps")
		return nil
	case n.Kind == yaml.MappingNode:
		return b.mapping(n)
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = b.value(item)
		}
		return list
	case n.Tag == nullTag:
		return nil
	case n.Tag == boolTag:
		return strings.EqualFold(n.Value, "true")
	case isNumber(n):
		return json.Number(n.Value) // as it was written: 0700 and 1_000 too
	}
	return n.Value
}

// isNumber tells numbers from texts. Infinity, and what is not a number, are texts.
func isNumber(n *yaml.Node) bool {
	return n.Tag == intTag || n.Tag == floatTag && strings.ContainsAny(n.Value, "0123456789")
}

// scalar answers the text of a scalar as it was written.
func scalar(n *yaml.Node) (string, bool) {
	if n == nil || n.Kind != yaml.ScalarNode || n.Style&yaml.TaggedStyle != 0 && n.Tag != strTag {
		return "", false
	}
	return n.Value, true
}

func (b *builder) alias(n *yaml.Node) any {
	name := n.Value
	target, known := b.anchors[name]
	if !known {
		b.fault(n, "*"+name, "stands for nothing", "the name of an anchor (&"+name+") that ends above this line")
		return nil
	}
	if b.targets[n] = target; b.aliased > mostAliased {
		return nil
	}
	b.aliases++
	v := b.value(target)
	b.aliases--
	if b.aliases == 0 && b.aliased > mostAliased {
		b.fault(n, "*"+name, "repeats too much", fmt.Sprint("aliases for at most ", mostAliased, " values"))
	}
	return v
}

func (b *builder) mapping(n *yaml.Node) map[string]any {
	m, lines := make(map[string]any, len(n.Content)/2), make(map[string]int, len(n.Content)/2)
	flow := n.Style&yaml.FlowStyle != 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		node, value := n.Content[i], n.Content[i+1]
		if node.Tag == mergeTag {
			continue
		}
		key, ok := scalar(node)
		switch {
		case !ok:
			b.fault(node, node.Value, "is not a key", "a text")
		case flow && b.cutOff(node, value):
		case lines[key] > 0:
			b.fault(node, key, "is there twice", fmt.Sprint("each key once; it is already on line ", lines[key]))
		default:
			lines[key], _ = b.physical(node.Line, node.Column)
			m[key] = b.value(value)
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == mergeTag {
			b.merge(m, n.Content[i+1])
		}
	}
	return m
}

// cutOff finds hours that braces tore apart: in {mon: 9:00-12:00, 13:00-18:00} the comma ends the value, and the rest
// looks like a key.
func (b *builder) cutOff(key, value *yaml.Node) bool {
	digits := strings.TrimLeft(key.Value, "0123456789")
	if len(digits) == len(key.Value) || !strings.HasPrefix(digits, ":") || value.Tag != nullTag || value.Value != "" || key.Style != 0 {
		return false
	}
	b.fault(key, key.Value, "is cut off: within braces a comma ends a value",
		`quotes around all hours of a day, as in {mon: "09:00-12:00, 13:00-18:00"}`)
	return true
}

// merge adds the keys of `<<: *defaults`, or of a list of those, that are not there yet.
func (b *builder) merge(into map[string]any, from *yaml.Node) {
	value := b.value(from)
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if b.aliased > mostAliased {
		return // an alias says so
	}
	for _, item := range list {
		defaults, ok := item.(map[string]any)
		if !ok {
			b.fault(from, "<<", "merges no map", "an alias of a map, or a list of those")
			continue
		}
		for key, v := range defaults {
			if _, there := into[key]; !there {
				into[key] = v
			}
		}
	}
}

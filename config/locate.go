package config

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/deskbell/deskbell/domain/definition"
)

// spot is the target of a JSON pointer: a value, and the key that it stands behind. The key is nil for the root and for
// items of lists.
type spot struct{ key, value *yaml.Node }

// locate places a fault of the domain: on the value that it is about, on the key when the key is wrong, and within a
// text at its offset when the text stands in the file as it reached the domain.
func (b *builder) locate(root *yaml.Node, f definition.Fault) LocatedFault {
	at := b.find(root, f.Path)
	found := strings.TrimSuffix(f.Value, "…")
	if at.key != nil && (holder(at.value) || !holds(at.value, f.Offset, found) && holds(at.key, f.Offset, found)) {
		return b.within(at.key, f)
	}
	return b.within(at.value, f)
}

// holder tells whether a value begins on a line of its own, below its key. The key is then the better place to point at.
func holder(n *yaml.Node) bool {
	if n == nil || n.Tag == nullTag {
		return true
	}
	return n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle == 0
}

func holds(n *yaml.Node, offset int, text string) bool {
	s, _ := scalar(n)
	return offset <= len(s) && strings.HasPrefix(strings.TrimLeft(s[offset:], " \t"), text)
}

// within answers the place of a node, moved to the offset within its text.
func (b *builder) within(n *yaml.Node, f definition.Fault) LocatedFault {
	if n == nil {
		return LocatedFault{Fault: f, Line: 1, Column: 1}
	}
	line, column := b.physical(n.Line, n.Column)
	written := b.from(line, column)
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		value := behindProperties(written)
		written, column = value, column+utf8.RuneCountInString(written)-utf8.RuneCountInString(value)
	}
	s, _ := scalar(n)
	if f.Offset > 0 && written != "" && strings.Contains(`"'`, written[:1]) {
		written, column = written[1:], column+1
	}
	if f.Offset > 0 && f.Offset <= len(s) && strings.HasPrefix(written, s[:f.Offset]) {
		column += utf8.RuneCountInString(s[:f.Offset])
	}
	return LocatedFault{Fault: f, Line: line, Column: column}
}

// behindProperties is the rest of a line behind the anchor and the tag of a value; the whole where the value is on a line of its own.
func behindProperties(written string) string {
	rest := written
	for rest != "" && (rest[0] == '&' || rest[0] == '!') {
		_, after, _ := strings.Cut(rest, " ")
		rest = strings.TrimLeft(after, " \t")
	}
	if rest == "" {
		return written
	}
	return rest
}

// find follows a JSON pointer as far as the document does: a domain may point at a key that is missing.
func (b *builder) find(n *yaml.Node, pointer string) spot {
	at := spot{value: n}
	for pointer != "" {
		var segment string
		segment, pointer, _ = strings.Cut(pointer[1:], "/")
		if pointer != "" {
			pointer = "/" + pointer
		}
		next, ok := b.step(at.value, strings.NewReplacer("~1", "/", "~0", "~").Replace(segment))
		if !ok {
			break
		}
		at = next
	}
	at.value = b.behind(at.value)
	return at
}

// behind answers the node that an alias stands for.
func (b *builder) behind(n *yaml.Node) *yaml.Node {
	for range mostDepth {
		if n == nil || n.Kind != yaml.AliasNode || b.targets[n] == nil {
			return n
		}
		n = b.targets[n]
	}
	return n
}

// step goes one key or index down.
func (b *builder) step(n *yaml.Node, segment string) (spot, bool) {
	if n = b.behind(n); n == nil {
		return spot{}, false
	}
	switch n.Kind {
	case yaml.SequenceNode:
		i, err := strconv.Atoi(segment)
		if err == nil && i >= 0 && i < len(n.Content) {
			return spot{value: n.Content[i]}, true
		}
	case yaml.MappingNode:
		return b.member(n, segment)
	}
	return spot{}, false
}

// member finds a key, and where it is not there, among the merged maps.
func (b *builder) member(n *yaml.Node, name string) (spot, bool) {
	if i, ok := b.keys(n)[name]; ok {
		return spot{n.Content[i], n.Content[i+1]}, true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != mergeTag {
			continue
		}
		merged := []*yaml.Node{n.Content[i+1]}
		if list := b.behind(n.Content[i+1]); list.Kind == yaml.SequenceNode {
			merged = list.Content
		}
		for _, m := range merged {
			if at, ok := b.step(m, name); ok {
				return at, true
			}
		}
	}
	return spot{}, false
}

// keys are the indexes of the keys of a map: a thousand faults may lie in one of very many keys.
func (b *builder) keys(n *yaml.Node) map[string]int {
	if known, ok := b.members[n]; ok {
		return known
	}
	all := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, ok := scalar(n.Content[i])
		if _, twice := all[key]; ok && !twice && n.Content[i].Tag != mergeTag {
			all[key] = i
		}
	}
	b.members[n] = all
	return all
}

package config

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/deskbell/deskbell/domain/definition"
)

// spot is the target of a JSON pointer: a value, and the key that it stands behind. The key is nil for the root and for
// items of lists.
type spot struct{ key, value ast.Node }

// locate places a fault of the domain: on the value that it is about, on the key when the key is wrong, and within a
// text at its offset when the text stands in the file as it reached the domain.
func (b *builder) locate(root ast.Node, f definition.Fault) LocatedFault {
	at := b.find(root, f.Path)
	found := strings.TrimSuffix(f.Value, "…")
	if at.key != nil && (holder(at.value) || !holds(at.value, f.Offset, found) && holds(at.key, f.Offset, found)) {
		return b.within(at.key, f)
	}
	return b.within(at.value, f)
}

// holder tells whether a value begins on a line of its own, below its key. The key is then the better place to point at.
func holder(n ast.Node) bool {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return true
	case *ast.MappingNode:
		return !n.IsFlowStyle
	case *ast.SequenceNode:
		return !n.IsFlowStyle
	}
	return false
}

func holds(n ast.Node, offset int, text string) bool {
	s, _ := scalar(n)
	return offset <= len(s) && strings.HasPrefix(strings.TrimLeft(s[offset:], " \t"), text)
}

// within answers the place of a node, moved to the offset within its text.
func (b *builder) within(n ast.Node, f definition.Fault) LocatedFault {
	tk := first(n)
	if tk == nil {
		return LocatedFault{Fault: f, Line: 1, Column: 1}
	}
	line, column := b.settle(tk)
	s, _ := scalar(n)
	written := b.from(line, column)
	if f.Offset > 0 && written != "" && strings.Contains(`"'`, written[:1]) {
		written, column = written[1:], column+1
	}
	if f.Offset > 0 && f.Offset <= len(s) && strings.HasPrefix(written, s[:f.Offset]) {
		column += utf8.RuneCountInString(s[:f.Offset])
	}
	return LocatedFault{Fault: f, Line: line, Column: column}
}

// settle answers where a token begins. The parser is off by a column after tabs, and by lines where a plain text goes on
// below; settle then searches for the text around there.
func (s source) settle(tk *token.Token) (line, column int) {
	line, column = tk.Position.Line, max(1, tk.Position.Column)
	head, _, _ := strings.Cut(strings.TrimSpace(tk.Origin), "\n")
	if head = strings.TrimSpace(head); head != "" && strings.Contains(`"'`, head[:1]) {
		head = head[:1] // in quotes the origin differs from the file
	}
	if head == "" || strings.HasPrefix(s.from(line, column), head) {
		return line, column
	}
	for above := line; above > line-3; above-- {
		if i := nearest(s.line(above), head, column); i > 0 {
			return above, i
		}
	}
	return line, column
}

// nearest answers the column of that occurrence of a text which is closest to a column; 0 where there is none.
func nearest(line, text string, column int) int {
	best := 0
	for i := 0; ; i++ {
		next := strings.Index(line[i:], text)
		if next < 0 {
			return best
		}
		i += next
		at := 1 + utf8.RuneCountInString(line[:i])
		if best == 0 || max(at-column, column-at) < max(best-column, column-best) {
			best = at
		}
	}
}

// first is the token that a node begins with. A mapping in block style has its first colon for a token.
func first(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return n.GetToken()
}

// find follows a JSON pointer as far as the document does: a domain may point at a key that is missing.
func (b *builder) find(n ast.Node, pointer string) spot {
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

// behind answers the node that an anchor or an alias stands before.
func (b *builder) behind(n ast.Node) ast.Node {
	for range mostDepth {
		switch outer := n.(type) {
		case *ast.AnchorNode:
			n = outer.Value
		case *ast.AliasNode:
			if b.targets[outer] == nil {
				return n
			}
			n = b.targets[outer]
		default:
			return n
		}
	}
	return n
}

// step goes one key or index down.
func (b *builder) step(n ast.Node, segment string) (spot, bool) {
	switch n := b.behind(n).(type) {
	case *ast.SequenceNode:
		i, err := strconv.Atoi(segment)
		if err == nil && i >= 0 && i < len(n.Values) {
			return spot{value: n.Values[i]}, true
		}
	case *ast.MappingNode:
		return b.member(n.Values, segment)
	}
	return spot{}, false
}

// member finds a key, and where it is not there, among the merged maps.
func (b *builder) member(members []*ast.MappingValueNode, name string) (spot, bool) {
	for _, member := range members {
		if key, ok := scalar(member.Key); ok && key == name {
			return spot{member.Key, member.Value}, true
		}
	}
	for _, member := range members {
		if _, merge := member.Key.(*ast.MergeKeyNode); !merge {
			continue
		}
		merged := []ast.Node{member.Value}
		if list, ok := b.behind(member.Value).(*ast.SequenceNode); ok {
			merged = list.Values
		}
		for _, n := range merged {
			if at, ok := b.step(n, name); ok {
				return at, true
			}
		}
	}
	return spot{}, false
}

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Section is the definitions of one kind for a deskbell.yaml.
type Section struct {
	Key         string // schedules, agents, destinations or properties
	Definitions []Named
}

// Named is one definition, as JSON.
type Named struct {
	Name string
	JSON []byte
}

// Write writes a deskbell.yaml, in the order of the sections and of the keys in the JSON. ReadDefinitions gives the same definitions
// again. It holds one of them at a time in memory. A file without any is one that apply takes, too.
func Write(w io.Writer, sections []Section) error {
	empty := true
	for _, s := range sections {
		if len(s.Definitions) == 0 {
			continue
		}
		empty = false
		if _, err := fmt.Fprintf(w, "%s:\n", s.Key); err != nil {
			return err
		}
		for _, d := range s.Definitions {
			text, err := entry(d)
			if err != nil {
				return fmt.Errorf("writing %s %q: %w", s.Key, d.Name, err)
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
	}
	if empty {
		_, err := io.WriteString(w, "properties: {}\n")
		return err
	}
	return nil
}

// entry is a definition under its name, indented.
func entry(d Named) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(d.JSON))
	decoder.UseNumber()
	body, err := nodeOf(decoder)
	if err != nil {
		return "", err
	}
	text, err := yaml.Dump(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(d.Name), body}}, yaml.WithIndent(2))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String(), nil
}

// nodeOf is the next value of JSON, with the keys in their order.
func nodeOf(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		node := &yaml.Node{Kind: yaml.MappingNode}
		if v == '[' {
			node.Kind = yaml.SequenceNode
		}
		for d.More() { // of a map, its keys are values, too
			inner, err := nodeOf(d)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, inner)
		}
		if len(node.Content) == 0 {
			node.Style = yaml.FlowStyle
		}
		_, err := d.Token()
		return node, err
	case string:
		return textNode(v), nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(v)}, nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag, Value: "null"}, nil
	}
}

// textNode is a text, which is quoted where it would be read as something else.
func textNode(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

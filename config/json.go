package config

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// isJSON tells a file that is one object or list of JSON. JSON is nearly YAML: parsers of that know no escaped surrogates,
// as in "\ud83d\ude00", and take some characters for ends of lines.
func (s source) isJSON() bool {
	text := bytes.TrimLeft(s.text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && json.Valid(s.text)
}

// jsonReader makes the nodes of a text that is JSON.
type jsonReader struct {
	decoder      *json.Decoder
	text         []byte
	read         int // bytes up to the token that was read last
	line, column int // of the byte at read
}

// json is the document of a text that is JSON.
func (s source) json() (*yaml.Node, error) {
	r := &jsonReader{decoder: json.NewDecoder(bytes.NewReader(s.text)), text: s.text, line: 1, column: 1}
	r.decoder.UseNumber()
	return r.value()
}

func (r *jsonReader) value() (*yaml.Node, error) {
	for r.read < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[r.read]) >= 0 {
		r.pass(1)
	}
	n := &yaml.Node{Line: r.line, Column: r.column}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	r.pass(int(r.decoder.InputOffset()) - r.read)
	n.Kind = yaml.ScalarNode
	switch v := token.(type) {
	case json.Delim:
		return n, r.within(n, v)
	case string:
		n.Tag, n.Style, n.Value = strTag, yaml.DoubleQuotedStyle, v
	case json.Number:
		n.Tag, n.Value = intTag, v.String()
	case bool:
		n.Tag, n.Value = boolTag, strconv.FormatBool(v)
	default:
		n.Tag, n.Value = nullTag, "null"
	}
	return n, nil
}

// within reads the rest of a list or of an object.
func (r *jsonReader) within(n *yaml.Node, begin json.Delim) error {
	n.Kind, n.Tag, n.Style = yaml.SequenceNode, "!!seq", yaml.FlowStyle
	if begin == '{' {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for r.decoder.More() {
		item, err := r.value()
		if err != nil {
			return err
		}
		n.Content = append(n.Content, item)
	}
	_, err := r.decoder.Token()
	r.pass(int(r.decoder.InputOffset()) - r.read)
	return err
}

// pass goes over so many bytes.
func (r *jsonReader) pass(bytesRead int) {
	for passed := r.text[r.read : r.read+bytesRead]; len(passed) > 0; {
		c, size := utf8.DecodeRune(passed)
		if r.column++; c == '\n' {
			r.line, r.column = r.line+1, 1
		}
		passed = passed[size:]
	}
	r.read += bytesRead
}

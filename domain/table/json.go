package table

import (
	"bytes"
	"encoding/json"
)

// Unmarked is a text without the byte order mark that some programs put before it. It is no character of the text, and RFC 8259,
// section 8.1, lets readers of JSON pass over it.
func Unmarked(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\uFEFF")) }

// TreeKey is a key of an object that Tree has just read.
type TreeKey struct {
	Name  string
	Twice bool // the object has it already
	End   int  // the offset of the byte after it

	steps []step // lead to it
}

// step is the name of a key, or the number of an item of a list.
type step struct {
	name string
	item int
	list bool
}

// Below is the place of the key, below that of the whole text.
func (k TreeKey) Below(root Place) Place {
	for _, s := range k.steps {
		if s.list {
			root = root.Item(s.item)
		} else {
			root = root.Key(s.name)
		}
	}
	return root.Key(k.Name)
}

// Tree is the value of a text that is known to be one value of JSON in UTF-8; with another text it may panic. Numbers
// are of type json.Number. onKey gets each key before its value is read: an object may have a key twice, and nothing says
// which of the values was meant. The last one stays.
//
// It trusts the text, and so takes half as long as a json.Decoder, which gives the same tokens.
func Tree(text []byte, onKey func(TreeKey)) any {
	b := builder{text: text, length: len(text), onKey: onKey}
	return b.value()
}

// Values is about how many values and keys a text of JSON has: an empty object of two bytes takes far more memory in a tree.
func Values(text []byte) int {
	n, within, escaped := 1, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case within:
			within, escaped = c != '"', c == '\\'
		case c == '"':
			within = true
		case c == ',' || c == ':':
			n++
		}
	}
	return n
}

// builder reads the rest of a text.
type builder struct {
	text   []byte
	length int // of the whole text
	steps  []step
	onKey  func(TreeKey)
}

// next skips blanks and separators, and answers the first byte of the next token.
func (b *builder) next() byte {
	b.text = bytes.TrimLeft(b.text, " \t\r\n,:")
	return b.text[0]
}

// take reads so many bytes.
func (b *builder) take(n int) []byte {
	taken := b.text[:n]
	b.text = b.text[n:]
	return taken
}

func (b *builder) value() any {
	switch b.next() {
	case '{':
		return b.object()
	case '[':
		return b.list()
	case '"':
		return b.string()
	default:
		return b.literal()
	}
}

// within reads the value to which a step leads.
func (b *builder) within(s step) any {
	b.steps = append(b.steps, s)
	v := b.value()
	b.steps = b.steps[:len(b.steps)-1]
	return v
}

func (b *builder) object() map[string]any {
	m := map[string]any{}
	for b.take(1); b.next() != '}'; {
		name := b.string()
		_, twice := m[name]
		b.onKey(TreeKey{Name: name, Twice: twice, End: b.length - len(b.text), steps: b.steps})
		m[name] = b.within(step{name: name})
	}
	b.take(1)
	return m
}

func (b *builder) list() []any {
	list := []any{}
	for b.take(1); b.next() != ']'; {
		list = append(list, b.within(step{item: len(list), list: true}))
	}
	b.take(1)
	return list
}

func (b *builder) string() string {
	end, escaped := 1, false
	for ; b.text[end] != '"'; end++ {
		if b.text[end] == '\\' {
			escaped = true
			end++
		}
	}
	quoted := b.take(end + 1)
	if s := ""; escaped && json.Unmarshal(quoted, &s) == nil {
		return s
	}
	return string(quoted[1:end])
}

func (b *builder) literal() any {
	end := bytes.IndexAny(b.text, " \t\r\n,]}")
	if end < 0 {
		end = len(b.text)
	}
	switch word := string(b.take(end)); word {
	case "true", "false":
		return word == "true"
	case "null":
		return nil
	default:
		return json.Number(word)
	}
}

package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// mostNesting is how deep an event may be nested, in levels of objects and lists.
const mostNesting = 16

const jsonAllowed = "one JSON value (RFC 8259) in UTF-8"

// notJSON says where a text is not one value of JSON, and why; nil when it is. Whether it is UTF-8 is not asked.
func notJSON(text []byte) *Fault {
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	if err == nil {
		return nil
	}
	fault := Fault{Problem: "is not JSON: " + err.Error(), Allowed: jsonAllowed}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		fault.Offset = max(0, min(int(syntax.Offset)-1, len(text)))
		fault.Value = excerpt(text, fault.Offset)
	}
	return &fault
}

// notUTF8 says where a text is not UTF-8; nil when it is.
func notUTF8(text []byte) *Fault {
	if utf8.Valid(text) {
		return nil
	}
	offset := 0
	for {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size <= 1 {
			return &Fault{Offset: offset, Value: excerpt(text, offset), Problem: "is not UTF-8", Allowed: jsonAllowed}
		}
		offset += size
	}
}

// excerpt is the beginning of what stands at an offset.
func excerpt(text []byte, offset int) string {
	const most = 40
	return clip(string(text[offset:min(len(text), offset+most)]))
}

// tooDeep says that a text is nested too deeply; nil when it is not.
func tooDeep(text []byte) *Fault {
	levels, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\': // in a string: what it escapes says nothing here
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			levels++
		case c == '}' || c == ']':
			levels--
		}
		if levels > mostNesting {
			return &Fault{Offset: i, Value: excerpt(text, i), Problem: "is nested too deeply", Allowed: fmt.Sprintf("at most %d levels of objects and lists", mostNesting)}
		}
	}
	return nil
}

// tree is what a text of JSON holds. Unlike json.Unmarshal it finds a key that is there twice, of which nobody knows
// which was meant.
func (r *reader) tree(text []byte) any {
	for _, check := range []func([]byte) *Fault{notUTF8, notJSON, tooDeep} {
		if fault := check(text); fault != nil {
			r.add(*fault)
			return nil
		}
	}
	b := builder{text}
	return b.value(r.root())
}

// builder reads what is left of a text that is known to be JSON in UTF-8, so that it need not ask what stands where.
// A json.Decoder gives the same tokens, and takes twice as long.
type builder struct{ text []byte }

// next skips what only separates, and answers with what the next token begins.
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

func (b *builder) value(at place) any {
	switch b.next() {
	case '{':
		return b.object(at)
	case '[':
		return b.list(at)
	case '"':
		return b.string()
	default:
		return b.literal()
	}
}

func (b *builder) object(at place) map[string]any {
	m := map[string]any{}
	for b.take(1); b.next() != '}'; {
		name := b.string()
		if _, twice := m[name]; twice {
			at.key(name).fault(clip(name), "is there twice", "each key once")
		}
		m[name] = b.value(at.key(name))
	}
	b.take(1)
	return m
}

func (b *builder) list(at place) []any {
	list := []any{}
	for b.take(1); b.next() != ']'; {
		list = append(list, b.value(at.item(len(list))))
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

package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// mostNesting is how deep an event may be nested, in levels of objects and lists.
const mostNesting = 16

const jsonAllowed = "one JSON value (RFC 8259) in UTF-8"

// notJSON says where a text is not one value of JSON, and why; nil when it is. Whether it is UTF-8 is not asked.
func notJSON(text []byte) *Fault {
	if json.Valid(text) {
		return nil
	}
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

// excerpt is the beginning of the text from an offset.
func excerpt(text []byte, offset int) string {
	const most = 40
	return table.Clip(string(text[offset:min(len(text), offset+most)]))
}

// tooDeep says that a text is nested too deeply; nil when it is not.
func tooDeep(text []byte) *Fault {
	levels, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\': // in a string: the byte that it escapes says nothing here
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

// readJSON is the value of a text of JSON. Unlike json.Unmarshal it faults a key that is there twice.
func readJSON(r *table.Reader, text []byte) any { return readJSONAt(r.Root(), text, false) }

// readJSONAt is readJSON of a text that stands at a place. isJSON tells that it is one value of JSON, as far as UTF-8 is not asked for.
func readJSONAt(at table.Place, text []byte, isJSON bool) any {
	fault := notUTF8(text)
	if fault == nil && !isJSON {
		fault = notJSON(text)
	}
	if fault == nil {
		fault = tooDeep(text)
	}
	if fault != nil {
		fault.Path = at.Path
		at.Add(*fault)
		return nil
	}
	return table.Tree(text, func(k table.TreeKey) {
		if k.Twice {
			k.Below(at).Fault(table.Clip(k.Name), "is there twice", "each key once")
		}
	})
}

// elements are the texts of the items of a list, which is known to be JSON.
func elements(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start, levels, quoted := 1, 0, false
		for i := 1; i < len(list); i++ {
			switch c := list[i]; {
			case quoted:
				quoted = c != '"'
				if c == '\\' {
					i++
				}
			case c == '"':
				quoted = true
			case levels == 0 && (c == ',' || c == ']'):
				if text := bytes.TrimSpace(list[start:i]); len(text) > 0 && !yield(text) {
					return
				}
				start = i + 1
			case c == '{' || c == '[':
				levels++
			case c == '}' || c == ']':
				levels--
			}
		}
	}
}

package wire

import (
	"strconv"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// isPlain tells whether a byte stands for itself in a text, as encoding/json writes it.
func isPlain(b byte) bool {
	return b >= ' ' && b < utf8.RuneSelf && b != '"' && b != '\\' && b != '<' && b != '>' && b != '&'
}

// appendString appends a text in quotes, as encoding/json writes it: signs of HTML are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if isPlain(s[i]) {
			i++
			continue
		}
		if s[i] < utf8.RuneSelf {
			b = appendEscaped(append(b, s[start:i]...), s[i])
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hex[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscaped(b []byte, sign byte) []byte {
	switch sign {
	case '"', '\\':
		return append(b, '\\', sign)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[sign>>4], hex[sign&0xF])
}

// readString reads a text.
func (c *Codec) readString() string {
	if !c.next('"') {
		c.bad = true
		return ""
	}
	start := c.at + 1
	for i := start; i < len(c.text); i++ {
		switch b := c.text[i]; {
		case b == '"':
			c.at = i + 1
			return string(c.text[start:i])
		case b == '\\' || b >= utf8.RuneSelf:
			return c.readEscaped(start, i)
		case b < ' ':
			c.bad = true
			return ""
		}
	}
	c.bad = true
	return ""
}

// readEscaped reads a text that begins at an offset, and has its first sign that is escaped or not ASCII at another.
func (c *Codec) readEscaped(start, i int) string {
	s := append(make([]byte, 0, 2*(i-start)+16), c.text[start:i]...)
	for i < len(c.text) {
		switch b := c.text[i]; {
		case b == '"':
			c.at = i + 1
			if !utf8.Valid(s) {
				c.bad = true
			}
			return string(s)
		case b == '\\':
			var size int
			if s, size = unescape(s, c.text[i:]); size == 0 {
				c.bad = true
				return ""
			}
			i += size
		case b < ' ':
			c.bad = true
			return ""
		default:
			s = append(s, b)
			i++
		}
	}
	c.bad = true
	return ""
}

// unescape appends the sign of which a text begins with the escape, and gives the length of that; zero: it is left to encoding/json.
func unescape(s, text []byte) (after []byte, size int) {
	if len(text) < 2 {
		return s, 0
	}
	switch text[1] {
	case '"', '\\', '/':
		return append(s, text[1]), 2
	case 'b':
		return append(s, '\b'), 2
	case 'f':
		return append(s, '\f'), 2
	case 'n':
		return append(s, '\n'), 2
	case 'r':
		return append(s, '\r'), 2
	case 't':
		return append(s, '\t'), 2
	case 'u':
		if len(text) < 6 {
			return s, 0
		}
		n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
		if err != nil || n >= 0xD800 && n < 0xE000 { // half of a pair
			return s, 0
		}
		return utf8.AppendRune(s, rune(n)), 6
	}
	return s, 0
}

// readPlain reads a text of ASCII without escapes, and gives what is between the quotes.
func (c *Codec) readPlain() []byte {
	if !c.next('"') {
		c.bad = true
		return nil
	}
	for i := c.at + 1; i < len(c.text); i++ {
		if c.text[i] == '"' {
			text := c.text[c.at+1 : i]
			c.at = i + 1
			return text
		}
		if !isPlain(c.text[i]) {
			break
		}
	}
	c.bad = true
	return nil
}

// readInt reads a whole number, as encoding/json writes it.
func (c *Codec) readInt() int64 {
	start := c.at
	if c.next('-') {
		c.at++
	}
	digits := c.at
	for c.at < len(c.text) && '0' <= c.text[c.at] && c.text[c.at] <= '9' {
		c.at++
	}
	n, err := strconv.ParseInt(string(c.text[start:c.at]), 10, 64)
	if err != nil || c.text[digits] == '0' && c.at-start > 1 || c.next('.') || c.next('e') || c.next('E') {
		c.bad = true
	}
	return n
}

// readWord reads true, false or null, and tells whether it was there.
func (c *Codec) readWord(word string) bool {
	if end := c.at + len(word); !c.bad && end <= len(c.text) && string(c.text[c.at:end]) == word {
		c.at = end
		return true
	}
	return false
}

// readValue reads one value, and gives its text, which need not be JSON.
func (c *Codec) readValue() []byte {
	start, levels := c.at, 0
	for ; !c.bad && c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; {
		case b == '"':
			c.skipString()
		case b == '{' || b == '[':
			levels++
		case levels == 0 && (b == ',' || b == '}' || b == ']'):
			return c.text[start:c.at]
		case b == '}' || b == ']':
			levels--
		}
	}
	c.bad = c.bad || levels > 0
	return c.text[start:min(c.at, len(c.text))]
}

// skipString goes to the closing quote.
func (c *Codec) skipString() {
	for c.at++; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case '"':
			return
		case '\\':
			c.at++
		}
	}
	c.bad = true
}

// isSimple tells whether a value is a text that has no escapes and needs none, so that it is JSON, and written as it is.
func isSimple(value []byte) bool {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return false
	}
	for _, b := range value[1 : len(value)-1] {
		if !isPlain(b) {
			return false
		}
	}
	return true
}

// Quoted is a text as encoding/json writes it.
func Quoted(s string) []byte { return appendString(make([]byte, 0, len(s)+2), s) }

// Unquoted is a text that is written without escapes; ok is false for any other JSON.
func Unquoted(value []byte) (s string, ok bool) {
	if !isSimple(value) {
		return "", false
	}
	return string(value[1 : len(value)-1]), true
}

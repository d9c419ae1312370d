// Package wire writes and reads the JSON of values that a flip or an event touches, some ten times as fast as encoding/json.
//
// A form is one function for both ways: it names the fields of a type in the order in which encoding/json writes them, and
// each call writes the field, or reads it. So the two ways cannot differ. What is written is what encoding/json writes, byte for byte.
// Only that is read, too: a text with other keys, another order, blanks or anything else unexpected is left to encoding/json, which
// also says what is wrong with it. So records of older and newer versions, and texts of other programs, read as they always did.
//
// Why not a generator, or encoding/json/v2: the former's code would be ten times as long and accept more than it writes, and the latter
// is an experiment of this toolchain. A test beside each form compares it with encoding/json for random values of its
// type, so that a field that a form does not have fails there.
package wire

import "encoding/json"

// Form writes or reads one value of a type. It has no effects but these.
type Form[T any] func(v *T, c *Codec)

// Codec is one text that is written or read. Its calls do nothing any more once something has failed.
type Codec struct {
	text  []byte // what is written, or what is to be read
	at    int    // how much of it is read
	reads bool
	bad   bool // encoding/json has to do it
}

// Append appends the JSON of a value. Where ok is false, encoding/json has to write it, and says what is wrong with it: an instant of
// another millennium, say.
func Append[T any](b []byte, v *T, form Form[T]) (body []byte, ok bool) {
	c := Codec{text: b}
	if form(v, &c); c.bad {
		return b, false
	}
	return c.text, true
}

// Marshal is the JSON of a value, of a type that has no method for that. The error is that of encoding/json.
func Marshal[T any](v *T, form Form[T]) ([]byte, error) {
	if body, ok := Append(make([]byte, 0, room), v, form); ok {
		return body, nil
	}
	return json.Marshal(v)
}

// room is for how many bytes there is room at first: the records of most subjects have no more.
const room = 512

// Unmarshal reads JSON into a value, which is zero before. The error is that of encoding/json.
func Unmarshal[T any](body []byte, v *T, form Form[T]) error {
	if Reads(body, v, form) {
		return nil
	}
	var zero T
	*v = zero
	return json.Unmarshal(body, v)
}

// Reads reads JSON as a form writes it, and tells whether it was that. Else it may have read a part.
func Reads[T any](body []byte, v *T, form Form[T]) bool {
	c := Codec{text: body, reads: true}
	form(v, &c)
	return !c.bad && c.at == len(body)
}

// Reads tells whether it is read, and not written.
func (c *Codec) Reads() bool { return c.reads }

// Must leaves the whole to encoding/json where there was an error.
func (c *Codec) Must(err error) { c.bad = c.bad || err != nil }

// Object writes or reads an object whose members f has.
func (c *Codec) Object(f func()) {
	c.mark('{')
	f()
	c.mark('}')
}

// mark writes or reads a bracket.
func (c *Codec) mark(sign byte) {
	switch {
	case !c.reads:
		c.text = append(c.text, sign)
	case c.at < len(c.text) && c.text[c.at] == sign:
		c.at++
	default:
		c.bad = true
	}
}

// next tells whether the next byte to read is this one.
func (c *Codec) next(sign byte) bool { return !c.bad && c.at < len(c.text) && c.text[c.at] == sign }

// Key writes or reads a key that is always there. Its value is to follow where it gives true.
func (c *Codec) Key(name string) bool {
	if !c.Maybe(name, true) {
		c.bad = true
		return false
	}
	return true
}

// Maybe is Key for one that is written only where there is something.
func (c *Codec) Maybe(name string, something bool) bool {
	switch {
	case c.bad:
		return false
	case c.reads:
		return c.readKey(name)
	case something:
		c.comma()
		c.text = append(c.text, '"')
		c.text = append(c.text, name...) // no name needs an escape
		c.text = append(c.text, '"', ':')
	}
	return something
}

// comma separates a member or an item from the one before.
func (c *Codec) comma() {
	if last := c.text[len(c.text)-1]; last != '{' && last != '[' { // no value ends so
		c.text = append(c.text, ',')
	}
}

func (c *Codec) readKey(name string) bool {
	at := c.at
	if before := c.text[:at]; at > 0 && before[at-1] != '{' {
		if !c.next(',') {
			return false
		}
		at++
	}
	end := at + len(name) + 3
	if end > len(c.text) || string(c.text[at+1:end-2]) != name ||
		c.text[at] != '"' || c.text[end-2] != '"' || c.text[end-1] != ':' {
		return false
	}
	c.at = end
	return true
}

// item reads the comma before an item, unless it is the first.
func (c *Codec) item(first bool) {
	if !first {
		c.mark(',')
	}
}

// Other is a value that encoding/json writes and reads; v is a pointer to it, where it is read.
func (c *Codec) Other(v any) {
	if c.reads {
		one := c.readValue()
		c.bad = c.bad || json.Unmarshal(one, v) != nil
		return
	}
	body, err := json.Marshal(v)
	c.text, c.bad = append(c.text, body...), c.bad || err != nil
}

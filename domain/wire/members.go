package wire

import (
	"strconv"
	"time"
)

// String is a text.
func String[T ~string](v *T, c *Codec) {
	if c.reads {
		*v = T(c.readString())
		return
	}
	c.text = appendString(c.text, string(*v))
}

// Text is a member that is a text.
func Text[T ~string](c *Codec, name string, v *T) {
	if c.Key(name) {
		String(v, c)
	}
}

// MaybeText is a member that is a text; absent where it is empty.
func MaybeText[T ~string](c *Codec, name string, v *T) {
	if c.Maybe(name, *v != "") {
		String(v, c)
	}
}

// Word is a text that is always the same, and of which the value has nothing.
func (c *Codec) Word(name, word string) {
	text := word
	if Text(c, name, &text); text != word {
		c.bad = true
	}
}

type whole interface {
	~int | ~int64 | ~uint32
}

// Int is a member that is a whole number.
func Int[T whole](c *Codec, name string, v *T) {
	if c.Key(name) {
		Number(v, c)
	}
}

// MaybeInt is a member that is a whole number; absent where it is zero.
func MaybeInt[T whole](c *Codec, name string, v *T) {
	if c.Maybe(name, *v != 0) {
		Number(v, c)
	}
}

// Number is a whole number.
func Number[T whole](v *T, c *Codec) {
	if !c.reads {
		c.text = strconv.AppendInt(c.text, int64(*v), 10)
		return
	}
	n := c.readInt()
	if *v = T(n); int64(*v) != n {
		c.bad = true
	}
}

// MaybeValue is a member with a value of any form; absent where it is zero.
func MaybeValue[T comparable](c *Codec, name string, v *T, form Form[T]) {
	var zero T
	if c.Maybe(name, *v != zero) {
		form(v, c)
	}
}

// Bool is a member that is true or false.
func (c *Codec) Bool(name string, v *bool) {
	if c.Key(name) {
		c.truth(v)
	}
}

// MaybeBool is a member that is true, or absent.
func (c *Codec) MaybeBool(name string, v *bool) {
	if c.Maybe(name, *v) {
		c.truth(v)
	}
}

func (c *Codec) truth(v *bool) {
	switch {
	case !c.reads:
		c.text = strconv.AppendBool(c.text, *v)
	case c.readWord("true"):
		*v = true
	default:
		c.bad = c.bad || !c.readWord("false")
	}
}

// Time is a member that is an instant.
func (c *Codec) Time(name string, v *time.Time) {
	if c.Key(name) {
		Instant(v, c)
	}
}

// MaybeTime is a member that is an instant; absent where it is zero.
func (c *Codec) MaybeTime(name string, v *time.Time) {
	if c.Maybe(name, !v.IsZero()) {
		Instant(v, c)
	}
}

// TimeOrNull is a member that is an instant; null where it is zero.
func (c *Codec) TimeOrNull(name string, v *time.Time) {
	if c.Key(name) && !c.null(v.IsZero()) {
		Instant(v, c)
	}
}

// TextOrNull is a member that is a text; null where it is empty.
func TextOrNull[T ~string](c *Codec, name string, v *T) {
	if c.Key(name) && !c.null(*v == "") {
		String(v, c)
	}
}

// null writes or reads a null, and tells whether it has.
func (c *Codec) null(is bool) bool {
	if c.reads {
		return c.readWord("null")
	}
	if is {
		c.text = append(c.text, "null"...)
	}
	return is
}

// Instant is an instant.
func Instant(v *time.Time, c *Codec) {
	if c.reads {
		c.bad = c.bad || v.UnmarshalText(c.readPlain()) != nil
		return
	}
	quoted, err := v.AppendText(append(c.text, '"'))
	if err != nil {
		c.bad = true
		return
	}
	quoted = append(quoted, '"')
	c.text = quoted
}

// Plain is a text of ASCII without any sign that needs an escape, as a type of its own writes and reads it.
func (c *Codec) Plain(write func([]byte) []byte, read func([]byte) error) {
	if c.reads {
		c.bad = c.bad || read(c.readPlain()) != nil
		return
	}
	c.text = append(write(append(c.text, '"')), '"')
}

package wire

import (
	"encoding/json"
	"maps"
	"slices"
)

// Pointer is a value that there may be; null: there is none.
func Pointer[T any](v **T, c *Codec, form Form[T]) {
	if c.null(*v == nil) {
		return
	}
	if c.reads {
		*v = new(T)
	}
	form(*v, c)
}

// MaybePointer is a member with a value that there may be; absent where there is none.
func MaybePointer[T any](c *Codec, name string, v **T, form Form[T]) {
	if c.Maybe(name, *v != nil) {
		Pointer(v, c, form)
	}
}

// List is a member that is a list; absent where it is empty.
func List[T any](c *Codec, name string, v *[]T, form Form[T]) {
	if c.Maybe(name, len(*v) > 0) {
		Items(v, c, form)
	}
}

// Items is a list; null where it is nil.
func Items[T any](v *[]T, c *Codec, form Form[T]) {
	if c.null(*v == nil) {
		return
	}
	c.mark('[')
	if !c.reads {
		for i := range *v {
			c.comma()
			form(&(*v)[i], c)
		}
	} else {
		readList(c, v, form)
	}
	c.mark(']')
}

func readList[T any](c *Codec, v *[]T, form Form[T]) {
	list := []T{}
	for !c.bad && !c.next(']') {
		if c.item(len(list) == 0); c.bad {
			break
		}
		var zero T
		list = append(list, zero)
		form(&list[len(list)-1], c)
	}
	*v = list
}

// Map is a member that is an object with keys of its own; absent where it is empty.
func Map[K ~string, T any](c *Codec, name string, v *map[K]T, form Form[T]) {
	if c.Maybe(name, len(*v) > 0) {
		Members(v, c, form)
	}
}

// Members is an object with keys of its own; null where it is nil.
func Members[K ~string, T any](v *map[K]T, c *Codec, form Form[T]) {
	if c.null(*v == nil) {
		return
	}
	c.mark('{')
	if !c.reads {
		var one T
		for _, key := range slices.Sorted(maps.Keys(*v)) {
			c.comma()
			c.text = append(appendString(c.text, string(key)), ':')
			one = (*v)[key]
			form(&one, c)
		}
	} else {
		readMembers(c, v, form)
	}
	c.mark('}')
}

func readMembers[K ~string, T any](c *Codec, v *map[K]T, form Form[T]) {
	m := make(map[K]T)
	var one, zero T
	for !c.bad && !c.next('}') {
		c.item(len(m) == 0)
		key := K(c.readString())
		if c.mark(':'); c.bad {
			break
		}
		if _, twice := m[key]; twice {
			c.bad = true
			break
		}
		one = zero
		form(&one, c)
		m[key] = one
	}
	*v = m
}

// Raw is JSON that is kept as it is.
func Raw(v *json.RawMessage, c *Codec) {
	if c.reads {
		if one := c.readValue(); c.bad || !isSimple(one) && !json.Valid(one) {
			c.bad = true
		} else {
			*v = append(json.RawMessage(nil), one...)
		}
		return
	}
	if isSimple(*v) {
		c.text = append(c.text, *v...)
		return
	}
	c.Other(*v)
}

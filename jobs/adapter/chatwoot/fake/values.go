package fake

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// iso is a time as Rails writes it; nil: the zero time.
func iso(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// unix is a time in seconds; 0: the zero time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// orNull is a text, or null in place of an empty one.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// browserTime is a time as browsers print dates, in UTC.
func browserTime(t time.Time) string {
	return t.UTC().Format("Mon Jan 02 2006 15:04:05") + " GMT+0000 (Coordinated Universal Time)"
}

// params are what a caller sent: the JSON of the body, and the query.
type params object

// text is a parameter as text: numbers, too, as Rails has it. "": left out, null or blank.
func (p params) text(name string) string {
	switch v := p[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// whole is a parameter as a whole number; false: it is none.
func (p params) whole(name string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(p.text(name)))
	return n, err == nil
}

// flag is a parameter as Rails casts one to true or false.
func (p params) flag(name string) bool {
	s := p.text(name)
	return s != "" && s != "false" && s != "0" && s != "f" && s != "off"
}

// has tells whether the parameter was sent, if only as null.
func (p params) has(name string) bool {
	_, ok := p[name]
	return ok
}

// part is a parameter that is an object; nil: it is none.
func (p params) part(name string) params {
	o, _ := p[name].(object)
	return o
}

// texts are the texts of a list.
func (p params) texts(name string) []string {
	list, _ := p[name].([]any)
	texts := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// instant is a parameter as a time: Unix seconds, or a time in RFC 3339; zero: it is none.
func (p params) instant(name string) time.Time {
	s := p.text(name)
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(seconds) < 1e11 {
		return time.Unix(int64(seconds), 0).UTC()
	}
	t, _ := time.Parse(time.RFC3339, s) // the zero time with an error
	return t
}

package hours

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// The canonical form of a Spec is an ordered tree, written either as YAML or as JSON.
type (
	object []member
	member struct {
		key   string
		value any // string, bool, object, []object or []string
	}
)

// tree returns the canonical form: only the fields that are set, days with the same hours under one
// key.
func (s *Spec) tree() object {
	var o object
	if s.TimeZone != "" {
		o = append(o, member{"time_zone", s.TimeZone})
	}
	o = append(o, member{"weekly", weeklyTree(s.Weekly)})
	if s.Holidays != nil {
		o = append(o, member{"holidays", s.Holidays.tree()})
	}
	if s.Rotation != nil {
		o = append(o, member{"rotation", s.Rotation.tree()})
	}
	if len(s.Exceptions) > 0 {
		var list []object
		for _, e := range s.Exceptions {
			list = append(list, e.tree())
		}
		o = append(o, member{"exceptions", list})
	}
	return o
}

func weeklyTree(weekly [7][]Window) any {
	var texts []string
	days := make(map[string]daySet)
	for _, day := range week() {
		text := windowsText(weekly[day])
		if days[text] == 0 {
			texts = append(texts, text)
		}
		days[text] |= 1 << day
	}
	if len(texts) == 1 && texts[0] == "closed" {
		return "closed"
	}
	if len(texts) == 1 && texts[0] == wholeDay().String() {
		return "24/7"
	}
	var o object
	for _, text := range texts {
		if text != "closed" {
			o = append(o, member{days[text].String(), text})
		}
	}
	return o
}

func (h *Holidays) tree() object {
	o := object{{"country", h.Country}}
	if h.Region != "" {
		o = append(o, member{"region", h.Region})
	}
	if len(h.Also) > 0 {
		o = append(o, member{"also", texts(h.Also)})
	}
	if len(h.Except) > 0 {
		o = append(o, member{"except", h.Except})
	}
	if len(h.Hours) > 0 {
		var hours object
		for _, name := range slices.Sorted(maps.Keys(h.Hours)) {
			hours = append(hours, member{name, windowsText(h.Hours[name])})
		}
		o = append(o, member{"hours", hours})
	}
	return o
}

func texts[T ~string](list []T) []string {
	var texts []string
	for _, item := range list {
		texts = append(texts, string(item))
	}
	return texts
}

func (e Exception) tree() object {
	if e.Calendar != nil {
		return e.Calendar.tree()
	}
	from, to := e.From, e.last()
	if e.Yearly {
		from.Year, to.Year = 0, 0
	}
	var o object
	if from == to {
		o = append(o, member{"on", from.String()})
	} else {
		o = append(o, member{"from", from.String()}, member{"to", to.String()})
	}
	if e.Yearly {
		o = append(o, member{"yearly", true})
	}
	if len(e.Hours) == 0 {
		o = append(o, member{"closed", true})
	} else {
		o = append(o, member{"hours", windowsText(e.Hours)})
	}
	if e.Name != "" {
		o = append(o, member{"name", e.Name})
	}
	return o
}

// MarshalJSON writes the canonical form as compact JSON: equal definitions give equal bytes.
func (s *Spec) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	writeJSON(&b, s.tree())
	return b.Bytes(), nil
}

// UnmarshalJSON reads a definition with [Parse], and has its errors.
func (s *Spec) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return err
	}
	read, err := Parse(tree)
	if err != nil {
		return err
	}
	*s = *read
	return nil
}

func writeJSON(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case object:
		writeList(b, '{', '}', ",", v, func(m member) {
			b.WriteString(quoted(m.key))
			b.WriteByte(':')
			writeJSON(b, m.value)
		})
	case []object:
		writeList(b, '[', ']', ",", v, func(o object) { writeJSON(b, o) })
	case []string:
		writeList(b, '[', ']', ",", v, func(s string) { writeJSON(b, s) })
	case string:
		b.WriteString(quoted(v))
	case bool:
		b.WriteString("true") // false is never written
	}
}

func writeList[T any](b *bytes.Buffer, open, end byte, separator string, items []T, write func(T)) {
	b.WriteByte(open)
	for i, item := range items {
		if i > 0 {
			b.WriteString(separator)
		}
		write(item)
	}
	b.WriteByte(end)
}

// quoted is a JSON string, which is also a double-quoted YAML scalar.
func quoted(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(s) != nil {
		return `""` // strings always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String writes the canonical form as YAML, as it stands under a name in deskbell.yaml.
func (s *Spec) String() string {
	var b bytes.Buffer
	for _, m := range s.tree() {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(m.key + ":")
		week, isTable := m.value.(object)
		list, isList := m.value.([]object)
		switch {
		case m.key == "weekly" && isTable:
			for _, day := range week {
				b.WriteString("\n  " + day.key + ": " + day.value.(string))
			}
		case isList:
			for _, o := range list {
				b.WriteString("\n  - ")
				writeFlow(&b, o)
			}
		default:
			b.WriteByte(' ')
			writeFlow(&b, m.value)
		}
	}
	return b.String()
}

// Line writes the canonical form as YAML on one line.
func (s *Spec) Line() string {
	var b bytes.Buffer
	writeFlow(&b, s.tree())
	return b.String()
}

// writeFlow writes a value in YAML's flow style, which fits on the line.
func writeFlow(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case object:
		writeList(b, '{', '}', ", ", v, func(m member) {
			key := m.key
			if key != "on" && !isPlain(key) { // YAML 1.2 reads on as a word
				key = quoted(key)
			}
			b.WriteString(key + ": ")
			writeFlow(b, m.value)
		})
	case []object:
		writeList(b, '[', ']', ", ", v, func(o object) { writeFlow(b, o) })
	case []string:
		writeList(b, '[', ']', ", ", v, func(s string) { writeFlow(b, s) })
	case string:
		if !isPlain(v) {
			v = quoted(v)
		}
		b.WriteString(v)
	case bool:
		b.WriteString("true")
	}
}

// isPlain reports whether YAML reads the text back as the same string without quotes. It errs on the
// side of quotes.
func isPlain(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf":
		return false
	}
	if s[:min(1, len(s))] != "-" && strings.ContainsAny(s, "-/") && strings.Trim(s, "0123456789:-/") == "" {
		return s[0] != '/' // a date, a window, 24/7
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
		case i == 0:
			return false
		case unicode.IsDigit(r), strings.ContainsRune("-_/'()", r):
		case r == ' ' && i < len(s)-1:
		default:
			return false
		}
	}
	return s != ""
}

package visit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Attribute is one known fact of a visitor, and since when. The last event that has it counts.
type Attribute struct {
	Value json.RawMessage `json:"value"` // null: forgotten
	At    time.Time       `json:"at"`
}

func (a Attribute) compare(b Attribute) int {
	return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.Value, b.Value))
}

// describe merges attributes. Those that are not given stay as they were.
func (s *State) describe(a event.Attributes, at time.Time) {
	custom := a.Custom
	a.Custom = nil
	s.Attributes = merged(s.Attributes, given(a), at)
	values := make(map[string]json.RawMessage, len(custom))
	for name, v := range custom {
		values[name] = plain(v)
	}
	s.Custom = merged(s.Custom, values, at)
	for len(s.Custom) > trigger.MostCustom {
		delete(s.Custom, oldest(s.Custom))
	}
}

// given are the attributes that an event has, as it names them.
func given(a event.Attributes) map[string]json.RawMessage {
	var values map[string]json.RawMessage
	if body, err := json.Marshal(a); err == nil { // texts, numbers and tags always can be written
		_ = json.Unmarshal(body, &values)
	}
	return values
}

// plain is the stored form of a custom value: a value that a condition can compare, else null.
func plain(v any) json.RawMessage {
	switch v.(type) {
	case string, bool, json.Number:
	default:
		v = nil
	}
	body, err := json.Marshal(v)
	if err != nil { // a number that is none
		return json.RawMessage("null")
	}
	return body
}

func merged(before map[string]Attribute, values map[string]json.RawMessage, at time.Time) map[string]Attribute {
	if len(values) == 0 {
		return before
	}
	after := maps.Clone(before)
	if after == nil {
		after = make(map[string]Attribute, len(values))
	}
	for name, v := range values {
		if a := (Attribute{v, at}); a.compare(after[name]) > 0 {
			after[name] = a
		}
	}
	return after
}

// oldest is the name of the attribute that was given first.
func oldest(attributes map[string]Attribute) (name string) {
	for n, a := range attributes {
		if name == "" || cmp.Or(a.At.Compare(attributes[name].At), cmp.Compare(n, name)) < 0 {
			name = n
		}
	}
	return name
}

// visitor is the visitor as conditions see them.
func (s *State) visitor() trigger.Visitor {
	a := s.known()
	return trigger.Visitor{
		Country: a.Country, Region: a.Region, City: a.City, IP: a.IP,
		Language: a.Language, Browser: a.Browser, OS: a.OS, Device: a.Device,
		Name: a.Name, Email: a.Email, PreviousVisits: a.PreviousVisits, PreviousChats: a.PreviousChats,
		Tags: s.tags(a.Tags), Custom: a.Custom,
	}
}

// known reads the attributes as an event has them.
func (s *State) known() (a event.Attributes) {
	readInto(&a, s.Attributes)
	readInto(&a.Custom, s.Custom)
	return a
}

func readInto(into any, attributes map[string]Attribute) {
	values := make(map[string]json.RawMessage, len(attributes))
	for name, a := range attributes {
		values[name] = a.Value
	}
	if body, err := json.Marshal(values); err == nil { // they were read from JSON, or made by json.Marshal
		_ = json.Unmarshal(body, into)
	}
}

// Language is the visitor's, as in "fr" or "pt-BR"; empty where it is not known.
func (s *State) Language() string { return s.known().Language }

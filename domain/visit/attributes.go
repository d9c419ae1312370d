package visit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"iter"
	"maps"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/wire"
)

// Attribute is one known fact of a visitor, and since when. Of those that are verified the last counts, and where there is none, the last.
type Attribute struct {
	Value      json.RawMessage `json:"value"` // null: forgotten
	At         time.Time       `json:"at"`
	Unverified bool            `json:"unverified,omitempty"` // it is the word of a web page, and of no server
}

// compare orders what may be said of one fact by what counts: the greatest does, in whatever order they come.
func (a Attribute) compare(b Attribute) int {
	return cmp.Or(a.compareWorth(b), bytes.Compare(a.Value, b.Value))
}

// compareWorth puts what is unverified first, and then what was said first.
func (a Attribute) compareWorth(b Attribute) int {
	switch {
	case a.Unverified && !b.Unverified:
		return -1
	case b.Unverified && !a.Unverified:
		return 1
	}
	return a.At.Compare(b.At)
}

// describe merges attributes. Those that are not given stay as they were.
func (s *State) describe(a event.Attributes, at time.Time, unverified bool) {
	custom := a.Custom
	a.Custom = nil
	s.Attributes = merged(s.Attributes, given(a), at, unverified)
	if len(custom) == 0 { // as it mostly is
		return
	}
	values := make(map[string]json.RawMessage, len(custom))
	for name, v := range custom {
		values[name] = plain(v)
	}
	s.Custom = merged(s.Custom, values, at, unverified)
	for len(s.Custom) > trigger.MostCustom {
		delete(s.Custom, least(s.Custom))
	}
}

// given are the attributes that an event has, as it names them: what json.Marshal makes of it, member by member.
func given(a event.Attributes) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage)
	for name, text := range texts(&a) {
		if *text != "" {
			values[name] = wire.Quoted(*text)
		}
	}
	if n := a.PreviousVisits; n != nil {
		values[previousVisits] = strconv.AppendInt(nil, int64(*n), 10)
	}
	if n := a.PreviousChats; n != nil {
		values[previousChats] = strconv.AppendInt(nil, int64(*n), 10)
	}
	if a.Tags != nil {
		values[tags], _ = json.Marshal(a.Tags) // texts always can be written
	}
	return values
}

// The attributes that are no texts.
const (
	previousVisits = "previous_visits"
	previousChats  = "previous_chats"
	tags           = "tags"
)

// texts are the attributes that are texts, by their names in events.
func texts(a *event.Attributes) iter.Seq2[string, *string] {
	return func(yield func(string, *string) bool) {
		_ = yield("country", &a.Country) && yield("region", &a.Region) && yield("city", &a.City) &&
			yield("language", &a.Language) && yield("browser", &a.Browser) && yield("os", &a.OS) && yield("device", &a.Device) &&
			yield("ip", &a.IP) && yield("name", &a.Name) && yield("email", &a.Email)
	}
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

func merged(before map[string]Attribute, values map[string]json.RawMessage, at time.Time, unverified bool) map[string]Attribute {
	if len(values) == 0 {
		return before
	}
	after := maps.Clone(before)
	if after == nil {
		after = make(map[string]Attribute, len(values))
	}
	for name, v := range values {
		a := Attribute{v, at, unverified}
		if before, known := after[name]; !known || a.compare(before) > 0 {
			after[name] = a
		}
	}
	return after
}

// least is the name of the attribute that is forgotten first: the oldest of those that are unverified, else the oldest. A page cannot
// crowd out what a server has said.
func least(attributes map[string]Attribute) (name string) {
	for n, a := range attributes {
		if name == "" || cmp.Or(a.compareWorth(attributes[name]), cmp.Compare(n, name)) < 0 {
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

// verified is the visitor by those facts alone that no page says; nil where all are such.
func (s *State) verified() *trigger.Visitor {
	sure, all := *s, true
	for _, facts := range []*map[string]Attribute{&sure.Attributes, &sure.Custom} {
		kept := maps.Clone(*facts)
		maps.DeleteFunc(kept, func(_ string, a Attribute) bool { return a.Unverified })
		all = all && len(kept) == len(*facts)
		*facts = kept
	}
	if all {
		return nil
	}
	v := sure.visitor()
	return &v
}

// known reads the attributes as an event has them.
func (s *State) known() (a event.Attributes) {
	if len(s.Attributes) > 0 {
		for name, text := range texts(&a) {
			*text = s.attribute(name)
		}
		read(s.Attributes[previousVisits], &a.PreviousVisits)
		read(s.Attributes[previousChats], &a.PreviousChats)
		read(s.Attributes[tags], &a.Tags)
	}
	a.Custom = make(event.Values, len(s.Custom))
	for name, c := range s.Custom {
		var v any
		d := json.NewDecoder(bytes.NewReader(c.Value))
		d.UseNumber()
		_ = d.Decode(&v) // it was read from JSON, or made by json.Marshal
		a.Custom[name] = v
	}
	return a
}

// attribute is one that is a text; empty where it is not known.
func (s *State) attribute(name string) (text string) {
	a, known := s.Attributes[name]
	if !known {
		return ""
	}
	if text, ok := wire.Unquoted(a.Value); ok {
		return text
	}
	read(a, &text)
	return text
}

func read[T any](a Attribute, into *T) {
	if len(a.Value) > 0 {
		_ = json.Unmarshal(a.Value, into) // it was read from JSON, or made by json.Marshal
	}
}

// Language is the visitor's, as in "fr" or "pt-BR"; empty where it is not known.
func (s *State) Language() string { return s.attribute("language") }

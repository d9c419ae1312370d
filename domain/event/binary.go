package event

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// attributeHeader begins the names of headers that have an event's attributes, in any case of their letters.
const attributeHeader = "ce-"

// IsBinary tells whether a request has an event in the binary mode of CloudEvents (HTTP protocol binding 1.0.2, section 3.1): a
// header has one of the attributes that are known here, and the content type is not that of an event in JSON.
func IsBinary(contentType string, header map[string][]string) bool {
	if strings.HasPrefix(mediaType(contentType), "application/cloudevents") {
		return false
	}
	for name := range header {
		attribute, ok := strings.CutPrefix(strings.ToLower(name), attributeHeader)
		if ok && slices.Contains(table.Keys(table.Entries(envelopeFields)), attribute) {
			return true
		}
	}
	return false
}

// IsData tells whether data of an event may have a content type: JSON, or none, which counts as JSON.
func IsData(contentType string) bool {
	media := mediaType(contentType)
	return media == "" || media == string(JSON) || strings.HasSuffix(media, "+json")
}

// DecodeBinary reads an event in binary mode: its attributes are headers ce-…, of which it needs ce-specversion, and its data are
// the body. Paths of faults are as if the event were in JSON: "/type" is ce-type.
func (in Intake) DecodeBinary(header map[string][]string, data []byte) Item {
	r := newReader(in)
	tree := attributesOf(r.Root(), header)
	data = table.Unmarked(data)
	if len(data) > MaxEvent {
		fault := tooLarge(len(data), MaxEvent, "less in one event")
		fault.Path = dataPath
		r.Add(fault)
	} else if len(bytes.TrimSpace(data)) > 0 {
		tree[dataKey] = readJSONAt(r.Root().Key(dataKey), data, false)
	}
	if len(r.Faults) > 0 { // the rest would be missing
		return Item{Faults: r.Faults}
	}
	if table.Absent(tree["specversion"]) {
		r.Root().Missing(attribute("specversion"))
	}
	if e := in.event(r, tree); len(r.Faults) == 0 {
		return Item{Event: e}
	}
	for i := range r.Faults {
		r.Faults[i] = inHeader(r.Faults[i])
	}
	return Item{Faults: r.Faults}
}

// attribute is the row of an attribute.
func attribute(name string) table.Entry {
	entries := table.Entries(envelopeFields)
	return entries[slices.Index(table.Keys(entries), name)]
}

// inHeader names the header of an attribute that is missing.
func inHeader(f Fault) Fault {
	if f.Path == "" && slices.Contains(table.Keys(table.Entries(envelopeFields)), f.Value) {
		if f.Value == dataKey {
			f.Allowed = strings.TrimSpace("as the body: " + f.Allowed)
			return f
		}
		f.Value = attributeHeader + f.Value
		f.Allowed = "the header " + f.Value + ": " + f.Allowed
	}
	return f
}

const (
	dataKey  = "data"
	dataPath = "/" + dataKey
)

// attributesOf reads headers.
func attributesOf(at table.Place, header map[string][]string) map[string]any {
	tree := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		attribute, ok := strings.CutPrefix(strings.ToLower(name), attributeHeader)
		if !ok {
			continue
		}
		_, twice := tree[attribute]
		switch {
		case twice || len(header[name]) > 1:
			at.Key(attribute).Fault(table.Clip(attributeHeader+attribute), "is there twice", "each header once")
		case attribute == dataKey:
			at.Key(attribute).Fault(attributeHeader+attribute, "is no attribute", "the data as the body")
		case len(header[name]) == 1:
			value, ok := decodeHeader(header[name][0])
			if !ok {
				at.Key(attribute).Fault(table.Clip(header[name][0]), "is not percent-encoded UTF-8",
					"printable ASCII without blanks, quotes and %, and for each byte of another character % and two hexadecimal digits")
			}
			tree[attribute] = value
		}
	}
	return tree
}

// decodeHeader is the text of a header (section 3.1.3.2): quotes are taken off, as older versions of the binding have them, and
// then %XX is decoded, once. ok is false for a % that encodes nothing, and for a text that is not UTF-8.
func decodeHeader(s string) (text string, ok bool) {
	s = unquote(strings.Trim(s, " \t"))
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "%")
		b.WriteString(before)
		if !found {
			return b.String(), utf8.ValidString(b.String())
		}
		if len(rest) < 2 {
			return "", false
		}
		decoded, err := hex.DecodeString(rest[:2])
		if err != nil {
			return "", false
		}
		b.Write(decoded)
		s = rest[2:]
	}
}

// unquote takes off the quotes around a text, and the backslashes within them (RFC 7230, section 3.2.6). Other texts stay.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

package definition

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/table"
)

// DefaultTokenHeader is where calls to a product of a rest destination that names no other have the token, after Bearer.
const DefaultTokenHeader = "Authorization"

// DefaultSignatureHeader is where a product of a rest destination that names no other puts the signature of its requests.
const DefaultSignatureHeader = "X-Signature-256"

const (
	rest         = "rest"
	mostRules    = 50
	mostPointers = 20   // of a rule's when, or data
	mostPointer  = 1000 // characters of a pointer, a path, or the value of one
	mostCall     = 16 << 10
)

// RestRule makes an event of a request of a chat product.
type RestRule struct {
	When map[string]string `json:"when"`           // text by JSON pointer: the rule fits where all are there. Numbers and flags count as they are written
	Type event.Type        `json:"type,omitempty"` // empty: the request tells nothing, as one about Deskbell's own messages
	ID   string            `json:"id,omitempty"`   // pointer to what tells this event from others: the id of a message
	Time string            `json:"time,omitempty"` // pointer; empty: the time of arrival
	Data map[string]string `json:"data,omitempty"` // pointer, or a text after "=", by key of the event's data
}

// RestCall is what a chat product is asked.
type RestCall struct {
	Method string          `json:"method,omitempty"` // empty: POST
	Path   string          `json:"path"`             // below the product's URL, with placeholders
	Body   json.RawMessage `json:"body,omitempty"`   // each of its texts may have placeholders
}

// restFields are the keys of a destination that only a product with an API of JSON over HTTP has.
func restFields() []table.Field[Destination] {
	call := func(doc, key string, to func(*Destination) **RestCall, more ...string) table.Field[Destination] {
		return table.Key(key, table.Pointer(restCall(more)), to, doc).Of(rest)
	}
	return []table.Field[Destination]{
		table.Key("property", id("property"), func(d *Destination) *string { return &d.Property },
			"All that the product tells is of this property.").NeededBy(rest),
		table.Key("token_header", header(DefaultTokenHeader), func(d *Destination) *string { return &d.TokenHeader },
			"The header of calls that has the token; `Authorization` has it after `Bearer`.").ByDefault(DefaultTokenHeader).Of(rest),
		table.Key("signature_header", header(DefaultSignatureHeader), func(d *Destination) *string { return &d.SignatureHeader },
			"The header of the product's requests that has their signature: the HMAC-SHA256 of the body by the secret, in hexadecimal digits, with or without `sha256=` before them.").
			ByDefault(DefaultSignatureHeader).Of(rest),
		table.Key("rules", some("array", listOf("rules", mostRules, restRule())), func(d *Destination) *[]RestRule { return &d.Rules },
			"What the product's requests tell. The first rule that fits makes an event.").NeededBy(rest),
		call("The call for `message.send`.", "send", func(d *Destination) **RestCall { return &d.Send }, "text"),
		call("The call for `note.add` and `note.replace`.", "note", func(d *Destination) **RestCall { return &d.Note }, "text"),
		call("The call for `chat.reassign` to one of `agents`.", "assign", func(d *Destination) **RestCall { return &d.Assign }, "agent"),
		call("The call for `chat.close` and `chat.snooze`: `{status}` is closed or snoozed, and `{until}` is when a snooze ends.",
			"status", func(d *Destination) **RestCall { return &d.Status }, "status", "until"),
	}
}

func restRule() table.Kind[RestRule] {
	types := event.Types()
	return object("a rule", []table.Field[RestRule]{
		table.Key("when", some("object", byPointer()), func(r *RestRule) *map[string]string { return &r.When },
			"By JSON pointers into the request, what must be there: `/event: message`.").Mandatory(),
		table.Key("type", table.OneOf("a type of event", types...), func(r *RestRule) *event.Type { return &r.Type },
			"The type of the event. Without it the request tells nothing, as one about a message of Deskbell's own."),
		table.Key("id", pointer(), func(r *RestRule) *string { return &r.ID },
			"Where the id is of what the event tells, such as `/message/id`: a request that comes twice is so one event."),
		table.Key("time", pointer(), func(r *RestRule) *string { return &r.Time },
			"Where it says when: RFC 3339, or Unix seconds or milliseconds. The time of arrival where there is none."),
		table.Key("data", mapOf("data", mostPointers, pointerOrText()), func(r *RestRule) *map[string]string { return &r.Data },
			"By keys of the event's data, where their values are, or a text after `=`: `from: =visitor`. `property` is there by itself."),
	}, func(at table.Place, r *RestRule) { r.check(at) })
}

// check finds what an event of a rule would be refused for.
func (r *RestRule) check(at table.Place) {
	if r.Type == "" {
		return
	}
	if r.ID == "" {
		at.Fault("id", "is missing", "a JSON pointer to what tells one event from others, such as /message/id: else one that comes twice is two")
	}
	rows := event.Reference()
	row := rows[slices.IndexFunc(rows, func(row event.Row) bool { return row.Type == r.Type })]
	keys := slices.DeleteFunc(slices.Concat(row.Required, row.Optional), func(key string) bool { return key == "property" })
	for key := range sorted(r.Data) {
		if !slices.Contains(keys, key) {
			at.Key("data").Key(key).Fault(table.Clip(key), "is not of the data of "+string(r.Type), table.Choices(key, keys))
		}
	}
	for _, key := range row.Required {
		if _, there := r.Data[key]; !there && key != "property" {
			at.Key("data").Fault(key, "is missing", "where it is in the request: "+string(r.Type)+" needs it")
		}
	}
}

func restCall(more []string) table.Kind[RestCall] {
	known := slices.Concat(more, []string{"chat", "visitor", "id"})
	k := object("a call", []table.Field[RestCall]{
		table.Key("method", table.OneOf("a method of a call", "POST", "PUT", "PATCH", "DELETE"),
			func(c *RestCall) *string { return &c.Method }, "The method.").ByDefault("POST"),
		table.Key("path", path(known), func(c *RestCall) *string { return &c.Path },
			"The path below `url`, with its query: `/rooms/{chat}/messages`. Each call has the placeholders `{chat}`, `{visitor}`, and `{id}` of the action, the same when it is tried again; "+
				"and `{text}`, `{agent}`, `{status}` or `{until}`, as what it is for.").
			Mandatory(),
		table.Key("body", template(known), func(c *RestCall) *json.RawMessage { return &c.Body },
			"The body, in JSON; its texts may have the same placeholders."),
	}, nil)
	k.Schema["title"] = "RestCall" // one type in documents, of all calls
	return k
}

// pointer leads to a value of a JSON document (RFC 6901).
func pointer() table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostPointer, "pattern": `^/`}
	return textual("JSON pointer", "a JSON pointer", "/ and the keys that lead to a value, as in /message/id", schema, func(_ table.Place, s string) bool { return isPointer(s) })
}

// pointerOrText is the same, or a text after "=".
func pointerOrText() table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostPointer, "pattern": `^[/=]`}
	return textual("JSON pointer, or text after =", "a JSON pointer, nor a text after =", "/message/id, or =visitor for the text visitor", schema,
		func(_ table.Place, s string) bool {
			return isPointer(s) || strings.HasPrefix(s, "=") && len(s) <= mostPointer
		})
}

func isPointer(s string) bool { return strings.HasPrefix(s, "/") && len(s) <= mostPointer }

// byPointer is a map from pointers to what is there.
func byPointer() table.Kind[map[string]string] {
	schema := map[string]any{
		"type": "object", "maxProperties": mostPointers, "propertyNames": map[string]any{"maxLength": mostPointer, "pattern": "^/"},
		"additionalProperties": map[string]any{"type": []any{"string", "number", "boolean"}, "maxLength": mostPointer},
	}
	return table.NewKind("map of texts by JSON pointers", schema, func(at table.Place, tree any) map[string]string {
		m, ok := at.Map(tree, "texts by JSON pointers, as in /event: message")
		if !ok || at.TooMany(len(m), "pointers", mostPointers) {
			return nil
		}
		texts := make(map[string]string, len(m))
		for p, v := range sorted(m) {
			if !isPointer(p) {
				at.Key(p).Fault(table.Clip(p), "is not a JSON pointer", "/ and the keys that lead to a value, as in /message/id")
			}
			s, ok := asText(v)
			if b, isFlag := v.(bool); isFlag {
				s, ok = strconv.FormatBool(b), true
			}
			if !ok || len(s) > mostPointer {
				at.Key(p).Fault(table.Show(v), "is not what a request may have there", fmt.Sprintf("a text of at most %d characters, a number, true or false", mostPointer))
			}
			texts[p] = s
		}
		return texts
	})
}

// header is the name of a header.
func header(example string) table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostName, "pattern": `^[A-Za-z][A-Za-z0-9-]*$`, "examples": []any{example}}
	return textual("header", "the name of a header", "letters, digits and -, such as "+example, schema, func(_ table.Place, s string) bool {
		return s != "" && len(s) <= mostName && letter(s[0]) && !strings.ContainsFunc(s, func(r rune) bool { return r > '~' || !letter(byte(r)) && (r < '0' || r > '9') && r != '-' })
	})
}

// path is one below the URL of a product, with placeholders.
func path(known []string) table.Kind[string] {
	schema := map[string]any{"type": "string", "maxLength": mostPointer, "pattern": `^/([^/#\\ ][^#\\ ]*)?$`}
	return textual("path", "a path", "one / at its beginning, and no blank and no #, as in /rooms/{chat}/messages", schema, func(at table.Place, s string) bool {
		holds(at, s, known)
		return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.ContainsAny(s, "#\\") && !strings.ContainsFunc(s, blank) && len(s) <= mostPointer
	})
}

// template is any JSON. Its numbers stay as they are written.
func template(known []string) table.Kind[json.RawMessage] {
	return table.NewKind("JSON", map[string]any{}, func(at table.Place, tree any) json.RawMessage {
		body, err := json.Marshal(tree)
		if err != nil || len(body) > mostCall {
			at.Fault("", "is not a body of a call", fmt.Sprintf("JSON of at most %d bytes", mostCall))
			return nil
		}
		eachText(at, tree, func(at table.Place, s string) { holds(at, s, known) })
		return body
	})
}

// eachText visits the texts of a tree, but the keys.
func eachText(at table.Place, tree any, visit func(at table.Place, s string)) {
	switch v := tree.(type) {
	case string:
		visit(at, v)
	case []any:
		for i, item := range v {
			eachText(at.Item(i), item, visit)
		}
	case map[string]any:
		for key, item := range sorted(v) {
			eachText(at.Key(key), item, visit)
		}
	}
}

// holds faults placeholders that have no value: small letters in braces.
func holds(at table.Place, s string, known []string) {
	for {
		_, rest, found := strings.Cut(s, "{")
		if !found {
			return
		}
		name, _, closed := strings.Cut(rest, "}")
		if closed && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == "" && !slices.Contains(known, name) {
			at.Fault("{"+table.Clip(name)+"}", "has no value here", table.Choices(name, known))
		}
		s = rest
	}
}

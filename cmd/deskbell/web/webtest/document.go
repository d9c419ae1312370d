package webtest

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Document is the OpenAPI document, and its schemas as a compiler knows them.
type Document struct {
	testing.TB
	Root    map[string]any
	Schemas *jsonschema.Compiler
}

// Document reads the document of a server.
func (b *Bundle) Document() Document {
	b.Helper()
	a := b.Want(200, Request{}, "GET", "/openapi.json", "")
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err != nil {
		b.Fatal(err)
	}
	root, _ := parsed.(map[string]any)
	d := Document{b, root, jsonschema.NewCompiler()}
	d.Schemas.AssertFormat()
	if err := d.Schemas.AddResource("openapi.json", parsed); err != nil {
		b.Fatal(err)
	}
	return d
}

// Part is the part of a tree below some keys; nil: there is none.
func Part(tree any, keys ...string) any {
	for _, key := range keys {
		m, _ := tree.(map[string]any)
		tree = m[key]
	}
	return tree
}

// Check validates a body against the schema at a JSON pointer.
func (d Document) Check(pointer, body string) {
	d.Helper()
	schema, err := d.Schemas.Compile("openapi.json#" + pointer)
	if err != nil {
		d.Fatalf("%s is no JSON Schema: %v", pointer, err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		d.Errorf("%s does not fit %s: %v", body, pointer, err)
	}
}

// Escaped is a path as a part of a JSON pointer.
func Escaped(path string) string {
	return strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(path)
}

package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is the OpenAPI document, and its schemas as a compiler knows them.
type document struct {
	testing.TB
	root    map[string]any
	schemas *jsonschema.Compiler
}

func (b *bundle) document() document {
	b.Helper()
	a := b.want(200, request{}, "GET", "/openapi.json", "")
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err != nil {
		b.Fatal(err)
	}
	root, _ := parsed.(map[string]any)
	d := document{b, root, jsonschema.NewCompiler()}
	d.schemas.AssertFormat()
	if err := d.schemas.AddResource("openapi.json", parsed); err != nil {
		b.Fatal(err)
	}
	return d
}

// at gives what is below some keys; nil for nothing.
func at(tree any, keys ...string) any {
	for _, key := range keys {
		m, _ := tree.(map[string]any)
		tree = m[key]
	}
	return tree
}

// check validates a body against the schema at a JSON pointer.
func (d document) check(pointer, body string) {
	d.Helper()
	schema, err := d.schemas.Compile("openapi.json#" + pointer)
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

func escaped(path string) string {
	return strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(path)
}

// TestTheDocumentIsOpenAPIAndEveryRouteAnswersAsItSays sends each example of the
// document, and validates each answer by the schema that the document has for it.
func TestTheDocumentIsOpenAPIAndEveryRouteAnswersAsItSays(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d := b.document()
	if version, _ := d.root["openapi"].(string); !strings.HasPrefix(version, "3.1.") || at(d.root, "info", "title") == nil || at(d.root, "info", "version") == nil {
		t.Fatalf("openapi is %q", version)
	}
	schemas, _ := at(d.root, "components", "schemas").(map[string]any)
	for name := range schemas {
		if _, err := d.schemas.Compile("openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s is no JSON Schema: %v", name, err)
		}
	}
	paths, _ := d.root["paths"].(map[string]any)
	seen := make(map[any]bool)
	operations := 0
	for _, method := range []string{"put", "get", "delete"} {
		for _, path := range []string{
			"/v1/schedules", "/v1/agents", "/v1/destinations", "/v1/properties", "/v1/schedules/{id}", "/v1/agents/{id}", "/v1/destinations/{id}",
			"/v1/properties/{id}", "/v1/properties/{id}/override", "/v1/schedules/{id}/boundaries",
		} {
			if method == "delete" && path == "/v1/properties/{id}" {
				continue // the last of all: its override is still to come
			}
			operations += d.operation(b, paths, path, method, seen)
		}
	}
	operations += d.operation(b, paths, "/v1/properties/{id}", "delete", seen)
	operations += 3 // those of widgets and of visits have tests of their own
	operations += d.operation(b, paths, "/v1/events", "post", seen)
	count := 0
	for _, methods := range paths {
		m, _ := methods.(map[string]any)
		count += len(m)
	}
	if operations != count {
		t.Errorf("%d operations were tried, and there are %d", operations, count)
	}
}

func (d document) operation(b *bundle, paths map[string]any, path, method string, seen map[any]bool) int {
	op := at(paths, path, method)
	if op == nil {
		return 0
	}
	if id := at(op, "operationId"); id == nil || seen[id] {
		d.Errorf("%s %s: operationId %v", method, path, id)
	} else {
		seen[id] = true
	}
	named := fmt.Sprint(at(op, "parameters"))
	for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
		if !strings.Contains(named, "name:"+name[1]) {
			d.Errorf("%s %s does not describe %s", method, path, name[1])
		}
	}
	pointer := "/paths/" + escaped(path) + "/" + method
	body := ""
	if example := at(op, "requestBody", "content", "application/json", "example"); example != nil {
		text, err := json.Marshal(example)
		if err != nil {
			d.Fatal(err)
		}
		body = string(text)
		d.check(pointer+"/requestBody/content/application~1json/schema", body)
	}
	a := b.do(strings.ToUpper(method), strings.Replace(path, "{id}", "one", 1), body)
	response := at(op, "responses", fmt.Sprint(a.code))
	if a.code >= 300 || response == nil {
		d.Errorf("%s %s: %d %s is not in the document", method, path, a.code, a.body)
	}
	if at(response, "content") != nil {
		d.check(fmt.Sprintf("%s/responses/%d/content/application~1json/schema", pointer, a.code), a.body)
	}
	return 1
}

// TestWidgetsAnswerAsTheDocumentSays reads a state with departments, and one that is
// not there.
func TestWidgetsAnswerAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	b := &bundle{T: t, server: s.server}
	d := b.document()
	const state, stream = "/v1/properties/{id}/widget", "/v1/properties/{id}/widget/stream"
	for _, path := range []string{state, stream} {
		if needs, ok := at(d.root, "paths", path, "get", "security").([]any); !ok || len(needs) > 0 {
			t.Errorf("%s needs %v", path, needs)
		}
	}
	for _, property := range []string{"acme", "always"} {
		a := b.want(http.StatusOK, request{}, "GET", "/v1/properties/"+property+"/widget", "")
		d.check("/paths/"+escaped(state)+"/get/responses/200/content/application~1json/schema", a.body)
		var keys map[string]any
		s.must(json.Unmarshal([]byte(a.body), &keys))
		for key := range keys {
			if at(d.root, "components", "schemas", "WidgetState", "properties", key) == nil {
				t.Errorf("the document does not know %s of a state", key)
			}
		}
	}
	for _, path := range []string{state, stream} {
		a := b.want(http.StatusNotFound, request{}, "GET", strings.Replace(path, "{id}", "none", 1), "")
		d.check("/paths/"+escaped(path)+"/get/responses/404/content/application~1problem+json/schema", a.body)
	}
}

func TestErrorsAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	d := b.document()
	for _, a := range []answer{b.do("GET", "/v1/agents/none", ""), b.do("PUT", "/v1/agents/lea", `{"x": 1}`), b.do("GET", "/none", "")} {
		d.check("/components/schemas/ErrorModel", a.body)
	}
}

func TestTheDocsNeedNothingElse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	page := b.want(200, request{}, "GET", "/docs", "")
	for _, link := range regexp.MustCompile(`(?i)(src|href|action|data|srcset)\s*=\s*["']?([^"'>\s]*)|url\(([^)]*)\)|@import`).FindAllStringSubmatch(page.body, -1) {
		target := link[2]
		if target != "/openapi.json" && !strings.HasPrefix(target, "#") {
			t.Errorf("it asks for %q", link[0])
		}
		if id, ok := strings.CutPrefix(target, "#"); ok && !strings.Contains(page.body, ` id="`+id+`"`) {
			t.Errorf("%s leads nowhere", target)
		}
	}
	if strings.Contains(page.body, "<script") || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("it has a script, or its policy allows one")
	}
	root := b.document().root
	paths, _ := root["paths"].(map[string]any)
	for path := range paths {
		if !strings.Contains(page.body, "</span> "+path+"</code>") {
			t.Errorf("it does not describe %s", path)
		}
	}
}

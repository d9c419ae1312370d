package api_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

// TestTheDocumentIsOpenAPIAndEveryRouteAnswersAsItSays sends each example of the
// document, and validates each answer by the schema that the document has for it.
func TestTheDocumentIsOpenAPIAndEveryRouteAnswersAsItSays(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	d := b.Document()
	if version, _ := d.Root["openapi"].(string); !strings.HasPrefix(version, "3.1.") || webtest.Part(d.Root, "info", "title") == nil || webtest.Part(d.Root, "info", "version") == nil {
		t.Fatalf("openapi is %q", version)
	}
	schemas, _ := webtest.Part(d.Root, "components", "schemas").(map[string]any)
	for name := range schemas {
		if _, err := d.Schemas.Compile("openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s is no JSON Schema: %v", name, err)
		}
	}
	paths, _ := d.Root["paths"].(map[string]any)
	seen := make(map[any]bool)
	keepVisitor(b, "one", "v1")
	operations := 0
	for _, method := range []string{"put", "get", "delete"} {
		for _, path := range []string{
			"/v1/schedules", "/v1/agents", "/v1/destinations", "/v1/properties", "/v1/schedules/{id}", "/v1/agents/{id}", "/v1/destinations/{id}",
			"/v1/properties/{id}", "/v1/properties/{id}/override", "/v1/properties/{id}/departments/{department}/override",
			"/v1/schedules/{id}/boundaries", "/v1/schedules/{id}/add",
			"/v1/properties/{id}/boundaries", "/v1/properties/{id}/coverage", "/v1/properties/{id}/add", "/v1/agents/{id}/boundaries", "/v1/agents/{id}/add", "/v1/agents/{id}/why", "/v1/agents/{id}/status",
			"/v1/holidays/{code}", "/v1/holidays", "/v1/feeds", "/v1/quotas", "/v1/deliveries", "/v1/visitors/{id}/{visitor}", "/v1/visitors/{id}",
		} {
			if method == "delete" && path == "/v1/properties/{id}" {
				continue // the last of all: its override is still to come
			}
			operations += operation(d, b, paths, path, method, seen)
		}
	}
	operations += operation(d, b, paths, "/v1/properties/{id}", "delete", seen)
	operations += 3 // those of widgets and of visits have tests of their own
	operations += 2 // those of web pages, too
	operations++    // and of their visitors' tokens
	operations += 3 // and those of calendars
	operations += 2 // and those of exports and opening hours, which have other types of content
	operations += 7 // and those of agents' pages
	operations += 2 // and those of the webhooks of chat products
	operations++    // and that of test notices
	operations += 5 // and those that pause, resume, test and replay deliveries
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	operations += operation(d, b, paths, "/v1/events", "post", seen)
	none := b.Want(422, webtest.Request{Headers: map[string]string{"Content-Type": "application/json"}}, "POST", "/v1/events", "["+badEvent+"]")
	d.Check("/paths/~1v1~1events/post/responses/422/content/application~1problem+json/schema", none.Body)
	count := 0
	for _, methods := range paths {
		m, _ := methods.(map[string]any)
		count += len(m)
	}
	if operations != count {
		t.Errorf("%d operations were tried, and there are %d", operations, count)
	}
}

func operation(d webtest.Document, b *webtest.Bundle, paths map[string]any, path, method string, seen map[any]bool) int {
	op := webtest.Part(paths, path, method)
	if op == nil {
		return 0
	}
	if id := webtest.Part(op, "operationId"); id == nil || seen[id] {
		d.Errorf("%s %s: operationId %v", method, path, id)
	} else {
		seen[id] = true
	}
	named := fmt.Sprint(webtest.Part(op, "parameters"))
	for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
		if !strings.Contains(named, "name:"+name[1]) {
			d.Errorf("%s %s does not describe %s", method, path, name[1])
		}
	}
	pointer := "/paths/" + webtest.Escaped(path) + "/" + method
	body := ""
	if example := webtest.Part(op, "requestBody", "content", "application/json", "example"); example != nil {
		text, err := json.Marshal(example)
		if err != nil {
			d.Fatal(err)
		}
		body = string(text)
		d.Check(pointer+"/requestBody/content/application~1json/schema", body)
	}
	a := b.Do(strings.ToUpper(method), strings.NewReplacer("{id}", "one", "{department}", "sales", "{visitor}", "v1", "{code}", "FR").Replace(path), body)
	response := webtest.Part(op, "responses", fmt.Sprint(a.Code))
	if a.Code >= 300 || response == nil {
		d.Errorf("%s %s: %d %s is not in the document", method, path, a.Code, a.Body)
	}
	if webtest.Part(response, "content") != nil {
		d.Check(fmt.Sprintf("%s/responses/%d/content/application~1json/schema", pointer, a.Code), a.Body)
	}
	return 1
}

func TestErrorsAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	d := b.Document()
	for _, a := range []webtest.Answer{b.Do("GET", "/v1/agents/none", ""), b.Do("PUT", "/v1/agents/lea", `{"x": 1}`), b.Do("GET", "/none", "")} {
		d.Check("/components/schemas/ErrorModel", a.Body)
	}
}

func TestTheDocsNeedNothingElse(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	page := b.Want(200, webtest.Request{}, "GET", "/docs", "")
	for _, link := range regexp.MustCompile(`(?i)(src|href|action|data|srcset)\s*=\s*["']?([^"'>\s]*)|url\(([^)]*)\)|@import`).FindAllStringSubmatch(page.Body, -1) {
		target := link[2]
		if target != "/openapi.json" && !strings.HasPrefix(target, "#") {
			t.Errorf("it asks for %q", link[0])
		}
		if id, ok := strings.CutPrefix(target, "#"); ok && !strings.Contains(page.Body, ` id="`+id+`"`) {
			t.Errorf("%s leads nowhere", target)
		}
	}
	if strings.Contains(page.Body, "<script") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("it has a script, or its policy allows one")
	}
	root := b.Document().Root
	paths, _ := root["paths"].(map[string]any)
	for path := range paths {
		if !strings.Contains(page.Body, "</span> "+path+"</code>") {
			t.Errorf("it does not describe %s", path)
		}
	}
}

// TestGeneratorsCanMakeTypesOfTheDocument holds what generators of clients stumble over; .ci/clients runs two of them.
func TestGeneratorsCanMakeTypesOfTheDocument(t *testing.T) {
	t.Parallel()
	d := webtest.New(t).Document()
	schemas, _ := webtest.Part(d.Root, "components", "schemas").(map[string]any)
	var check func(at string, tree any)
	check = func(at string, tree any) {
		if list, ok := tree.([]any); ok {
			for i, v := range list {
				check(fmt.Sprintf("%s/%d", at, i), v)
			}
		}
		node, _ := tree.(map[string]any)
		for _, key := range []string{"if", "not", "allOf", "patternProperties", "propertyNames", "dependentSchemas"} {
			if node[key] != nil && !strings.HasSuffix(at, "/properties") {
				t.Errorf("%s has a rule that is no type: %s", at, key)
			}
		}
		if members, ok := node["oneOf"].([]any); ok {
			checkUnion(d, at, node, members, schemas)
		}
		for key, v := range node {
			if _, ok := v.(bool); ok && strings.HasSuffix(at, "/properties") {
				t.Errorf("%s/%s is no schema: %v", at, key, v)
			}
			check(at+"/"+webtest.Escaped(key), v)
		}
	}
	check("", d.Root["components"])
	if servers, _ := d.Root["servers"].([]any); len(servers) == 0 {
		t.Error("it names no server")
	}
}

// checkUnion checks that each member of a union has a title and needs the key that tells it from the others.
func checkUnion(d webtest.Document, at string, union map[string]any, members []any, schemas map[string]any) {
	d.Helper()
	key, _ := webtest.Part(union, "discriminator", "propertyName").(string)
	mapping, _ := webtest.Part(union, "discriminator", "mapping").(map[string]any)
	if key == "" || len(mapping) != len(members) {
		d.Errorf("%s: %d members, and %d are told apart by %q", at, len(members), len(mapping), key)
	}
	for _, m := range members {
		ref, _ := webtest.Part(m, "$ref").(string)
		schema, _ := schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		title, _ := schema["title"].(string)
		if title == "" || mapping[title] != ref || webtest.Part(schema, "properties", key, "const") != title || !strings.Contains(fmt.Sprint(schema["required"]), key) {
			d.Errorf("%s: %q is titled %q, needs %v", at, ref, title, schema["required"])
		}
	}
}

// TestTheDocsHaveExamplesForTheReader holds that they ask the server by the name by which it was asked, and need no key where there is none.
func TestTheDocsHaveExamplesForTheReader(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	page := b.Want(200, webtest.Request{Host: "localhost:1234"}, "GET", "/docs", "").Body
	if strings.Contains(page, "Bearer $KEY") || !strings.Contains(page, "curl http://localhost:1234/v1/agents<") {
		t.Error("without a key, an example has one, or asks another server")
	}
	key := b.Key(edit.Key{Name: "reader"})
	behind := webtest.Request{Key: key, Basic: true, Host: "bell.example", Headers: map[string]string{"X-Forwarded-Proto": "https"}}
	if page := html.UnescapeString(b.Want(200, behind, "GET", "/docs", "").Body); !strings.Contains(page, `curl -H "Authorization: Bearer $KEY" https://bell.example/v1/agents<`) {
		t.Error("with a key, an example has none, or asks another server")
	}
	for _, command := range strings.Split(page, "<pre><code>")[1:] {
		command, _, _ = strings.Cut(command, "</code>")
		if strings.Contains(command, "-d ") && !strings.Contains(command, "Content-Type: application/json") {
			t.Errorf("%s has no Content-Type", command)
		}
	}
}

// Package apitest holds tests to Chatwoot's own description of its API: each request, and each answer of 200. It is for tests alone.
//
// The description is a part of that of Chatwoot 4.14.2, under its licence; testdata/cut.go says which. Its schemas are JSON Schema, and
// so a validator of those judges by it: one of OpenAPI documents takes longer to build than all of Deskbell.
package apitest

import (
	"bytes"
	"cmp"
	_ "embed" // the description
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed testdata/chatwoot-4.14.2.json
var description []byte

// resource is the name of the description among schemas.
const resource = "chatwoot.json"

// A Description judges requests and answers. It may be used by several goroutines.
type Description struct {
	routes  *http.ServeMux // each pattern is METHOD PATH of an operation
	doc     document
	mu      sync.Mutex // of schemas
	schemas *jsonschema.Compiler
}

// document is what an OpenAPI document says of operations, besides their schemas.
type document struct {
	Paths      map[string]map[string]json.RawMessage // by path, and there by method, or "parameters"
	Components struct{ Parameters map[string]parameter }
}

type operation struct {
	Parameters  []parameter
	RequestBody *struct {
		Required bool
		Content  map[string]json.RawMessage
	}
	Responses map[string]struct{ Content map[string]json.RawMessage }
}

type parameter struct {
	Ref      string `json:"$ref"`
	Name, In string
	Required bool
	Schema   struct{ Type string }

	at string // where it stands
}

// Describe is the description, which is read once.
func Describe() (*Description, error) { return describe() }

var describe = sync.OnceValues(func() (*Description, error) {
	d := &Description{routes: http.NewServeMux(), schemas: jsonschema.NewCompiler()}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(description))
	if err = errors.Join(err, json.Unmarshal(description, &d.doc), d.schemas.AddResource(resource, tree)); err != nil {
		return nil, fmt.Errorf("reading the description: %w", err)
	}
	for path, methods := range d.doc.Paths {
		for method := range methods {
			if method != "parameters" {
				d.routes.Handle(strings.ToUpper(method)+" "+path, http.NotFoundHandler())
			}
		}
	}
	return d, nil
})

// operation finds what is said of a request, with the parameters of its path, and where that stands.
func (d *Description) operation(r *http.Request) (op operation, pointer string, err error) {
	_, pattern := d.routes.Handler(r)
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return op, "", errors.New("there is no such operation")
	}
	method = strings.ToLower(method)
	of := d.doc.Paths[path]
	if err := json.Unmarshal(of[method], &op); err != nil {
		return op, "", err
	}
	var shared []parameter
	if all := of["parameters"]; all != nil {
		err = json.Unmarshal(all, &shared)
	}
	pointer = "/paths/" + escaped(path)
	op.Parameters = append(d.placed(op.Parameters, pointer+"/"+method), d.placed(shared, pointer)...)
	return op, pointer + "/" + method, err
}

// placed gives parameters, also those that stand elsewhere, with where they stand.
func (d *Description) placed(list []parameter, pointer string) []parameter {
	for i, p := range list {
		at := fmt.Sprint(pointer, "/parameters/", i)
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			list[i], at = d.doc.Components.Parameters[name], strings.TrimPrefix(p.Ref, "#")
		}
		list[i].at = at
	}
	return list
}

// Request tells what is wrong with a request: an operation that there is not, a parameter of its query, its
// body.
func (d *Description) Request(r *http.Request, body []byte) error {
	op, at, err := d.operation(r)
	if err != nil {
		return err
	}
	var faults []error
	query := r.URL.Query()
	for _, p := range op.Parameters {
		switch {
		case p.In != "query":
		case !query.Has(p.Name) && p.Required:
			faults = append(faults, fmt.Errorf("%s is missing", p.Name))
		case query.Has(p.Name):
			value, err := p.given(query.Get(p.Name))
			if err = cmp.Or(err, d.fits(p.at+"/schema", value)); err != nil {
				faults = append(faults, fmt.Errorf("%s=%s: %w", p.Name, query.Get(p.Name), err))
			}
		}
	}
	if op.RequestBody != nil && (len(body) > 0 || op.RequestBody.Required) {
		faults = append(faults, d.bodyFits(at+"/requestBody/content/application~1json/schema", body))
	}
	return errors.Join(faults...)
}

// given is the value of a parameter as its schema is about it.
func (p parameter) given(value string) (any, error) {
	if p.Schema.Type != "integer" && p.Schema.Type != "number" {
		return value, nil
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(value))
}

// Answer tells what is wrong with the body of an answer of 200 to a request.
func (d *Description) Answer(r *http.Request, body []byte) error {
	op, at, err := d.operation(r)
	if err != nil {
		return err
	}
	if _, described := op.Responses["200"].Content["application/json"]; !described {
		return nil
	}
	return d.bodyFits(at+"/responses/200/content/application~1json/schema", body)
}

// bodyFits tells what is wrong with a body by the schema at a JSON pointer of the description.
func (d *Description) bodyFits(pointer string, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return d.fits(pointer, value)
}

func (d *Description) fits(pointer string, value any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	schema, err := d.schemas.Compile(resource + "#" + pointer)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// escaped is a path as a part of a JSON pointer in an address.
func escaped(path string) string {
	return strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(path)
}

// Checked is the handler, and fails the test for each request of the API that is not as described, and for each answer of 200 that is
// not. What Chatwoot has and does not describe, its version at /api, is let through.
func Checked(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	d, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
			h.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading the body of %s %s: %v", r.Method, r.URL, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := d.Request(r, body); err != nil {
			t.Errorf("%s %s %s is not as Chatwoot describes it: %v", r.Method, r.URL, body, err)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			if err := d.Answer(r, answer.Body.Bytes()); err != nil {
				t.Errorf("the answer to %s %s is not as Chatwoot describes it: %v\n%s", r.Method, r.URL, err, answer.Body)
			}
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// Package apitest holds tests to Chatwoot's own description of its API: each request, and each answer that is no error. It is for
// tests alone, since it links a validator of OpenAPI documents that no program needs.
//
// The description is a part of that of Chatwoot 4.14.2, under its licence; testdata/cut.go says which.
package apitest

import (
	"bytes"
	_ "embed" // the description
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	problem "github.com/pb33f/libopenapi-validator/errors"
)

//go:embed testdata/chatwoot-4.14.2.json
var description []byte

// A Description judges requests and answers. It may be used by several goroutines.
type Description struct {
	mu sync.Mutex
	v  validator.Validator
}

// Describe is the description, which is read once.
func Describe() (*Description, error) { return describe() }

var describe = sync.OnceValues(func() (*Description, error) {
	doc, err := libopenapi.NewDocument(description)
	if err != nil {
		return nil, fmt.Errorf("reading the description: %w", err)
	}
	v, faults := validator.NewValidator(doc)
	if len(faults) > 0 {
		return nil, fmt.Errorf("reading the description: %w", errors.Join(faults...))
	}
	return &Description{v: v}, nil
})

// Request tells what is wrong with a request, whose body is left as it was.
func (d *Description) Request(r *http.Request, body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, faults := d.v.ValidateHttpRequest(r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return join(faults)
}

// Answer tells what is wrong with an answer to a request.
func (d *Description) Answer(r *http.Request, answer *http.Response) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, faults := d.v.ValidateHttpResponse(r, answer)
	return join(faults)
}

func join(faults []*problem.ValidationError) error {
	var all []error
	for _, f := range faults {
		text := f.Message + ": " + f.Reason
		for _, s := range f.SchemaValidationErrors {
			text += "; " + s.FieldPath + " " + s.Reason
		}
		all = append(all, errors.New(text))
	}
	return errors.Join(all...)
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
		if err := d.Request(r, body); err != nil {
			t.Errorf("%s %s %s is not as Chatwoot describes it: %v", r.Method, r.URL, body, err)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			if err := d.Answer(r, answer.Result()); err != nil {
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

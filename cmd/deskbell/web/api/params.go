package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/table"
)

// instantParam is an instant in a query, and yearParam is a year, as they were written: huma knows no absent one, and says of
// a wrong one only which layout of Go it lacks.
type (
	instantParam string
	yearParam    string
)

// Schema implements huma.SchemaProvider. The type and the format are for readers of the document: huma does not check them.
func (instantParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"type": "string", "format": "date-time"}}
}

// Schema implements huma.SchemaProvider.
func (yearParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"type": "integer"}}
}

// instant reads a parameter; absent: the zero time. A plus sign that was not escaped arrives as a blank.
func (p instantParam) instant(name string) (at time.Time, fault error) {
	if p == "" {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, strings.Replace(string(p), " ", "+", 1))
	if err != nil || at.UTC().Year() < firstYear || at.UTC().Year() > lastYear || at.IsZero() {
		return time.Time{}, wrongParam(name, string(p), "is not an instant",
			fmt.Sprintf("RFC 3339, such as 2026-12-24T18:00:00+01:00 or 2026-12-24T17:00:00Z, in the years %d to %d", firstYear, lastYear))
	}
	return at, nil
}

// wrongParam is a fault of a parameter in a query.
func wrongParam(name, value, problem, allowed string) error {
	return &huma.ErrorDetail{Location: "query." + name, Message: problem + "; allowed: " + allowed, Value: value}
}

// invalid answers with faults of parameters; nil where there are none.
func invalid(faults ...error) error {
	faults = slices.DeleteFunc(faults, func(err error) bool { return err == nil })
	if len(faults) == 0 {
		return nil
	}
	return huma.Error422UnprocessableEntity("validation failed", faults...)
}

// knownParams refuses questions with a parameter that there is not, or that is there twice: the answer would be to another
// question, and more would be erased.
func knownParams(h huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if ctx.Method() == http.MethodPut || ctx.Method() == http.MethodPost { // their question is the body
			next(ctx)
			return
		}
		var names []string
		lists := make(map[string]bool)
		for _, p := range ctx.Operation().Parameters {
			if p.In == "query" {
				names = append(names, p.Name)
				lists[p.Name] = p.Schema != nil && p.Schema.Type == huma.TypeArray
			}
		}
		if faults := strangeParams(ctx, names, lists); len(faults) > 0 {
			_ = huma.WriteErr(h, ctx, http.StatusUnprocessableEntity, "validation failed", faults...) // the client has gone
			return
		}
		next(ctx)
	}
}

// mostStrange bounds the parameters that an answer names.
const mostStrange = 20

func strangeParams(ctx huma.Context, names []string, lists map[string]bool) (faults []error) {
	address := ctx.URL()
	given := address.Query()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := clip(strings.Join(given[name], ", "), mostPlace)
		switch {
		case len(faults) == mostStrange:
			return faults
		case !slices.Contains(names, name):
			allowed := "none"
			if len(names) > 0 {
				allowed = table.Choices(name, names)
			}
			faults = append(faults, wrongParam(clip(name, mostPlace), value, "is not a parameter here", allowed))
		case len(given[name]) > 1 && !lists[name]:
			faults = append(faults, wrongParam(name, value, "is there more than once", "one value"))
		}
	}
	return faults
}

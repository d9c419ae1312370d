package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// addExamples gives each parameter that an operation needs an example. Those of ids are of what the examples of bodies define and send, so that
// whoever tries one example after the other gets answers. A secret has none.
func addExamples(d *huma.OpenAPI) {
	for path, item := range d.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				if example := exampleOf(path, p.Name); p.Required && example != "" {
					p.Example = example
				}
			}
		}
	}
}

// exampleOf is an example of a parameter of a path; empty: there is none.
func exampleOf(path, name string) string {
	switch name {
	case "id":
		for _, k := range kinds() {
			if strings.HasPrefix(path, k.path()+"/") {
				return k.id
			}
		}
		if strings.HasPrefix(path, "/v1/visitors/") {
			return exampleOf(path, "property")
		}
		return "none" // of a device of an agent, of which there is none
	case "property":
		return "acme"
	case "department":
		return "sales"
	case "visitor":
		return "v1"
	case "visit":
		return "t1"
	case "code":
		return "FR"
	case "task": // of an action that was given up
		return "replay:crm:7:1795424400000-0"
	case "name": // of the destination whose webhooks come
		return "support"
	}
	return ""
}

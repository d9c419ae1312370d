package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
)

// manual is an OpenAPI document in the order in which people read it.
type manual struct {
	Title, Version string
	Intro          []string
	Groups         []group
	Schemas        []namedShape
}

type group struct {
	Name       string
	Operations []operation
}

type operation struct {
	ID, Method, Path, Summary, Description string
	Params                                 []param
	Body                                   shape
	Answers                                []answer

	asked   string // the path and query of the example
	example []byte // its body
	scheme  string // by which it knows who asks; empty: anybody may
}

type param struct{ Name, In, Doc string }

type answer struct {
	Status, Meaning string
	Body            shape
}

type namedShape struct {
	Name   string
	Fields []definition.Row
}

// shape is a schema: the name of one, or its keys.
type shape struct {
	Name   string
	Fields []definition.Row
}

// The parts of an OpenAPI document that the manual shows.
type (
	openAPI struct {
		OpenAPI string
		Info    struct{ Title, Description string }
		Paths   map[string]map[string]struct {
			OperationID, Summary, Description string
			Tags                              []string
			Security                          *[]map[string][]string // nil: as the whole document
			Parameters                        []struct {
				Name, In, Description string
				Required              bool
				Example               string
				Schema                schemaPart
			}
			RequestBody struct{ Content map[string]media }
			Responses   map[string]struct {
				Description string
				Content     map[string]media
			}
		}
		Components struct{ Schemas map[string]schemaPart }
	}
	media struct {
		Schema  schemaPart
		Example json.RawMessage
	}
	schemaPart struct {
		Ref         string `json:"$ref"`
		Type        any
		Description string
		Default     any
		Properties  map[string]schemaPart
		Required    []string
		Items       *schemaPart

		Discriminator struct{ Mapping map[string]string } // of a union
	}
)

func readManual(document []byte) (*manual, error) {
	var doc openAPI
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	m := &manual{Title: doc.Info.Title, Version: doc.OpenAPI, Intro: strings.Split(doc.Info.Description, "\n\n")}
	for _, k := range kinds() {
		m.Groups = append(m.Groups, group{Name: k.tag})
	}
	m.Groups = append(m.Groups, group{Name: widgetTag}, group{Name: visitTag}, group{Name: pagesTag}, group{Name: agentTag}, group{Name: eventsTag}, group{Name: visitorsTag}, group{Name: holidaysTag}, group{Name: feedsTag}, group{Name: quotasTag},
		group{Name: exportTag})
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range []string{"get", "put", "post", "delete"} {
			op, ok := doc.Paths[path][method]
			if !ok {
				continue
			}
			o := operation{
				ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Description: op.Description,
			}
			asked := path
			for _, p := range op.Parameters {
				if p.Required {
					asked = given(asked, p.In, p.Name, p.Example)
				}
				o.Params = append(o.Params, param{p.Name, p.In, cmp.Or(p.Description, typeName(p.Schema))})
			}
			body := op.RequestBody.Content["application/json"]
			o.Body, o.asked, o.example, o.scheme = shapeOf(body.Schema), asked, body.Example, schemeOf(op.Security)
			for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
				r := op.Responses[status]
				a := answer{Status: status, Meaning: r.Description}
				for _, kind := range slices.Sorted(maps.Keys(r.Content))[:min(1, len(r.Content))] {
					a.Body = shapeOf(r.Content[kind].Schema)
				}
				o.Answers = append(o.Answers, a)
			}
			i := slices.IndexFunc(m.Groups, func(g group) bool { return g.Name == op.Tags[0] })
			m.Groups[i].Operations = append(m.Groups[i].Operations, o)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		fields := fieldsOf(doc.Components.Schemas[name])
		for _, k := range kinds() {
			if k.schema == name {
				fields = reference(k.plural) // it says more than the JSON Schema
			}
		}
		m.Schemas = append(m.Schemas, namedShape{name, fields})
	}
	return m, nil
}

// reference is the README's table of a kind's keys.
func reference(plural string) (rows []definition.Row) {
	for _, r := range definition.Reference() {
		var ok bool
		if r.Path, ok = strings.CutPrefix(r.Path, plural+".ID."); ok {
			r.Type, r.Doc = strings.ReplaceAll(r.Type, "`", ""), strings.ReplaceAll(r.Doc, "`", "")
			rows = append(rows, r)
		}
	}
	return rows
}

func shapeOf(s schemaPart) shape {
	if s.Ref != "" {
		return shape{Name: refName(s.Ref)}
	}
	return shape{Fields: fieldsOf(s)}
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func fieldsOf(s schemaPart) (rows []definition.Row) {
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[key]
		row := definition.Row{Path: key, Type: typeName(p), Doc: p.Description}
		if slices.Contains(s.Required, key) {
			row.Default = "required"
		} else if p.Default != nil {
			row.Default = fmt.Sprint(p.Default)
		}
		rows = append(rows, row)
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Discriminator.Mapping)) {
		rows = append(rows, definition.Row{Path: kind, Type: refName(s.Discriminator.Mapping[kind])})
	}
	return rows
}

// typeName is "text", "list of Boundary".
func typeName(s schemaPart) string {
	switch types := s.Type.(type) {
	case string:
		if types == "array" && s.Items != nil {
			return "list of " + typeName(*s.Items)
		}
		return types
	case []any:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(types), " ", " or "), "[]")
	}
	return refName(s.Ref)
}

// schemeOf is the first way by which an operation knows who asks; nil: as the whole document says. Empty: anybody may.
func schemeOf(security *[]map[string][]string) string {
	if security == nil {
		return keyScheme
	}
	if len(*security) == 0 {
		return ""
	}
	return slices.Collect(maps.Keys((*security)[0]))[0]
}

// given is a path with an example of a parameter that it needs. Without one, it is the publishable key, which a variable has.
func given(path, in, name, example string) string {
	switch {
	case in == "path":
		return strings.Replace(path, "{"+name+"}", example, 1)
	case in != "query":
		return path
	case strings.Contains(path, "?"):
		path += "&"
	default:
		path += "?"
	}
	return path + name + "=" + cmp.Or(example, "$PAGE_KEY")
}

// Curl is a command line that asks the server at an origin for it, with a key where the caller has one. What it shows to the server is in
// variables, which docs.html names.
func (o operation) Curl(origin string, withKey bool) string {
	line := "curl"
	if o.Method != http.MethodGet {
		line += " -X " + o.Method
	}
	switch {
	case o.scheme == keyScheme && withKey:
		line += ` -H "Authorization: Bearer $KEY"`
	case o.scheme == publishableScheme:
		line += ` -H "Origin: https://acme.example"` // as a browser would
	case o.scheme == linkScheme:
		line += ` -b "` + web.AgentCookie + `=$LINK_SECRET"`
	}
	if o.Method == http.MethodPost || len(o.example) > 0 { // curl would say that it is a form
		line += ` -H "Content-Type: application/json"`
	}
	url := origin + o.asked
	if strings.ContainsAny(url, "?&") { // zsh looks for files by a ?
		url = `"` + url + `"`
	}
	line += " " + url
	if len(o.example) > 0 {
		line += " \\\n  -d '" + string(o.example) + "'"
	}
	return line
}

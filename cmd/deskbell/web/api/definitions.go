package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/edit"
)

type getInput struct {
	ID          string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	IfNoneMatch string `header:"If-None-Match" doc:"An ETag: where the definition has it still, the answer is 304, without a body."`
}

type putInput struct {
	ID          string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	IfMatch     string `header:"If-Match" doc:"ETags, or *. Where the definition has none of them, nothing is written, and the answer is 412."`
	IfNoneMatch string `header:"If-None-Match" enum:"*" doc:"Write only what is not there yet."`
	RawBody     []byte `contentType:"application/json"`
}

type deleteInput struct {
	ID      string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	IfMatch string `header:"If-Match" doc:"ETags, or *. Where the definition has none of them, nothing is removed, and the answer is 412."`
}

// matching reads an If-Match.
func matching(header string) edit.Match {
	var m edit.Match
	for tag := range strings.SplitSeq(header, ",") {
		switch tag = strings.TrimSpace(tag); tag {
		case "":
		case "*":
			m.There = true
		default:
			m.Is = append(m.Is, tag)
		}
	}
	return m
}

type definitionOutput struct {
	Status   int
	ETag     string   `header:"ETag"`
	Location string   `header:"Location"`
	Warnings []string `header:"Deskbell-Warning" doc:"A value that was taken and is probably a mistake, with its JSON pointer, in ASCII; one header each, 20 at most."`
	Body     json.RawMessage
}

type listInput struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"About how many; a page may hold a few more."`
}

type listOutput struct {
	Link string `header:"Link" doc:"The next page, as rel=next."`
	Body any    // a page, whose schema is listSchema
}

type page struct {
	Items []item  `json:"items"`
	Next  *string `json:"next"`
}

type item struct {
	ID         string          `json:"id"`
	ETag       string          `json:"etag"`
	Definition json.RawMessage `json:"definition"`
}

// addDefinitions adds the operations on definitions of a kind.
func (s *service) addDefinitions(h huma.API, k kind) {
	s.addList(h, k)
	s.addGet(h, k)
	s.addPut(h, k)
	s.addDelete(h, k)
}

func (k kind) path() string { return "/v1/" + k.plural }

func (k kind) pathOfOne() string { return k.path() + "/{id}" }

// operation begins the description of an operation on definitions of a kind.
func (k kind) operation(method, path, id, summary string, errors ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{k.tag},
		Errors: append(errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable),
	}
}

// content is an answer with a schema.
func content(description string, schema *huma.Schema) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
}

func (s *service) addList(h huma.API, k kind) {
	op := k.operation(http.MethodGet, k.path(), "list-"+k.plural, "List "+k.plural)
	op.Description = "All of them come, page by page, in no order that means anything. What is changed meanwhile may come twice."
	op.Responses = map[string]*huma.Response{"200": content("A page", listSchema(k.schema))}
	huma.Register(h, op, func(ctx context.Context, in *listInput) (*listOutput, error) {
		list, next, err := s.list(ctx, k, in)
		if err != nil {
			return nil, s.failed(err)
		}
		out, body := new(listOutput), page{Items: make([]item, 0, len(list))}
		for _, d := range list {
			if d, err = s.shown(ctx, d, k); err != nil {
				return nil, s.failed(err)
			}
			body.Items = append(body.Items, item{d.Name, d.ETag, d.Body})
		}
		if next != "" {
			query := url.Values{"cursor": {next}, "limit": {strconv.Itoa(in.Limit)}}
			body.Next, out.Link = &next, "<"+k.path()+"?"+query.Encode()+`>; rel="next"`
		}
		out.Body = body
		return out, nil
	})
}

// list gives a page; to a key that is bound to properties, these.
func (s *service) list(ctx context.Context, k kind, in *listInput) ([]edit.Stored, string, error) {
	if bound := web.Caller(ctx).Properties; len(bound) > 0 {
		list, err := s.Client.Find(ctx, k.Kind, bound)
		return list, "", err
	}
	return s.Client.List(ctx, k.Kind, in.Cursor, in.Limit)
}

// shown is a definition as the caller may see it.
func (s *service) shown(ctx context.Context, d edit.Stored, k kind) (edit.Stored, error) {
	if web.Caller(ctx).ReadOnly {
		return masked(d, k)
	}
	return d, nil
}

func (s *service) addGet(h huma.API, k kind) {
	op := k.operation(http.MethodGet, k.pathOfOne(), "get-"+string(k.Kind), "Get "+k.one(), http.StatusNotFound)
	op.Responses = map[string]*huma.Response{"200": content("The definition", refTo(k.schema)), "304": {Description: "It has the ETag still"}}
	huma.Register(h, op, func(ctx context.Context, in *getInput) (*definitionOutput, error) {
		d, err := s.Client.Get(ctx, k.Kind, in.ID)
		if err == nil {
			d, err = s.shown(ctx, d, k)
		}
		if err != nil {
			return nil, s.failed(err)
		}
		if in.IfNoneMatch == d.ETag {
			return nil, huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"ETag": {d.ETag}})
		}
		return &definitionOutput{Status: http.StatusOK, ETag: d.ETag, Body: d.Body}, nil
	})
}

func (s *service) addDelete(h huma.API, k kind) {
	op := k.operation(http.MethodDelete, k.pathOfOne(), "delete-"+string(k.Kind), "Remove "+k.one(),
		http.StatusNotFound, http.StatusPreconditionFailed, http.StatusConflict)
	if k.Kind != edit.KindProperty {
		op.Description = "It is refused with 409 while others refer to it."
	}
	huma.Register(h, op, func(ctx context.Context, in *deleteInput) (*struct{}, error) {
		if err := s.Client.Delete(ctx, k.Kind, in.ID, matching(in.IfMatch)); err != nil {
			return nil, s.failed(err)
		}
		return nil, nil
	})
}

func (s *service) addPut(h huma.API, k kind) {
	op := k.operation(http.MethodPut, k.pathOfOne(), "put-"+string(k.Kind), "Define "+k.one(),
		http.StatusPreconditionFailed, http.StatusConflict)
	op.Description = "Writes the whole definition. Without If-Match or If-None-Match it replaces what is there, whoever wrote it."
	op.Responses = map[string]*huma.Response{"200": content("Changed", refTo(k.schema)), "201": content("Created", refTo(k.schema))}
	parsedByUs(&op)
	huma.Register(h, op, func(ctx context.Context, in *putInput) (*definitionOutput, error) { return s.put(ctx, k, in) })
	describeBody(h.OpenAPI().Paths[op.Path].Put, refTo(k.schema), k.example)
}

// parsedByUs is for bodies that huma only reads: parsing them finds more faults than its validation. It adds what may be wrong with
// such a body before anybody looks into it.
func parsedByUs(op *huma.Operation) {
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	op.SkipValidateBody, op.MaxBodyBytes, op.BodyReadTimeout = true, web.MostBody, bodyTime
}

// bodyTime is how long a body may take to come.
const bodyTime = 10 * time.Second

// describeBody describes a body that huma does not decode.
func describeBody(op *huma.Operation, schema *huma.Schema, example string) {
	op.RequestBody.Description = fmt.Sprintf("At most %d bytes, and %d values and keys.", web.MostBody, mostValues)
	op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: schema, Example: json.RawMessage(example)}}
}

func (s *service) put(ctx context.Context, k kind, in *putInput) (*definitionOutput, error) {
	t, err := tree(in.RawBody)
	if err != nil {
		return nil, err
	}
	def, warnings, err := k.inspect(t)
	if err != nil {
		return nil, s.failed(err)
	}
	match := matching(in.IfMatch)
	match.Absent = in.IfNoneMatch == "*"
	d, created, err := s.Client.By(web.Caller(ctx)).Put(ctx, k.Kind, in.ID, def, match)
	if err != nil {
		return nil, s.failed(err)
	}
	warnings = append(warnings, s.halfCovers(ctx, in.ID, def)...)
	out := &definitionOutput{Status: http.StatusOK, ETag: d.ETag, Location: k.path() + "/" + in.ID, Warnings: warningHeaders(warnings), Body: d.Body}
	if created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// mostWarnings bounds the headers of an answer.
const mostWarnings = 20

// warningHeaders are warnings as values of headers, which are ASCII.
func warningHeaders(warnings definition.Faults) []string {
	var list []string
	for _, w := range warnings[:min(len(warnings), mostWarnings)] {
		quoted := strconv.QuoteToASCII(w.Path + ": " + w.Value + " " + w.Problem)
		list = append(list, quoted[1:len(quoted)-1])
	}
	return list
}

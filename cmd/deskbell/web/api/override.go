package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
)

type departmentInput struct {
	ID         string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	Department string `path:"department" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type departmentOverrideInput struct {
	ID         string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	Department string `path:"department" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	RawBody    []byte `contentType:"application/json"`
}

type propertyInput struct {
	ID string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type overrideInput struct {
	ID      string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	RawBody []byte `contentType:"application/json"`
}

type hoursOutput struct{ Body hoursNow }

// hoursNow is how the hours of a property are, an override included.
type hoursNow struct {
	Open   bool       `json:"open"`
	Reason string     `json:"reason" example:"override"`
	Since  *time.Time `json:"since" doc:"Null: for ever."`
	Until  *time.Time `json:"until" doc:"The next boundary. Null: until something is edited."`

	OverrideUntil *time.Time `json:"override_until,omitempty" doc:"When the override that was set ends, where that is not the next boundary."`
	Then          *hoursThen `json:"then,omitempty" doc:"How the hours are from override_until on; absent with it."`
}

type hoursThen struct {
	Open   bool       `json:"open"`
	Reason string     `json:"reason" example:"weekly"`
	Until  *time.Time `json:"until" doc:"The next boundary. Null: until something is edited."`
}

type heldOutput struct{ Body hoursHeld }

// hoursHeld is an override, and how the hours are with it.
type hoursHeld struct {
	Override *overrideHeld `json:"override,omitempty" doc:"The one that was set here, in force or to come; absent: none. Of a department, that of its property is no part of it."`
	Hours    hoursNow      `json:"hours" doc:"Under all overrides."`
}

type overrideHeld struct {
	Open  bool       `json:"open"`
	From  *time.Time `json:"from" doc:"Null: since ever."`
	Until *time.Time `json:"until" doc:"Null: until it is cleared."`
	Note  string     `json:"note,omitempty" doc:"Why, for people to read."`
	By    string     `json:"by,omitempty" example:"front-desk" doc:"The name of the key that set it; command line for deskbell open and close. Absent: it was set without a key."`
}

func newHoursNow(f edit.Forced, o *hours.Override) hoursNow {
	body := hoursNow{Open: f.Now.Open, Reason: f.Now.Reason, Since: inUTC(f.Now.Since), Until: inUTC(f.Now.Until)}
	if o != nil && !o.Until.IsZero() && !o.Until.Equal(f.Now.Until) {
		body.OverrideUntil = inUTC(o.Until)
		body.Then = &hoursThen{Open: f.Then.Open, Reason: f.Then.Reason, Until: inUTC(f.Then.Until)}
	}
	return body
}

func inUTC(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func overrideSchema() *huma.Schema {
	return raw(map[string]any{
		"type": "object", "required": []any{"open"}, "additionalProperties": false,
		"description": "At most one of for, until and until_next; without any, it holds until it is cleared.",
		"properties": map[string]any{
			"open":       map[string]any{"type": "boolean"},
			"for":        map[string]any{"type": "string", "description": "For so long: 90s, 30m, 8h, 2d.", "examples": []any{"30m"}},
			"until":      map[string]any{"type": "string", "format": "date-time", "description": "Between two seconds, it ends with the later one."},
			"until_next": map[string]any{"const": true, "description": "Until the next boundary of the schedule."},
			"note":       map[string]any{"type": "string", "maxLength": hours.MostNote, "description": "Why, for people to read, in one line.", "examples": []any{"Fire drill"}},
		},
	})
}

func (s *service) addOverrides(h huma.API) {
	k := kindOf(edit.KindProperty)
	const path, departmentPath = "/v1/properties/{id}/override", "/v1/properties/{id}/departments/{department}/override"
	const answer = " The answer is how the hours are now, and how they are from its end on."
	get := k.operation(http.MethodGet, path, "get-override", "See the override", http.StatusNotFound)
	get.Description = "And how the hours are with it."
	huma.Register(h, get, func(ctx context.Context, in *propertyInput) (*heldOutput, error) { return s.held(ctx, in.ID, "") })

	put := k.operation(http.MethodPut, path, "put-override", "Open or close for a while", http.StatusNotFound, http.StatusConflict)
	put.Description = "The override beats every rule of the schedule, and takes the place of another. The name of the key is kept with it." + answer
	parsedByUs(&put)
	huma.Register(h, put, func(ctx context.Context, in *overrideInput) (*hoursOutput, error) {
		return s.putOverride(ctx, in.ID, "", in.RawBody)
	})
	describeBody(h.OpenAPI().Paths[path].Put, overrideSchema(), `{"open": false, "for": "30m", "note": "Fire drill"}`)

	remove := k.operation(http.MethodDelete, path, "delete-override", "Clear the override", http.StatusNotFound, http.StatusConflict)
	remove.Description = "Whichever it is, or none. The answer is how the hours are now."
	huma.Register(h, remove, func(ctx context.Context, in *propertyInput) (*hoursOutput, error) {
		return s.override(ctx, in.ID, "", nil)
	})

	get = k.operation(http.MethodGet, departmentPath, "get-department-override", "See the override of a department", http.StatusNotFound)
	get.Description = "And how the hours are with it and that of its property."
	huma.Register(h, get, func(ctx context.Context, in *departmentInput) (*heldOutput, error) {
		return s.held(ctx, in.ID, in.Department)
	})

	put = k.operation(http.MethodPut, departmentPath, "put-department-override", "Open or close a department for a while", http.StatusNotFound, http.StatusConflict)
	put.Description = "The override beats the hours and the override of its property too, and takes the place of another." + answer
	parsedByUs(&put)
	huma.Register(h, put, func(ctx context.Context, in *departmentOverrideInput) (*hoursOutput, error) {
		return s.putOverride(ctx, in.ID, in.Department, in.RawBody)
	})
	describeBody(h.OpenAPI().Paths[departmentPath].Put, overrideSchema(), `{"open": true, "for": "2h"}`)

	remove = k.operation(http.MethodDelete, departmentPath, "delete-department-override", "Clear the override of a department", http.StatusNotFound, http.StatusConflict)
	remove.Description = "Whichever it is, or none. The answer is how the hours are now."
	huma.Register(h, remove, func(ctx context.Context, in *departmentInput) (*hoursOutput, error) {
		return s.override(ctx, in.ID, in.Department, nil)
	})
}

func (s *service) putOverride(ctx context.Context, property, department string, body []byte) (*hoursOutput, error) {
	t, err := tree(body)
	if err != nil {
		return nil, err
	}
	asked, err := hours.ParseOverride(t)
	if err != nil {
		return nil, s.failed(err)
	}
	gates, err := s.Client.Gates(ctx, property, department)
	if err != nil {
		return nil, s.failed(err)
	}
	o, err := hours.JointOverride(asked.Open, asked.End, s.Now(), gates...)
	if err != nil {
		return nil, s.failed(overrideFault(err))
	}
	o.Note, o.By = asked.Note, web.Caller(ctx).Name
	return s.override(ctx, property, department, o)
}

func (s *service) held(ctx context.Context, property, department string) (*heldOutput, error) {
	o, forced, err := s.Client.Override(ctx, property, department)
	if err != nil {
		return nil, s.failed(err)
	}
	body := hoursHeld{Hours: newHoursNow(forced, o)}
	if o != nil {
		body.Override = &overrideHeld{o.Open, inUTC(o.From), inUTC(o.Until), o.Note, o.By}
	}
	return &heldOutput{body}, nil
}

func (s *service) override(ctx context.Context, property, department string, o *hours.Override) (*hoursOutput, error) {
	forced, err := s.Client.Force(ctx, property, department, o)
	if err != nil {
		return nil, s.failed(err)
	}
	return &hoursOutput{newHoursNow(forced, o)}, nil
}

// overrideFault names the key that an error is about.
func overrideFault(err error) error {
	path := "/for"
	switch {
	case errors.Is(err, hours.ErrPassed), errors.Is(err, hours.ErrTooFar):
		path = "/until"
	case errors.Is(err, hours.ErrNoBoundary):
		return definition.Faults{{Path: "/until_next", Problem: "asks for a boundary, and the schedule " + err.Error(), Allowed: "for or until"}}
	}
	return definition.Faults{{Path: path, Problem: err.Error()}}
}

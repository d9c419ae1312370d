package main

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/adapter/rest"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// restType is the destination's type in a definition.
const restType = "rest"

// rest is the OpenDestination of restType.
func (j joiner) rest(name string, def definition.Destination) (deliver.Destination, error) {
	failed := func(err error) error { return fmt.Errorf("opening the chat product %q: %w", name, err) }
	token, err := j.token(def.TokenEnv)
	if err != nil {
		return nil, failed(err)
	}
	header := http.CanonicalHeaderKey(cmp.Or(def.TokenHeader, definition.DefaultTokenHeader))
	if header == definition.DefaultTokenHeader {
		token = "Bearer " + token
	}
	to, err := j.join(name, def, restTable(name, def), func(h http.Header, _ bool) { h.Set(header, token) })
	if err != nil {
		return nil, failed(err)
	}
	return to, nil
}

// restTable is the table of a definition.
func restTable(name string, def definition.Destination) *rest.Table {
	t := &rest.Table{
		Name: name, Property: def.Property, Agents: def.Agents,
		Send: (*rest.Template)(def.Send), Note: (*rest.Template)(def.Note), Assign: (*rest.Template)(def.Assign), Status: (*rest.Template)(def.Status),
	}
	for _, r := range def.Rules {
		t.Rules = append(t.Rules, rest.Rule(r))
	}
	return t
}

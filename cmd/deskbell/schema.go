package main

import (
	"encoding/json"

	"github.com/deskbell/deskbell/domain/definition"
)

type schemaCmd struct{}

func (*schemaCmd) Help() string {
	return `
With it an editor completes and checks deskbell.yaml while you type.

Examples:

    deskbell schema > deskbell.schema.json

and, as the first line of deskbell.yaml:

    # yaml-language-server: $schema=deskbell.schema.json
`
}

func (*schemaCmd) Run(a *app) error {
	out := json.NewEncoder(a.stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(definition.JSONSchema())
}

package main

import (
	"context"
	"errors"

	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type exportCmd struct{}

func (*exportCmd) Help() string {
	return `
Prints all definitions as a deskbell.yaml, as GET /v1/export gives them to a key that may do everything: secrets are in
it. "validate" and "apply" take the file, and "apply" finds nothing to change. Overrides, keys and quotas are no definitions.

Examples:

    deskbell export > deskbell.yaml
    deskbell export | REDIS_URL=redis://127.0.0.1:6379/1 deskbell apply -
`
}

func (*exportCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	all, err := s.client.Export(ctx, nil)
	if err != nil {
		return err
	}
	return api.WriteExport(a.stdout, all)
}

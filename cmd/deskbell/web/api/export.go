package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs/edit"
)

const (
	exportTag  = "Export"
	exportType = "application/yaml" // RFC 9512
)

type exportOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *service) addExport(h huma.API) {
	op := huma.Operation{
		OperationID: "export-definitions", Method: http.MethodGet, Path: "/v1/export", Tags: []string{exportTag},
		Summary: "Get all definitions as a deskbell.yaml",
		Description: "deskbell apply takes the file again. A key of some properties gets these alone, without the agents, schedules and destinations " +
			"that they name. A key that may only read gets no secrets, such as notify.via, and its file is refused for that.",
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The file", Content: map[string]*huma.MediaType{exportType: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}}, // generators parse it
	}}
	turn := make(chan struct{}, 1) // each takes memory for all definitions
	huma.Register(h, op, func(ctx context.Context, _ *struct{}) (*exportOutput, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return nil, s.failed(fmt.Errorf("waiting for another export: %w", ctx.Err()))
		}
		body, err := s.export(ctx)
		if err != nil {
			return nil, s.failed(err)
		}
		return &exportOutput{exportType, body}, nil
	})
}

// export is the file for the caller.
func (s *service) export(ctx context.Context) ([]byte, error) {
	all, err := s.Client.Export(ctx, web.Caller(ctx).Properties)
	if err != nil {
		return nil, err
	}
	for kind, list := range all {
		for i := range list {
			if list[i], err = s.shown(ctx, list[i], kindOf(kind)); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	if err := WriteExport(&b, all); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// WriteExport writes definitions as a deskbell.yaml: those on which others build come first.
func WriteExport(w io.Writer, all map[edit.Kind][]edit.Stored) error {
	var sections []config.Section
	for _, kind := range []edit.Kind{edit.KindSchedule, edit.KindAgent, edit.KindDestination, edit.KindProperty} {
		section := config.Section{Key: kindOf(kind).plural}
		for _, d := range all[kind] {
			section.Definitions = append(section.Definitions, config.Named{Name: d.Name, JSON: d.Body})
		}
		sections = append(sections, section)
	}
	return config.Write(w, sections)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// isFile tells the name of a file, which need not be there, from that of a definition.
func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil || name == "-" || slices.Contains([]string{".yaml", ".yml", ".json", ".ics"}, strings.ToLower(filepath.Ext(name)))
}

// holderKind is a kind of definition that has hours.
type holderKind struct {
	name  string
	hours func(ctx context.Context, c *jobs.Client, id string) (*hours.Schedule, error) // ErrNotFound: it is not defined
}

func holderKinds() []holderKind {
	return []holderKind{
		{"schedule", func(ctx context.Context, c *jobs.Client, id string) (*hours.Schedule, error) {
			return c.NamedSchedule(ctx, id)
		}},
		{"property", func(ctx context.Context, c *jobs.Client, id string) (*hours.Schedule, error) {
			return c.PropertyHours(ctx, id)
		}},
		{"department", func(ctx context.Context, c *jobs.Client, id string) (*hours.Schedule, error) {
			property, department, _ := strings.Cut(id, "/")
			return c.DepartmentHours(ctx, property, department)
		}},
		{"agent", func(ctx context.Context, c *jobs.Client, id string) (*hours.Schedule, error) {
			return c.AgentHours(ctx, id)
		}},
	}
}

// definedHours gives the hours of the definition that is meant by a name: "lea", "acme/sales", "agent lea".
func (a *app) definedHours(ctx context.Context, name string) (found map[string]*hours.Schedule, err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if errors.Is(err, errNoRedis) {
		return nil, fmt.Errorf("reading %s: there is no such file; for the name of a definition, %w", name, err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = s.end(ctx, err) }()
	found = make(map[string]*hours.Schedule)
	kind, id, kindNamed := strings.Cut(name, " ")
	if !kindNamed {
		id = name
	}
	for _, k := range holderKinds() {
		if kindNamed && k.name != kind || strings.Contains(id, "/") != (k.name == "department") {
			continue
		}
		schedule, err := k.hours(ctx, s.client, id)
		switch {
		case err == nil:
			found[k.name+" "+id] = schedule
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	switch len(found) {
	case 0:
		return nil, a.nothingNamed(ctx, s, name, id)
	case 1:
		return found, nil
	}
	return nil, usagef("%s is the name of several definitions; write one of: %s", name, namesOf(found))
}

// nothingNamed says that there is nothing of that name, and names definitions that are there: the first ones of each kind.
func (a *app) nothingNamed(ctx context.Context, s *session, name, id string) error {
	const most = 20
	var ids []string
	for _, kind := range []edit.Kind{edit.KindSchedule, edit.KindProperty, edit.KindAgent} {
		list, _, err := s.client.List(ctx, kind, "", most)
		if err != nil {
			return err
		}
		for _, d := range list[:min(most, len(list))] {
			ids = append(ids, d.Name)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	there := "nothing is defined"
	if len(ids) > 0 {
		there = "there is: " + strings.Join(ids[:min(most, len(ids))], ", ") + table.Suggest(id, ids)
	}
	return fmt.Errorf("%s is no file, and no schedule, property, department (acme/sales) or agent in %s; %s", name, s.env.RedisName, there)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
)

type validateCmd struct {
	Files []string `arg:"" name:"file" help:"A deskbell.yaml; - is standard input."`
	fetching
}

func (*validateCmd) Help() string {
	return `
Nothing is changed and nothing is sent: it only reads. The exit code is 1 when a file has a fault. Warnings are about
values that are taken and were probably meant otherwise, such as 9-5; they do not change the exit code.

Examples:

    deskbell validate deskbell.yaml
    deskbell validate staging.yaml production.yaml
`
}

func (c *validateCmd) Run(ctx context.Context, a *app) error {
	var faults []error
	for _, file := range c.Files {
		defs, warnings, err := a.inspectDefinitions(ctx, file, a.checkHours(ctx), a.checkHolidays, a.checkAddresses)
		if err == nil {
			_, err = c.feeds(ctx, a, defs.Calendars())
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		a.warn(warnings)
		fmt.Fprintf(a.stdout, "%s: %s: valid%s\n", displayName(file), inventory(defs), tallyOf(warnings))
	}
	return errors.Join(faults...)
}

// tallyOf is ", 2 warnings".
func tallyOf(warnings *config.Warnings) string {
	if warnings == nil {
		return ""
	}
	return ", " + draw.Count(len(warnings.Warnings), "warning", "warnings")
}

// inventory is "3 properties, 2 agents, 1 schedule, 1 destination".
func inventory(defs *definition.Definitions) string {
	return strings.Join([]string{
		draw.Count(len(defs.Properties), "property", "properties"),
		draw.Count(len(defs.Agents), "agent", "agents"),
		draw.Count(len(defs.Schedules), "schedule", "schedules"),
		draw.Count(len(defs.Destinations), "destination", "destinations"),
	}, ", ")
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type applyCmd struct {
	File   string `arg:"" help:"A deskbell.yaml; - is standard input."`
	DryRun bool   `help:"Only show what would change."`
}

func (*applyCmd) Help() string {
	return `
Makes Redis match the file: what is missing is added, what differs is changed, and what the file does not have is
removed. It takes effect within a second. A file with a fault changes nothing. It may be repeated.

Examples:

    deskbell apply --dry-run deskbell.yaml
    deskbell apply deskbell.yaml
`
}

func (c *applyCmd) Run(ctx context.Context, a *app) (err error) {
	defs, err := a.readDefinitions(ctx, c.File)
	if err != nil {
		return err
	}
	open := redisstore.Open
	if c.DryRun {
		open = redisstore.Peek
	}
	s, err := a.connect(ctx, open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	steps, err := s.client.Plan(ctx, defs)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		fmt.Fprintln(a.stdout, "Nothing to change.")
		return nil
	}
	if c.DryRun {
		for _, step := range steps {
			a.printStep(step)
		}
		fmt.Fprintf(a.stdout, "Would change: %s. Nothing was written.\n", tally(steps))
		return nil
	}
	if err := s.client.Apply(ctx, steps, a.printStep); err != nil {
		return fmt.Errorf("%w\nWhat is listed above is done; apply again to do the rest", err)
	}
	fmt.Fprintf(a.stdout, "Applied: %s.\n", tally(steps))
	return nil
}

func (a *app) printStep(s edit.Step) {
	sign, code := "+", draw.Green
	switch s.Op {
	case edit.Update:
		sign, code = "~", draw.Yellow
	case edit.Remove:
		sign, code = "-", draw.Red
	}
	fmt.Fprintf(a.stdout, "%s %s %s %s\n", a.terminal().StyleOf(a.stdout).Paint(code, sign), s.Kind, s.Name, s.Op)
}

// tally is "2 added, 1 removed".
func tally(steps []edit.Step) string {
	counts := make(map[edit.Op]int)
	for _, s := range steps {
		counts[s.Op]++
	}
	text := ""
	for _, op := range []edit.Op{edit.Add, edit.Update, edit.Remove} {
		if counts[op] == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", counts[op], op)
	}
	return text
}

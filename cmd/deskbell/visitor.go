package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/view"
)

type visitorCmd struct {
	Property string `arg:"" help:"The property's id."`
	Visitor  string `arg:"" help:"The visitor's id."`
	JSON     bool   `name:"json" help:"Print one JSON object, as GET /v1/visitors/PROPERTY/VISITOR answers."`
}

func (*visitorCmd) Help() string {
	return `
Shows the messages that wait for a visitor, and why; what was done for them lately, and held back; and all that is kept of
them. "erase" forgets that. Times are those of DESKBELL_TIME_ZONE.

Examples:

    deskbell visitor acme v-1001
    deskbell visitor acme v-1001 --json
`
}

func (c *visitorCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	v, err := s.client.Visitor(ctx, c.Property, c.Visitor)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(a.stdout).Encode(v)
	}
	return a.printVisitor(v, s.env.TimeZone)
}

func (a *app) printVisitor(v view.VisitorView, zone *time.Location) error {
	now := a.now()
	fmt.Fprintf(a.stdout, "Visitor %s of %s; times of %s\n", table.OneLine(v.Visitor), v.Property, zone)
	if len(v.Waiting) > 0 {
		lines := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(lines, "\nWAITS UNTIL\tWHAT\tWHY")
		for _, w := range v.Waiting {
			fmt.Fprintf(lines, "%s\t%s\t%s\n", local(w.Due, zone, now), table.OneLine(waits(w)), table.OneLine(w.Why))
		}
		if err := lines.Flush(); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.stdout, "\nNothing waits.")
	}
	if len(v.Recent) > 0 {
		fmt.Fprintln(a.stdout, "\nLately, the newest first:")
	}
	for _, done := range v.Recent {
		sentence, err := logline.Sentence(done, zone)
		if err != nil {
			return fmt.Errorf("reading %s: %w", done.ID, err)
		}
		fmt.Fprintf(a.stdout, "%s  %s\n", local(done.Time, zone, now), table.OneLine(sentence))
	}
	var record bytes.Buffer
	if err := json.Indent(&record, v.Record, "", "  "); err != nil {
		return fmt.Errorf("reading the record: %w", err)
	}
	_, err := fmt.Fprintf(a.stdout, "\nKept:\n%s\n", &record)
	return err
}

// waits names what waits: a trigger, or the rule of a chat and its step.
func waits(w engine.WaitingMessage) string {
	var words []string
	for _, word := range []string{w.Trigger, w.Rule, w.Step} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

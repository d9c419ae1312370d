package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/erase"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type eraseCmd struct {
	Property string   `arg:"" help:"The property's id. It need not be defined any more."`
	Visitor  string   `arg:"" optional:"" help:"The visitor's id."`
	All      bool     `help:"Erase every visitor of the property."`
	Field    []string `placeholder:"NAME" help:"Forget only these facts: email, name, an attribute of your own, a field of a form."`
	JSON     bool     `name:"json" help:"Print one JSON object."`
}

func (*eraseCmd) Help() string {
	return `
Erases what Deskbell keeps of a visitor: the record, chats and timers, what waits to be taken in or delivered, and what was
archived. It may be repeated. Events that are sent afterwards begin a new record, so stop sending them first. What receivers
have had already is theirs to erase; so are Redis' own files and copies of them: see the README.

Examples:

    deskbell erase acme v-1001
    deskbell erase acme v-1001 --field email,name
    deskbell erase acme --all
`
}

// eraseFor is how long the command goes on while workers are busy with a visitor.
const eraseFor = time.Minute

func (c *eraseCmd) Run(ctx context.Context, a *app) (err error) {
	switch {
	case c.Visitor == "" && !c.All:
		return usagef("whom to erase is not said: name a visitor, or --all for every visitor of the property")
	case c.Visitor != "" && c.All:
		return usagef("a visitor and --all exclude each other: name one of them")
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	report, err := s.eraser(a).Erase(ctx, engine.Person{Property: c.Property, Visitor: c.Visitor, Fields: c.Field}, eraseFor)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(a.stdout).Encode(report)
	} else {
		a.printErased(report)
	}
	if err == nil && !report.Complete {
		err = fmt.Errorf("workers were busy with %d tasks or records to the end: repeat the command", report.UnderWay)
	}
	return err
}

func (s *session) eraser(a *app) *erase.Eraser {
	return jobs.NewEraser(s.store, s.redis.Client, s.store.Partitions(), a.now)
}

func (a *app) printErased(r erase.Report) {
	some := false
	for _, part := range []struct {
		n    int
		what string
	}{
		{r.Visitors, "visitor"}, {r.Chats, "chat"}, {r.Agents, "agent's list of chats"}, {r.Digests, "list for the opening"},
		{r.Events, "event that waited or was archived"}, {r.Tasks, "timer, notice or archived action"}, {r.Actions, "action that waited or was shown"},
	} {
		if part.n > 0 {
			fmt.Fprintf(a.stdout, "%6d × %s\n", part.n, part.what)
			some = true
		}
	}
	if !some {
		fmt.Fprintln(a.stdout, "Nothing was there.")
	} else if r.Complete {
		fmt.Fprintln(a.stdout, "Erased. Nothing is left.")
	}
}

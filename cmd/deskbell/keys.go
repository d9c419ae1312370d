package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

type keysCmd struct {
	Action   string   `arg:"" enum:"add,list,revoke" help:"What to do: add, list or revoke."`
	Name     string   `arg:"" optional:"" help:"Of the key: who has it, or what for."`
	ReadOnly bool     `help:"Add: it may read, but not secrets, and change nothing."`
	Property []string `placeholder:"ID" help:"Add: it may see and change these properties alone; may be repeated."`
	Rate     int      `placeholder:"N" help:"Add: it may make so many requests a second; default: DESKBELL_KEY_RATE, else 2000."`
}

func (*keysCmd) Help() string {
	return `
A key is shown once, when it is added; only a hash of it is kept. Programs send it as "Authorization: Bearer KEY", and
people give it as the password where their browser asks, with any user name. As soon as one exists, the HTTP API needs
one, also on this machine. What is added or revoked takes effect within five seconds.

Examples:

    deskbell keys add ci
    deskbell keys add dashboard --read-only
    deskbell keys add shop --rate 5000
    deskbell keys add acme-staff --property acme --property acme-outlet
    deskbell keys list
    deskbell keys revoke ci
`
}

func (c *keysCmd) Run(ctx context.Context, a *app) (err error) {
	if (c.Name == "") != (c.Action == "list") {
		return usagef("keys %s: give the name of the key to add or revoke, and none to list", c.Action)
	}
	if c.Action != "add" && (c.ReadOnly || len(c.Property) > 0) {
		return usagef("keys %s: --read-only and --property are for keys add", c.Action)
	}
	if c.Action != "add" && c.Rate != 0 {
		return usagef("keys %s: --rate is for keys add", c.Action)
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	keys := edit.Keys{Store: s.store, Now: a.now}
	switch c.Action {
	case "add":
		missing, err := c.undefined(ctx, s)
		if err != nil {
			return err
		}
		secret, err := keys.Add(ctx, edit.Key{Name: c.Name, ReadOnly: c.ReadOnly, Properties: c.Property, Rate: c.Rate})
		if err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, secret)
		fmt.Fprintln(a.stderr, "Keep it now: it is not shown again.")
		for _, id := range missing { // a key may come before its property, and define it
			fmt.Fprintf(a.stderr, "There is no property %q yet: this key may define it. If that is a slip, run deskbell keys revoke %s, and add another.\n", id, c.Name)
		}
		return nil
	case "revoke":
		if err := keys.Revoke(ctx, c.Name); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "Revoked %s. It is dead within five seconds.\n", c.Name)
		return nil
	}
	ring, err := keys.Load(ctx)
	if err != nil {
		return err
	}
	return a.printKeys(ring.Keys())
}

// undefined are the key's properties that lack a definition.
func (c *keysCmd) undefined(ctx context.Context, s *session) (ids []string, err error) {
	subjects := make([]store.Subject, len(c.Property))
	for i, id := range c.Property {
		subjects[i] = store.PropertySubject(id)
	}
	records, err := s.store.Load(ctx, subjects)
	for i, r := range records {
		if r.Rev == 0 {
			ids = append(ids, c.Property[i])
		}
	}
	return ids, err
}

func (a *app) printKeys(keys []edit.Key) error {
	if len(keys) == 0 {
		fmt.Fprintln(a.stdout, "There is no key: deskbell keys add NAME")
		return nil
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tMAY\tPROPERTIES\tCREATED")
	for _, k := range keys {
		rights, properties := "read and change", "all"
		if k.ReadOnly {
			rights = "read"
		}
		if k.Rate > 0 {
			rights += fmt.Sprintf(", %d/s", k.Rate)
		}
		if len(k.Properties) > 0 {
			properties = strings.Join(k.Properties, ", ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", k.Name, rights, properties, k.Created.Format("2006-01-02 15:04 UTC"))
	}
	return table.Flush()
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/deskbell/deskbell/cmd/deskbell/web/page"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type keysCmd struct {
	Action   string   `arg:"" enum:"add,change,list,revoke,open" help:"What to do: add, change, list, revoke or open."`
	Name     string   `arg:"" optional:"" help:"Of the key: who has it, or what for."`
	ReadOnly *bool    `negatable:"" help:"Add, change: it may read, but not secrets, and change nothing."`
	Property []string `placeholder:"ID" help:"Add, change: it may see and change these properties alone; may be repeated."`
	Publish  bool     `help:"Add: it stands in web pages, where everybody can read it, and speaks for their visitors alone."`
	Origin   []string `placeholder:"ORIGIN" help:"Add with --publish, change: the pages that may use it, as in https://acme.example; may be repeated."`

	Agents       []string `placeholder:"IDS" help:"Add with --property, change: the agents whom it may name; default: those of its properties now, or as before."`
	Schedules    []string `placeholder:"IDS" help:"Likewise, schedules."`
	Destinations []string `placeholder:"IDS" help:"Likewise, destinations."`

	Rate int  `placeholder:"N" help:"Add, change: requests a second that it may make; default: DESKBELL_KEY_RATE, else 2000."`
	Yes  bool `help:"Open: it is meant so."`
	JSON bool `name:"json" help:"List: print one JSON object a line, for each key; without its secret."`
}

func (*keysCmd) Help() string {
	return `
A key is shown once, when it is added; only a hash of it is kept. Programs send it as "Authorization: Bearer KEY", and
people give it as the password where their browser asks, with any user name. As soon as one exists, the HTTP API needs
one, also on this machine. What is added or revoked takes effect within five seconds. After the last one is revoked or
lost, nobody is let in, until there is another, or until "keys open --yes" lets this machine in without.

A key of some properties may name the agents, schedules and destinations that it lists, and those that a property has
already. All others are to it as if they were not defined. "keys change" lists anew what it may name, and of which
properties it is, and whether it may only read, and leaves its secret; what is not given stays.

A key with --publish is no secret: web pages of one property have it, and it is good for pages of its origins alone. It
sends events of a page's own visitor, and reads what is for that visitor. It is shown by "keys list".

Examples:

    deskbell keys add ci
    deskbell keys add dashboard --read-only --rate 50
    deskbell keys add acme-staff --property acme --property acme-outlet
    deskbell keys add acme --property acme --agents lea,tom --schedules office --destinations crm
    deskbell keys add site --publish --property acme --origin https://acme.example --origin https://www.acme.example
    deskbell keys change site --origin https://acme.example
    deskbell keys change acme --agents lea,tom,mia --destinations=
    deskbell keys change dashboard --no-read-only
    deskbell keys list --json
    deskbell keys revoke ci
`
}

// check refuses flags that are not for the action.
func (c *keysCmd) check() error {
	listed := c.Agents != nil || c.Schedules != nil || c.Destinations != nil
	written := c.Action == "add" || c.Action == "change"
	switch named := written || c.Action == "revoke"; {
	case named != (c.Name != ""):
		return usagef("keys %s: give the name of the key to add, change or revoke, and none to list or to open", c.Action)
	case !written && (c.ReadOnly != nil || len(c.Property) > 0):
		return usagef("keys %s: --read-only and --property are for keys add and keys change", c.Action)
	case c.Publish && c.Action != "add":
		return usagef("keys %s: --publish is for keys add", c.Action)
	case c.Action == "add" && c.Publish != (len(c.Origin) > 0):
		return usagef("keys add: --publish and --origin belong together: a publishable key is for pages of some origins")
	case !written && len(c.Origin) > 0:
		return usagef("keys %s: --origin is for keys add with --publish, and for keys change", c.Action)
	case listed && c.Action == "add" && len(c.Property) == 0:
		return usagef("keys add: --agents, --schedules and --destinations are for keys add with --property")
	case listed && !written:
		return usagef("keys %s: --agents, --schedules and --destinations are for keys add with --property, and for keys change", c.Action)
	case !written && c.Rate != 0:
		return usagef("keys %s: --rate is for keys add and keys change", c.Action)
	case c.Action == "change" && !listed && len(c.Property)+len(c.Origin) == 0 && c.Rate == 0 && c.ReadOnly == nil:
		return usagef("keys change: give what changes: --property, --agents, --schedules, --destinations, --origin, --rate or --read-only")
	case c.Action != "list" && c.JSON:
		return usagef("keys %s: --json is for keys list", c.Action)
	case c.Action != "open" && c.Yes:
		return usagef("keys %s: --yes is for keys open", c.Action)
	case c.Action == "open" && !c.Yes:
		return usagef("keys open: from then on everybody on this machine may see and change everything without a key, and so may everybody whom a proxy here lets through; if that is meant, add --yes")
	}
	return nil
}

func (c *keysCmd) Run(ctx context.Context, a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	keys := a.keys(s)
	switch c.Action {
	case "add":
		return c.add(ctx, a, s, keys)
	case "change":
		return c.change(ctx, a, s, keys)
	case "revoke":
		return c.revoke(ctx, a, keys)
	}
	ring, err := keys.Load(ctx)
	if err != nil {
		return err
	}
	switch {
	case c.Action == "list" && c.JSON:
		return printJSON(a, ring.Keys())
	case c.Action == "list":
		return a.printKeys(ring.Keys())
	}
	if ring.HasServers() {
		return errors.New("opening to this machine: there are keys, and with them it needs one: run deskbell keys list, and revoke them first")
	}
	if err := keys.Open(ctx); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "From now on this machine is let in without a key: everybody on it may see and change everything.")
	return nil
}

// keys are those of a session, with the marker that outlives its Redis.
func (a *app) keys(s *session) edit.Keys {
	k := edit.Keys{Store: s.store, Now: a.now}
	if dir := s.env.StateDir; dir != "" {
		k.Marker = keysMarker(dir)
	}
	return k
}

func (c *keysCmd) add(ctx context.Context, a *app, s *session, keys edit.Keys) error {
	missing, err := c.missing(ctx, s)
	if err != nil {
		return err
	}
	secret, err := keys.Add(ctx, edit.Key{Name: c.Name, ReadOnly: c.ReadOnly != nil && *c.ReadOnly, Properties: c.Property, Origins: c.Origin, Rate: c.Rate, Names: c.names()})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, secret)
	if c.Publish {
		if err := a.printSnippets(secret, c.Origin); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.stderr, "Keep it now: it is not shown again.")
	}
	for _, line := range missing {
		fmt.Fprintln(a.stderr, line)
	}
	return nil
}

// printSnippets shows what goes into the pages of some origins.
func (a *app) printSnippets(key string, origins []string) error {
	const example = "https://bell.example"
	script, err := page.NewScript()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "It is no secret. The pages of %s need one of these lines, with the address of your deskbell web; the second is for this version of the script alone:\n\n%s\n%s\n",
		strings.Join(origins, ", "), script.Snippet(example, key, false), script.Snippet(example, key, true))
	return nil
}

// names are those that the flags list.
func (c *keysCmd) names() edit.Names {
	return edit.Names{Agents: givenNames(c.Agents), Schedules: givenNames(c.Schedules), Destinations: givenNames(c.Destinations)}
}

func (c *keysCmd) change(ctx context.Context, a *app, s *session, keys edit.Keys) error {
	missing, err := c.missing(ctx, s)
	if err != nil {
		return err
	}
	k, err := keys.Change(ctx, c.Name, edit.Rights{ReadOnly: c.ReadOnly, Properties: c.Property, Names: c.names(), Origins: c.Origin, Rate: c.Rate})
	if err != nil {
		return err
	}
	only := ""
	if k.ReadOnly {
		only = " It may only read."
	}
	if k.IsForPages() {
		fmt.Fprintf(a.stdout, "Changed %s within five seconds. Its property: %s. Its origins: %s.\n", k.Name, ofProperties(k), strings.Join(k.Origins, ", "))
	} else {
		fmt.Fprintf(a.stdout, "Changed %s within five seconds. Its properties: %s. It may name: %s.%s\n", k.Name, ofProperties(k), mayName(k), only)
	}
	for _, line := range missing {
		fmt.Fprintln(a.stderr, line)
	}
	return nil
}

// ofProperties are the properties of a key.
func ofProperties(k edit.Key) string { return cmp.Or(strings.Join(k.Properties, ", "), "all") }

// givenNames is a list of a flag; an empty flag, as in --agents=, names nothing.
func givenNames(list []string) []string {
	if list == nil {
		return nil
	}
	return slices.DeleteFunc(append([]string{}, list...), func(name string) bool { return name == "" })
}

func (c *keysCmd) revoke(ctx context.Context, a *app, keys edit.Keys) error {
	before, err := keys.Load(ctx)
	if err != nil {
		return err
	}
	wasServers := before.HasServers()
	if err := keys.Revoke(ctx, c.Name); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Revoked %s. It is dead within five seconds.\n", c.Name)
	ring, err := keys.Load(ctx)
	if err == nil && wasServers && !ring.HasServers() {
		fmt.Fprintln(a.stderr, "That was the last key. Nobody is let in now, not on this machine either: deskbell keys add NAME makes another, and deskbell keys open --yes lets this machine in without one.")
	}
	return err
}

// undo is the command after a slip.
func (c *keysCmd) undo() string {
	if c.Action == "change" {
		return "it again with the lists as they are meant"
	}
	return "deskbell keys revoke " + c.Name + ", and add another"
}

// missing are lines about names of the key that lack a definition, and about properties that name all destinations.
func (c *keysCmd) missing(ctx context.Context, s *session) (lines []string, err error) {
	destinations, _, err := s.client.List(ctx, edit.KindDestination, "", 1)
	if err != nil {
		return nil, err
	}
	mayDefine := "this key may define it"
	if c.Publish {
		mayDefine = "pages with this key reach nothing until it is defined"
	}
	for _, kind := range []struct {
		edit.Kind
		names []string
		may   string
	}{
		{edit.KindProperty, c.Property, mayDefine}, // a key may come before its property
		{edit.KindAgent, c.Agents, "this key may name it"},
		{edit.KindSchedule, c.Schedules, "this key may name it"},
		{edit.KindDestination, c.Destinations, "this key may name it"},
	} {
		found, err := s.client.Find(ctx, kind.Kind, kind.names)
		if err != nil {
			return nil, err
		}
		there := make(map[string]edit.Stored)
		for _, d := range found {
			there[d.Name] = d
		}
		for _, id := range kind.names {
			d, ok := there[id]
			if !ok && id != "" {
				lines = append(lines, fmt.Sprintf("There is no %s %q yet: %s. If that is a slip, run %s.", kind.Kind, id, kind.may, c.undo()))
			}
			if ok && !c.Publish && kind.Kind == edit.KindProperty && len(destinations) > 0 && !namesDestinations(d.Body) {
				lines = append(lines, fmt.Sprintf("Property %q lists no destinations, and so its actions go to all of them: give it a list if some are of others.", id))
			}
		}
	}
	return lines, nil
}

// namesDestinations tells whether a property lists its destinations.
func namesDestinations(body []byte) bool {
	var p definition.Property
	return json.Unmarshal(body, &p) != nil || p.Destinations != nil
}

func (a *app) printKeys(keys []edit.Key) error {
	if len(keys) == 0 {
		fmt.Fprintln(a.stdout, "There is no key: deskbell keys add NAME")
		return nil
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tMAY\tPROPERTIES\tCREATED\tMAY NAME")
	for _, k := range keys {
		rights := "read and change"
		switch {
		case k.IsForPages():
			rights = "pages of " + strings.Join(k.Origins, ", ")
		case k.ReadOnly:
			rights = "read"
		}
		if k.Rate > 0 {
			rights += fmt.Sprintf(", %d/s", k.Rate)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.Name, rights, ofProperties(k), k.Created.Format("2006-01-02 15:04 UTC"), cmp.Or(k.Public, mayName(k)))
	}
	return table.Flush()
}

// mayName is what a key may name besides what its properties have.
func mayName(k edit.Key) string {
	if !k.IsBound() {
		return "all"
	}
	var parts []string
	for _, list := range []struct {
		noun  string
		names []string
	}{{"agents", k.Names.Agents}, {"schedules", k.Names.Schedules}, {"destinations", k.Names.Destinations}} {
		if len(list.names) > 0 {
			parts = append(parts, list.noun+" "+strings.Join(list.names, ", "))
		}
	}
	return cmp.Or(strings.Join(parts, "; "), "nothing more")
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

type tryCmd struct {
	Property    string   `arg:"" help:"The property's id."`
	Page        string   `placeholder:"URL" help:"The page to which the visitor comes."`
	Visitor     []string `sep:"none" placeholder:"NAME=VALUE" help:"What is known of the visitor: country=GB, custom.plan=pro, or a JSON object as attributes of events. May be given several times."`
	At          string   `placeholder:"T" default:"now" help:"When they come: local time of the property, an RFC 3339 time, or now, which is the default."`
	Definitions string   `placeholder:"FILE" help:"Take the property from a deskbell.yaml, not from Redis; - is standard input."`
	Events      string   `placeholder:"FILE" help:"Events from before, as for deskbell simulate: who has logged in, or chosen a status. Needs --definitions."`
	JSON        bool     `help:"Print one JSON object."`
	fetching
}

func (*tryCmd) Help() string {
	return `
Shows what a visitor sees who comes to a page and has not been there before: the widget, and of each trigger when it
speaks and what it says, or why it does not. Nothing is sent or kept. The visitor stays on the page, and does no more.
In Redis, agents are as they are now. In a file, they have said nothing, unless --events tells.

Examples:

    deskbell try acme --page https://acme.example/pricing
    deskbell try acme --visitor country=GB --visitor previous_visits=2
    deskbell try acme --visitor '{"language": "fr", "custom": {"plan": "pro"}}' --at 2026-12-24T18:00
    deskbell try acme --definitions deskbell.yaml --events agents.jsonl --json
`
}

func (c *tryCmd) Run(ctx context.Context, a *app) error {
	if c.Page != "" && !trigger.IsURL(c.Page) {
		fmt.Fprintf(a.stderr, "deskbell: warning: --page %q is no URL as browsers read them, so it has neither path nor query: write it whole, as in https://acme.example/pricing\n", c.Page)
	}
	try := c.inRedis
	switch {
	case c.Definitions != "":
		try = c.inFile
	case c.Events != "":
		return usagef("--events goes with --definitions: in Redis, what happened is known")
	}
	trial, err := try(ctx, a)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(a.stdout)
		out.SetEscapeHTML(false)
		return out.Encode(trial)
	}
	return draw.Trial(a.terminal().StyleOf(a.stdout), a.stdout, trial)
}

func (c *tryCmd) inRedis(ctx context.Context, a *app) (_ engine.Trial, err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return engine.Trial{}, err
	}
	defer func() { err = s.end(ctx, err) }()
	schedule, err := s.client.Schedule(ctx, c.Property)
	if err != nil {
		return engine.Trial{}, err
	}
	arrival, err := c.arrival(a.now(), schedule.Location())
	if err != nil {
		return engine.Trial{}, err
	}
	return engine.NewDecider(s.store, s.env.TimeZone).Try(ctx, arrival)
}

// inFile lets the property begin when the visitor comes.
func (c *tryCmd) inFile(ctx context.Context, a *app) (engine.Trial, error) {
	defs, err := a.readDefinitions(ctx, c.Definitions)
	if err != nil {
		return engine.Trial{}, err
	}
	p := defs.Properties[c.Property]
	if p == nil {
		return engine.Trial{}, usagef("%s holds no property %q; there is: %s", displayName(c.Definitions), c.Property, namesOf(defs.Properties))
	}
	zone, err := a.zone()
	if err != nil {
		return engine.Trial{}, err
	}
	only := *defs
	only.Properties = map[string]*definition.Property{c.Property: p}
	arrival, err := c.arrival(a.now(), commonZone(&only, zone))
	if err != nil {
		return engine.Trial{}, err
	}
	events, overrides, err := a.readEvents(c.Events)
	if err != nil {
		return engine.Trial{}, err
	}
	out := &opening{shown: unseen{}}
	s := simulate.New(simulate.Config{
		Open: func(now func() time.Time) store.Store { return memstore.New(1, now) },
		From: counted(arrival.Time, timesOf(events, overrides)), TimeZone: zone, Log: quiet(), Action: out.Action,
	})
	feeds, err := c.feeds(ctx, a, only.Calendars())
	if err != nil {
		return engine.Trial{}, err
	}
	if err := s.Calendars(ctx, feeds); err != nil {
		return engine.Trial{}, err
	}
	played := playing{Simulation: s, out: out, log: quiet(), events: events, overrides: overrides}
	if err := played.play(ctx, &only, arrival.Time, arrival.Time); err != nil {
		return engine.Trial{}, err
	}
	return s.Try(ctx, arrival)
}

// unseen shows nothing of a simulation.
type unseen struct{}

func (unseen) Begin(string, time.Time, time.Time) {}
func (unseen) Event(event.Event)                  {}
func (unseen) Override(time.Time, string, string) {}
func (unseen) Action([]byte) error                { return nil }
func (unseen) End([]simulate.ParkedChat)          {}

// arrival is the event with which the visitor comes, checked as one that an application sends.
func (c *tryCmd) arrival(now time.Time, zone *time.Location) (event.Event, error) {
	at, err := instant("--at", c.At, now, zone)
	if err != nil {
		return event.Event{}, err
	}
	attributes, err := c.attributes()
	if err != nil {
		return event.Event{}, err
	}
	data := map[string]any{"property": c.Property, "visitor": "try", "visit": "try", "attributes": attributes}
	if c.Page != "" {
		data["page"] = map[string]any{"url": c.Page}
	}
	e, err := event.Intake{}.Parse(map[string]any{"type": string(event.VisitorArrived), "id": "try", "time": at.Format(time.RFC3339), "data": data})
	var faults event.Faults
	if errors.As(err, &faults) {
		for i, f := range faults {
			f.Path = strings.Replace(f.Path, "/data/attributes/", "--visitor ", 1)
			faults[i].Path = strings.Replace(f.Path, "/data/page/url", "--page", 1)
		}
		return event.Event{}, usagef("%v", faults)
	}
	return e, err
}

// attributes are those of --visitor. Of one that stands there twice, the last counts.
func (c *tryCmd) attributes() (map[string]any, error) {
	all, custom := make(map[string]any), make(map[string]any)
	for _, text := range c.Visitor {
		if strings.HasPrefix(text, "{") {
			given := event.Values{}
			if err := json.Unmarshal([]byte(text), &given); err != nil {
				return nil, usagef("--visitor %s is not JSON: %v", text, err)
			}
			maps.Copy(all, given)
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usagef(`--visitor %s is no attribute; write NAME=VALUE, such as country=GB, or a JSON object`, text)
		}
		if own, ok := strings.CutPrefix(name, "custom."); ok {
			custom[own] = plainValue(value)
		} else {
			all[name] = attributeValue(name, value)
		}
	}
	if len(custom) > 0 {
		if given, ok := all["custom"].(map[string]any); ok {
			maps.Copy(given, custom)
		} else {
			all["custom"] = custom
		}
	}
	return all, nil
}

// attributeValue is a word of the command line as an event has it: numbers of visits and chats, and tags with commas.
func attributeValue(name, value string) any {
	switch name {
	case "previous_visits", "previous_chats":
		return plainValue(value)
	case "tags":
		tags := []any{}
		for tag := range strings.SplitSeq(value, ",") {
			tags = append(tags, strings.TrimSpace(tag))
		}
		return tags
	}
	return value
}

// plainValue is a number, true or false where the text is one, and else the text.
func plainValue(text string) any {
	values := event.Values{}
	if err := json.Unmarshal(fmt.Appendf(nil, `{"value":%s}`, text), &values); err == nil {
		switch v := values["value"].(type) {
		case json.Number, bool:
			return v
		}
	}
	return text
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/foreign"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// importChatwoot prints the deskbell.yaml that does as a Chatwoot does.
func (a *app) importChatwoot(ctx context.Context, outbound guard.Guard, name string, def definition.Destination) error {
	if def.AdminTokenEnv == "" {
		return errors.New("importing: it needs admin_token_env, with the token of an administrator")
	}
	if !definition.ValidID(name) {
		return usagef("chatwoot import: %q is no name of a destination; allowed: %s", table.Clip(name), definition.IDAllowed)
	}
	asAdmin := def
	asAdmin.TokenEnv = def.AdminTokenEnv // the bot may not exist yet
	from, err := a.joinChatwoot(outbound, name, asAdmin)
	if err != nil {
		return err
	}
	m := moving{from: from, ids: make(map[string]bool), agents: make(map[int64]string)}
	if err := m.read(ctx, def); err != nil {
		return err
	}
	for _, line := range m.notes {
		fmt.Fprintln(a.stdout, "# "+table.OneLine(line))
	}
	return config.Write(a.stdout, m.sections)
}

// moving are the definitions that are made of a Chatwoot.
type moving struct {
	from     *chatwootDestination
	ids      map[string]bool  // that are taken
	agents   map[int64]string // by user of Chatwoot
	notes    []string         // for people
	sections []config.Section
}

func (m *moving) read(ctx context.Context, def definition.Destination) error {
	users, err := got(ctx, m, m.from.table.AgentsPath(), chatwoot.UsersOf)
	if err != nil {
		return err
	}
	inboxes, err := got(ctx, m, m.from.table.InboxesPath(), chatwoot.InboxesOf)
	if err != nil {
		return err
	}
	m.notes = append(m.notes, fmt.Sprintf("The inboxes and agents of the account %d of %s.", def.Account, def.URL))
	if def.SecretEnv == nil {
		def.SecretEnv = []string{strings.ToUpper(strings.Map(letter, m.from.name)) + "_SECRET"}
		m.notes = append(m.notes, "Next: put the token of an agent bot into "+def.TokenEnv+", apply this, and run deskbell chatwoot connect "+m.from.name+".")
	}
	agents, properties := config.Section{Key: "agents"}, config.Section{Key: "properties"}
	def.Agents, def.Inboxes = make(map[string]string), make(map[string]string)
	for _, u := range users {
		id := idOf(u.Name, "agent", u.ID, m.ids)
		m.agents[u.ID], def.Agents[strconv.FormatInt(u.ID, 10)] = id, id
		if err := add(&agents, id, &definition.Agent{Name: u.Name}); err != nil {
			return err
		}
	}
	m.ids = make(map[string]bool) // a property may have the name of an agent
	for _, inbox := range inboxes {
		id := idOf(inbox.Name, "inbox", inbox.ID, m.ids)
		def.Inboxes[strconv.FormatInt(inbox.ID, 10)] = id
		p, err := m.property(ctx, inbox)
		if err != nil {
			return err
		}
		if err := add(&properties, id, p); err != nil {
			return err
		}
	}
	if len(inboxes) == 0 {
		return fmt.Errorf("importing: the account %d has no inbox", def.Account)
	}
	destinations := config.Section{Key: "destinations"}
	m.sections = []config.Section{agents, destinations, properties}
	return add(&m.sections[1], m.from.name, def)
}

// got reads the answer to a request.
func got[T any](ctx context.Context, m *moving, path string, read func([]byte) ([]T, error)) ([]T, error) {
	answer, err := m.from.calls.Get(ctx, path, true)
	if err != nil {
		return nil, m.from.failed(err)
	}
	return read(answer)
}

func add(to *config.Section, name string, def any) error {
	body, err := json.Marshal(def)
	if err != nil {
		return fmt.Errorf("encoding %s %q: %w", to.Key, name, err)
	}
	to.Definitions = append(to.Definitions, config.Named{Name: name, JSON: body})
	return nil
}

// property does as an inbox does.
func (m *moving) property(ctx context.Context, inbox chatwoot.Inbox) (map[string]any, error) {
	p := map[string]any{"name": inbox.Name, "schedule": "24/7"}
	if inbox.HasHours {
		hours, found := foreign.Read(map[string]any{"working_hours": inbox.Hours, "timezone": inbox.TimeZone})
		if !found || hours.Spec == nil {
			m.notes = append(m.notes, fmt.Sprintf("The hours of the inbox %d (%s) cannot be read: it is always open here.", inbox.ID, inbox.Name))
		} else {
			p["schedule"] = hours.Spec
		}
		for _, left := range hours.Left {
			m.notes = append(m.notes, fmt.Sprintf("The hours of the inbox %d (%s) are without %s.", inbox.ID, inbox.Name, left))
		}
	}
	text, unknown := chatwoot.TextOf(inbox.OutOfOffice)
	for _, placeholder := range unknown {
		m.notes = append(m.notes, fmt.Sprintf("The out-of-office text of the inbox %d (%s) is without %s.", inbox.ID, inbox.Name, placeholder))
	}
	if text != "" && inbox.HasHours {
		p["auto_replies"] = map[string]any{"outside": text}
		m.notes = append(m.notes, fmt.Sprintf("Empty the out-of-office text of the inbox %d (%s) in Chatwoot, or visitors read it twice.", inbox.ID, inbox.Name))
	}
	members, err := got(ctx, m, m.from.table.MembersPath(inbox.ID), chatwoot.MembersOf)
	if err != nil {
		return nil, err
	}
	var agents []string
	for _, u := range members {
		if id := m.agents[u.ID]; id != "" {
			agents = append(agents, id)
		}
	}
	if len(agents) > 0 {
		p["agents"] = agents
	}
	return p, nil
}

// letter is a letter or digit of ASCII, or else "_".
func letter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}

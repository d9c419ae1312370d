package main

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// chatwootType is the destination's type in a definition.
const chatwootType = "chatwoot"

// chatwoot is the OpenDestination of chatwootType.
func (j joiner) chatwoot(name string, def definition.Destination) (deliver.Destination, error) {
	return j.joinChatwoot(name, def)
}

// joinChatwoot makes the destination of a definition.
func (j joiner) joinChatwoot(name string, def definition.Destination) (*chatwootDestination, error) {
	failed := func(err error) error { return fmt.Errorf("opening the Chatwoot %q: %w", name, err) }
	table, err := chatwootTable(name, def)
	if err != nil {
		return nil, failed(err)
	}
	bot, err := j.token(def.TokenEnv)
	if err != nil {
		return nil, failed(err)
	}
	admin := bot
	if table.Admin {
		if admin, err = j.token(def.AdminTokenEnv); err != nil {
			return nil, failed(err)
		}
	}
	to, err := j.join(name, def, table, func(h http.Header, asAdmin bool) {
		token := map[bool]string{false: bot, true: admin}[asAdmin]
		h["api_access_token"] = []string{token} // so written in its documentation
	})
	if err != nil {
		return nil, failed(err)
	}
	return &chatwootDestination{to, table}, nil
}

// chatwootDestination is one Chatwoot.
type chatwootDestination struct {
	*joined
	table *chatwoot.Table
}

// chatwootTable is the table of a definition.
func chatwootTable(name string, def definition.Destination) (*chatwoot.Table, error) {
	t := &chatwoot.Table{Name: name, Account: def.Account, Admin: def.AdminTokenEnv != ""}
	var err error
	if t.Inboxes, err = byNumber(def.Inboxes); err != nil {
		return nil, fmt.Errorf("reading its inboxes: %w", err)
	}
	if t.Agents, err = byNumber(def.Agents); err != nil {
		return nil, fmt.Errorf("reading its agents: %w", err)
	}
	return t, nil
}

func byNumber(ids map[string]string) (map[int64]string, error) {
	all := make(map[int64]string, len(ids))
	for number, id := range ids {
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		all[n] = id
	}
	return all, nil
}

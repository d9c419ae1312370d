package edit

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Link is the right to read one calendar, by holders of its address: calendar programs send no header. Or it is the right of
// an agent to their own page. It is good for nothing else. The secret in the address is shown once, when the link is made,
// and kept nowhere.
type Link struct {
	Kind    Kind      `json:"kind"` // KindAgent, KindSchedule or KindProperty: of its calendar; linkPage: of an agent's page
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

// storedLink is a Link in Redis, under "agent/lea", or "page/lea/…".
type storedLink struct {
	Link
	Hash string `json:"hash"` // SHA-256 of the secret, in hex
}

func (l Link) name() string { return string(l.Kind) + "/" + l.ID }

// isOf tells whether it is that of a secret. The time that it takes says nothing of the right one.
func (l storedLink) isOf(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(digest(secret)), []byte(l.Hash)) == 1
}

// Links are the links to calendars, and to the pages of agents.
type Links struct {
	Store keyStore
	Now   func() time.Time
}

// ErrLinkExists is returned for a calendar that has a link: it cannot be shown again.
var ErrLinkExists = errors.New("it has a link, which cannot be shown again: revoke it, and make another")

// Add makes the link to a calendar and gives its secret, "dbf_" and 43 letters, digits, '-' or '_'. The error may be
// ErrLinkExists.
func (ls Links) Add(ctx context.Context, kind Kind, id string) (secret string, err error) {
	l := Link{Kind: kind, ID: id, Created: ls.Now().UTC().Truncate(time.Second)}
	if !definition.ValidID(id) {
		return "", fmt.Errorf("linking %s: %q is no id; write %s", kind, id, definition.IDAllowed)
	}
	secret, err = newSecret("dbf_")
	if err != nil {
		return "", fmt.Errorf("linking %s %q: %w", kind, id, err)
	}
	added, err := ls.keep(ctx, l.name(), storedLink{l, digest(secret)})
	if err == nil && !added {
		err = fmt.Errorf("linking %s %q: %w", kind, id, ErrLinkExists)
	}
	return secret, err
}

// keep writes a new link; false: there is one of this name.
func (ls Links) keep(ctx context.Context, name string, l storedLink) (bool, error) {
	body, err := json.Marshal(l)
	if err != nil {
		return false, fmt.Errorf("encoding the link of %s: %w", name, err)
	}
	return ls.Store.SetGlobal(ctx, store.GlobalLink, name, nil, body)
}

// Revoke removes the link to a calendar, or returns store.ErrNotFound. Its address is dead at once.
func (ls Links) Revoke(ctx context.Context, kind Kind, id string) error {
	found, err := ls.remove(ctx, Link{Kind: kind, ID: id}.name())
	if err == nil && !found {
		err = fmt.Errorf("finding the link of %s %q: %w", kind, id, store.ErrNotFound)
	}
	return err
}

// remove removes a link by its name; false: it was not there.
func (ls Links) remove(ctx context.Context, name string) (bool, error) {
	bodies, err := ls.Store.GlobalsOf(ctx, store.GlobalLink, []string{name})
	if err != nil || bodies[0] == nil {
		return false, err
	}
	_, err = ls.Store.SetGlobal(ctx, store.GlobalLink, name, bodies[0], nil) // a link is never written anew
	return true, err
}

// List gives all links to calendars, by kind and id.
func (ls Links) List(ctx context.Context) ([]Link, error) {
	all, err := ls.load(ctx)
	list := make([]Link, 0, len(all))
	for _, l := range all {
		if l.Kind != linkPage {
			list = append(list, l.Link)
		}
	}
	slices.SortFunc(list, func(a, b Link) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	return list, err
}

// Opens tells whether a secret is that of the link to a calendar.
func (ls Links) Opens(ctx context.Context, kind Kind, id, secret string) (bool, error) {
	l, err := ls.find(ctx, Link{Kind: kind, ID: id}.name())
	return l.isOf(secret), err
}

// find gives a link by its name; one without a hash is not there, and is that of no secret.
func (ls Links) find(ctx context.Context, name string) (l storedLink, err error) {
	bodies, err := ls.Store.GlobalsOf(ctx, store.GlobalLink, []string{name})
	if err != nil || bodies[0] == nil {
		return l, err
	}
	if err := json.Unmarshal(bodies[0], &l); err != nil {
		return storedLink{}, fmt.Errorf("decoding the link of %s: %w", name, err)
	}
	return l, nil
}

func (ls Links) load(ctx context.Context) (map[string]storedLink, error) {
	all, err := ls.Store.Globals(ctx, store.GlobalLink)
	if err != nil {
		return nil, err
	}
	links := make(map[string]storedLink, len(all))
	for name, body := range all {
		var l storedLink
		if err := json.Unmarshal(body, &l); err != nil {
			return nil, fmt.Errorf("decoding the link of %s: %w", name, err)
		}
		links[name] = l
	}
	return links, nil
}

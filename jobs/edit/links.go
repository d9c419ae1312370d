package edit

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Link is the right to read one calendar, by holders of its address: calendar programs send no header. It is good for
// nothing else. The secret in the address is shown once, when the link is made, and kept nowhere.
type Link struct {
	Kind    Kind      `json:"kind"` // KindAgent, KindSchedule or KindProperty
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
}

// storedLink is a Link in Redis, under "agent/lea".
type storedLink struct {
	Link
	Hash string `json:"hash"` // SHA-256 of the secret, in hex
}

func (l Link) name() string { return string(l.Kind) + "/" + l.ID }

// Links are the links to calendars.
type Links struct {
	Store keyStore
	Now   func() time.Time
}

// ErrLinkExists is returned for a calendar that has a link: it cannot be shown again.
var ErrLinkExists = errors.New("it has a link, which cannot be shown again: revoke it, and make another")

// Add makes the link to a calendar and gives its secret, "dbf_" and 43 letters, digits, '-' or '_'. The error may be
// ErrLinkExists.
func (ls Links) Add(ctx context.Context, kind Kind, id string) (secret string, err error) {
	l := Link{kind, id, ls.Now().UTC().Truncate(time.Second)}
	if !definition.ValidID(id) {
		return "", fmt.Errorf("linking %s: %q is no id; write %s", kind, id, definition.IDAllowed)
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("linking %s %q: %w", kind, id, err)
	}
	secret = "dbf_" + base64.RawURLEncoding.EncodeToString(random)
	body, err := json.Marshal(storedLink{l, digest(secret)})
	if err != nil {
		return "", fmt.Errorf("linking %s %q: %w", kind, id, err)
	}
	added, err := ls.Store.SetGlobal(ctx, store.GlobalLink, l.name(), nil, body)
	if err == nil && !added {
		err = fmt.Errorf("linking %s %q: %w", kind, id, ErrLinkExists)
	}
	return secret, err
}

// Revoke removes the link to a calendar, or returns store.ErrNotFound. Its address is dead at once.
func (ls Links) Revoke(ctx context.Context, kind Kind, id string) error {
	all, err := ls.Store.Globals(ctx, store.GlobalLink)
	if err != nil {
		return err
	}
	name := Link{Kind: kind, ID: id}.name()
	if all[name] == nil {
		return fmt.Errorf("finding the link of %s %q: %w", kind, id, store.ErrNotFound)
	}
	_, err = ls.Store.SetGlobal(ctx, store.GlobalLink, name, all[name], nil)
	return err
}

// unlink removes the link to the calendar of a definition, if there is one.
func (ls Links) unlink(ctx context.Context, kind Kind, name string) error {
	err := ls.Revoke(ctx, kind, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// List gives all links, by kind and id.
func (ls Links) List(ctx context.Context) ([]Link, error) {
	all, err := ls.load(ctx)
	list := make([]Link, 0, len(all))
	for _, l := range all {
		list = append(list, l.Link)
	}
	slices.SortFunc(list, func(a, b Link) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	return list, err
}

// Opens tells whether a secret is that of the link to a calendar. The time that it takes says nothing of the right one.
func (ls Links) Opens(ctx context.Context, kind Kind, id, secret string) (bool, error) {
	all, err := ls.load(ctx)
	if err != nil {
		return false, err
	}
	l, ok := all[Link{Kind: kind, ID: id}.name()]
	same := subtle.ConstantTimeCompare([]byte(digest(secret)), []byte(l.Hash)) == 1
	return ok && same, nil
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

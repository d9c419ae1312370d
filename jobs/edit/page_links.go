package edit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	// linkPage is the kind of links to the pages of agents. An agent may have several, one for each device.
	linkPage Kind = "page"
	// PageLinkFor is how long a link to an agent's page is good.
	PageLinkFor = 30 * 24 * time.Hour
	// MostPageLinks is how many links to their page an agent has at most.
	MostPageLinks = 20

	pagePrefix = "dba_"
)

// ErrManyLinks is returned for an agent who has MostPageLinks.
var ErrManyLinks = fmt.Errorf("there are %d links to this page, which is the most: revoke them", MostPageLinks)

// AddPage makes a link to the page of an agent and gives its secret: "dba_", the agent's id, "_", and 43 letters, digits, '-'
// or '_'. It is good for PageLinkFor. The error may be ErrManyLinks.
func (ls Links) AddPage(ctx context.Context, agent string) (secret string, l Link, err error) {
	now := ls.Now().UTC().Truncate(time.Second)
	l = Link{linkPage, agent, now, now.Add(PageLinkFor)}
	if !definition.ValidID(agent) {
		return "", l, fmt.Errorf("linking the page of an agent: %q is no id; write %s", agent, definition.IDAllowed)
	}
	all, err := ls.pages(ctx, agent)
	if err != nil {
		return "", l, err
	}
	live := 0
	for name, one := range all {
		if one.Expires.After(now) {
			live++
		} else if _, err := ls.remove(ctx, name); err != nil {
			return "", l, err
		}
	}
	if live >= MostPageLinks {
		return "", l, fmt.Errorf("linking the page of agent %q: %w", agent, ErrManyLinks)
	}
	if secret, err = newSecret(pagePrefix + agent + "_"); err != nil {
		return "", l, fmt.Errorf("linking the page of agent %q: %w", agent, err)
	}
	added, err := ls.keep(ctx, pageName(agent, secret), storedLink{l, digest(secret)})
	if err == nil && !added {
		err = fmt.Errorf("linking the page of agent %q: %w", agent, store.ErrContended)
	}
	return secret, l, err
}

// RevokePages removes all links to the page of an agent, and the subscriptions that were made there: a phone that was lost gets
// no more notices. It tells how many there were. They are dead at once.
func (ls Links) RevokePages(ctx context.Context, agent string) (links, subscriptions int, err error) {
	all, err := ls.pages(ctx, agent)
	for name := range all {
		_, fault := ls.remove(ctx, name)
		err = errors.Join(err, fault)
	}
	subscriptions, fault := Subscriptions(ls).RemoveAll(ctx, agent)
	return len(all), subscriptions, errors.Join(err, fault)
}

// unlink removes the links to the calendar and the page of a definition, and its subscriptions, if there are any.
func (ls Links) unlink(ctx context.Context, kind Kind, name string) error {
	err := ls.Revoke(ctx, kind, name)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if kind != KindAgent || err != nil {
		return err
	}
	_, _, err = ls.RevokePages(ctx, name)
	return err
}

// Pages gives the links to pages that are good now, by agent and age.
func (ls Links) Pages(ctx context.Context) ([]Link, error) {
	all, err := ls.load(ctx)
	var list []Link
	for _, l := range all {
		if l.Kind == linkPage && l.Expires.After(ls.Now()) {
			list = append(list, l.Link)
		}
	}
	slices.SortFunc(list, func(a, b Link) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), a.Created.Compare(b.Created))
	})
	return list, err
}

// OpensPage tells whose page a secret opens, and until when; ok is false for a secret that opens none, or none any more.
func (ls Links) OpensPage(ctx context.Context, secret string) (l Link, ok bool, err error) {
	agent, ok := pageOf(secret)
	if !ok {
		return Link{}, false, nil
	}
	found, err := ls.find(ctx, pageName(agent, secret))
	ok = found.isOf(secret) && found.Kind == linkPage && found.ID == agent && found.Expires.After(ls.Now())
	return found.Link, ok, err
}

// pages are the links to the page of an agent, by their names.
func (ls Links) pages(ctx context.Context, agent string) (map[string]storedLink, error) {
	all, err := ls.load(ctx)
	for name, l := range all {
		if l.Kind != linkPage || l.ID != agent {
			delete(all, name)
		}
	}
	return all, err
}

// pageName is the name of a link to a page. The part of the hash finds it; the whole hash decides.
func pageName(agent, secret string) string {
	return Link{Kind: linkPage, ID: agent}.name() + "/" + digest(secret)[:shownHash]
}

// pageOf is the agent whom a secret names.
func pageOf(secret string) (agent string, ok bool) {
	rest, ok := strings.CutPrefix(secret, pagePrefix)
	end := len(rest) - secretLength - 1
	if !ok || end < 1 || rest[end] != '_' || !definition.ValidID(rest[:end]) {
		return "", false
	}
	return rest[:end], true
}

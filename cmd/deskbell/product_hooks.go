package main

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/hook"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/adapter/rest"
	"github.com/deskbell/deskbell/jobs/store"
)

// sendersFor is how long definitions stay in memory: each webhook would read all destinations.
const sendersFor = 4 * time.Second

// senders are the chat products of one type whose webhooks are taken, by the names of their destinations.
type senders struct {
	web.Kept[map[string]hook.Sender]
	typ    string // of destination
	make   func(name string, def definition.Destination) (adapter.In, verifier, error)
	load   func(ctx context.Context, kind store.Global) (map[string][]byte, error)
	getenv func(string) string
	log    logrus.FieldLogger

	mute map[string]bool // of read: destinations without a secret, each of which has a line in the log
}

// verifier tells whether a request is signed by a secret; an error says why not. By an empty secret, nothing is.
type verifier func(secret string, header http.Header, body []byte, at time.Time) error

// senders makes those of a type.
func (a *app) senders(s service, typ string, of func(name string, def definition.Destination) (adapter.In, verifier, error)) *senders {
	c := &senders{typ: typ, make: of, load: s.store.Globals, getenv: a.env, log: s.log, mute: make(map[string]bool)}
	c.Kept = web.Kept[map[string]hook.Sender]{Now: a.now, For: sendersFor, Read: c.read}
	return c
}

// find gives that of a name. One that there is not believes nothing, and takes as long for it as others: who guesses does not learn by the
// clock which names there are.
func (c *senders) find(ctx context.Context, name string) (hook.Sender, error) {
	known, err := c.Get(ctx)
	if s := known[name]; s != nil || err != nil {
		return s, err
	}
	_, verify, err := c.make(name, definition.Destination{Type: c.typ})
	return &sender{verify: verify, secrets: []string{""}}, err
}

func (c *senders) read(ctx context.Context) (map[string]hook.Sender, error) {
	all, err := c.load(ctx, store.GlobalDestination)
	if err != nil {
		return nil, err
	}
	senders := make(map[string]hook.Sender)
	for name, body := range all {
		var def definition.Destination
		if json.Unmarshal(body, &def) != nil || def.Type != c.typ { // one that cannot be read is not ours: nobody signs for it
			continue
		}
		in, verify, err := c.make(name, def)
		if err != nil {
			continue
		}
		senders[name] = &sender{in, verify, c.secrets(name, def.SecretEnv)}
	}
	return senders, nil
}

// secrets are those in some variables, or else an empty one, which nothing is signed by.
func (c *senders) secrets(name string, variables []string) (secrets []string) {
	for _, variable := range variables {
		if secret := strings.TrimSpace(c.getenv(variable)); secret != "" {
			secrets = append(secrets, secret)
		}
	}
	if len(secrets) > 0 {
		delete(c.mute, name)
		return secrets
	}
	if !c.mute[name] {
		c.mute[name] = true
		c.log.WithFields(logrus.Fields{"destination": name, "secret_env": strings.Join(variables, " ")}).
			Warn("deskbell web has no secret of a chat product: its webhooks are refused")
	}
	return []string{""}
}

// sender is one chat product.
type sender struct {
	in      adapter.In
	verify  verifier
	secrets []string // one at least
}

// Verify implements hook.Sender.
func (s *sender) Verify(header http.Header, body []byte, at time.Time) (err error) {
	for _, secret := range s.secrets {
		if err = s.verify(secret, header, body, at); err == nil {
			return nil
		}
	}
	return err
}

// Events implements hook.Sender.
func (s *sender) Events(header http.Header, body []byte, at time.Time) (items []event.Item, ignored string, err error) {
	got, err := s.in.Events(adapter.Request{Header: header, Body: body, At: at})
	return got.Items, got.Ignored, err
}

// chatwootSender and restSender are those of a definition.
func chatwootSender(name string, def definition.Destination) (adapter.In, verifier, error) {
	table, err := chatwootTable(name, def)
	return table, chatwoot.Verify, err
}

func restSender(name string, def definition.Destination) (adapter.In, verifier, error) {
	in := cmp.Or(def.SignatureHeader, definition.DefaultSignatureHeader)
	return restTable(name, def), func(secret string, header http.Header, body []byte, _ time.Time) error {
		return rest.Verify(secret, header.Get(in), body)
	}, nil
}

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web/hook"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	// sendersFor is how long definitions stay in memory: each webhook would read all destinations.
	sendersFor = 4 * time.Second
	// sendersFaultFor is how long a failure to read them holds: webhooks do not queue up for a Redis that hangs.
	sendersFaultFor = time.Second
)

// chatwootSenders are the Chatwoots whose webhooks are taken, by the names of their destinations.
type chatwootSenders struct {
	load   func(ctx context.Context, kind store.Global) (map[string][]byte, error)
	getenv func(string) string
	now    func() time.Time
	log    logrus.FieldLogger

	mu    sync.Mutex
	known map[string]hook.Sender
	mute  map[string]bool // destinations without a secret, each of which has a line in the log
	fault error
	until time.Time // known, or fault, is good
}

// find gives that of a name. One that there is not believes nothing, and takes as long for it as others: who guesses does not learn by the
// clock which names there are.
func (c *chatwootSenders) find(ctx context.Context, name string) (hook.Sender, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if left := c.until.Sub(c.now()); left > 0 && left <= sendersFor { // a clock may be set back
		return c.named(name), c.fault
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second) // others wait for it, too
	defer cancel()
	c.known, c.fault = c.read(ctx)
	if c.until = c.now().Add(sendersFor); c.fault != nil {
		c.until = c.now().Add(sendersFaultFor)
	}
	return c.named(name), c.fault
}

func (c *chatwootSenders) named(name string) hook.Sender {
	if s := c.known[name]; s != nil {
		return s
	}
	return &chatwootSender{secrets: []string{""}}
}

func (c *chatwootSenders) read(ctx context.Context) (map[string]hook.Sender, error) {
	all, err := c.load(ctx, store.GlobalDestination)
	if err != nil {
		return nil, err
	}
	senders := make(map[string]hook.Sender)
	for name, body := range all {
		var def definition.Destination
		if json.Unmarshal(body, &def) != nil || def.Type != chatwootType { // one that cannot be read is not ours: nobody signs for it
			continue
		}
		table, err := chatwootTable(name, def)
		if err != nil {
			continue
		}
		senders[name] = &chatwootSender{table: table, secrets: c.secrets(name, def.SecretEnv)}
	}
	return senders, nil
}

// secrets are those in some variables, or else an empty one, which nothing is signed by.
func (c *chatwootSenders) secrets(name string, variables []string) (secrets []string) {
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
			Warn("deskbell web has no secret of a Chatwoot: its webhooks are refused")
	}
	return []string{""}
}

// chatwootSender is one Chatwoot.
type chatwootSender struct {
	table   *chatwoot.Table
	secrets []string // one at least
}

// Verify implements hook.Sender.
func (s *chatwootSender) Verify(header http.Header, body []byte, at time.Time) (err error) {
	for _, secret := range s.secrets {
		if err = chatwoot.Verify(secret, header, body, at); err == nil {
			return nil
		}
	}
	return err
}

// Events implements hook.Sender.
func (s *chatwootSender) Events(header http.Header, body []byte, at time.Time) (items []event.Item, ignored string, err error) {
	got, err := s.table.Events(adapter.Request{Header: header, Body: body, At: at})
	return got.Items, got.Ignored, err
}

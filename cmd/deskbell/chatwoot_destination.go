package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/adapter/caller"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// chatwootType is the destination's type in a definition.
const chatwootType = "chatwoot"

// chatwoots joins the table of Chatwoot, which plans calls, to a caller, which makes them, and both to the environment.
type chatwoots struct {
	transport http.RoundTripper // of all of them, one pool of connections
	getenv    func(string) string
	now       func() time.Time
	log       logrus.FieldLogger
}

func newChatwoots(outbound guard.Guard, getenv func(string) string, now func() time.Time, log logrus.FieldLogger) chatwoots {
	return chatwoots{outbound.Client(deliver.CallLimit, caller.MostAnswer).Transport, getenv, now, log} // which follows no redirects, as a client would
}

// open is the OpenDestination of chatwootType.
func (c chatwoots) open(name string, def definition.Destination) (deliver.Destination, error) {
	return c.join(name, def)
}

// join makes the destination of a definition.
func (c chatwoots) join(name string, def definition.Destination) (*chatwootDestination, error) {
	failed := func(err error) error { return fmt.Errorf("opening the Chatwoot %q: %w", name, err) }
	table, err := chatwootTable(name, def)
	if err != nil {
		return nil, failed(err)
	}
	at, err := url.Parse(def.URL)
	if err != nil || at.Host == "" { // the error would show the URL
		return nil, failed(errors.New("its url cannot be read; mend it in its definition"))
	}
	bot, err := c.token(def.TokenEnv)
	if err != nil {
		return nil, failed(err)
	}
	admin := bot
	if table.Admin {
		if admin, err = c.token(def.AdminTokenEnv); err != nil {
			return nil, failed(err)
		}
	}
	return &chatwootDestination{chatwoots: c, name: name, table: table, calls: &caller.Caller{
		URL: at, Transport: c.transport, UserAgent: userAgent(),
		Authorize: func(h http.Header, asAdmin bool) {
			token := map[bool]string{false: bot, true: admin}[asAdmin]
			h["api_access_token"] = []string{token} // so written in its documentation
		},
	}}, nil
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

// token is that in an environment variable. No error shows it.
func (c chatwoots) token(variable string) (string, error) {
	const most = 500
	token := strings.TrimSpace(c.getenv(variable))
	switch unfit := func(r rune) bool { return r <= ' ' || r > '~' }; {
	case token == "":
		return "", fmt.Errorf("the environment variable %s is not set: give it to every worker", variable)
	case len(token) > most || strings.ContainsFunc(token, unfit):
		return "", fmt.Errorf("what the environment variable %s holds is no token of Chatwoot", variable)
	}
	return token, nil
}

// chatwootDestination is one Chatwoot.
type chatwootDestination struct {
	chatwoots
	name  string
	table *chatwoot.Table
	calls *caller.Caller
}

// Most implements deliver.Destination.
func (*chatwootDestination) Most() int { return 1 }

// Deliver implements deliver.Destination. Its errors show the scheme and the host of the URL, and the paths of calls, and no token.
func (d *chatwootDestination) Deliver(ctx context.Context, batch []deliver.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, deliver.CallLimit)
	defer cancel()
	var a action.Action
	if err := json.Unmarshal(batch[0].Body, &a); err != nil {
		return &deliver.Error{Err: fmt.Errorf("decoding the action %s: %w", batch[0].ID, err), Refused: true}
	}
	plan, err := d.table.Calls(a)
	if err != nil {
		return &deliver.Error{Err: err, Refused: true}
	}
	if plan.Skipped != "" {
		d.log.WithFields(logrus.Fields{"destination": d.name, "action": a.ID, "reason": plan.Skipped}).Debug("there is nothing to do at Chatwoot")
		return nil
	}
	return d.failed(d.calls.Make(ctx, plan.Calls))
}

// failed is the error of a call; nil where there is none.
func (d *chatwootDestination) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("asking %s://%s: %w", d.calls.URL.Scheme, d.calls.URL.Host, d.verdict(err))
}

// verdict is the meaning of a call that failed.
func (d *chatwootDestination) verdict(err error) error {
	var answered *caller.Error
	if !errors.As(err, &answered) {
		return guard.Reason(err)
	}
	return &deliver.Error{Err: err, Refused: answered.Refused, RetryAfter: deliver.RetryAfter(answered.RetryAfter, d.now())}
}

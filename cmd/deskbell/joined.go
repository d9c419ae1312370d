package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/caller"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// joiner joins tables of chat products, which plan calls, to callers, which make them, and both to the environment.
type joiner struct {
	transport http.RoundTripper // of all of them, one pool of connections
	getenv    func(string) string
	now       func() time.Time
	log       logrus.FieldLogger
}

func newJoiner(outbound guard.Guard, getenv func(string) string, now func() time.Time, log logrus.FieldLogger) joiner {
	return joiner{outbound.Client(deliver.CallLimit, caller.MostAnswer).Transport, getenv, now, log} // which follows no redirects, as a client would
}

// join makes the destination of a table, whose calls have the tokens that authorize gives them.
func (j joiner) join(name string, def definition.Destination, out adapter.Out, authorize func(h http.Header, asAdmin bool)) (*joined, error) {
	at, err := url.Parse(def.URL)
	if err != nil || at.Host == "" { // the error would show the URL
		return nil, errors.New("its url cannot be read; mend it in its definition")
	}
	return &joined{joiner: j, name: name, out: out, calls: &caller.Caller{URL: at, Transport: j.transport, UserAgent: userAgent(), Authorize: authorize}}, nil
}

// token is that in an environment variable. No error shows it.
func (j joiner) token(variable string) (string, error) {
	const most = 500
	token := strings.TrimSpace(j.getenv(variable))
	switch unfit := func(r rune) bool { return r <= ' ' || r > '~' }; {
	case token == "":
		return "", fmt.Errorf("the environment variable %s is not set: give it to every worker", variable)
	case len(token) > most || strings.ContainsFunc(token, unfit):
		return "", fmt.Errorf("what the environment variable %s holds is no token", variable)
	}
	return token, nil
}

// joined is the destination of one chat product.
type joined struct {
	joiner
	name  string
	out   adapter.Out
	calls *caller.Caller
}

// Most implements deliver.Destination.
func (*joined) Most() int { return 1 }

// Deliver implements deliver.Destination. Its errors show the scheme and the host of the URL, and the paths of calls, and no token.
func (d *joined) Deliver(ctx context.Context, batch []deliver.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, deliver.CallLimit)
	defer cancel()
	var a action.Action
	if err := json.Unmarshal(batch[0].Body, &a); err != nil {
		return &deliver.Error{Err: fmt.Errorf("decoding the action %s: %w", batch[0].ID, err), Refused: true}
	}
	plan, err := d.out.Calls(a)
	if err != nil {
		return &deliver.Error{Err: err, Refused: true}
	}
	if plan.Skipped != "" {
		d.log.WithFields(logrus.Fields{"destination": d.name, "action": a.ID, "reason": plan.Skipped}).Debug("there is nothing to do at the chat product")
		return nil
	}
	return d.failed(d.calls.Make(ctx, plan.Calls))
}

// failed is the error of a call; nil where there is none.
func (d *joined) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("asking %s://%s: %w", d.calls.URL.Scheme, d.calls.URL.Host, d.verdict(err))
}

// verdict is the meaning of a call that failed.
func (d *joined) verdict(err error) error {
	var answered *caller.Error
	if !errors.As(err, &answered) {
		reason := guard.Reason(err)
		if errors.Is(reason, guard.ErrTooLong) { // others may be shorter
			return &deliver.Error{Err: reason, Refused: true}
		}
		return reason
	}
	return &deliver.Error{Err: err, Refused: answered.Refused, RetryAfter: deliver.RetryAfter(answered.RetryAfter, d.now())}
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// A chat product gets no ping: each of its calls would do something. Instead, it is asked what changes nothing.

// Ping implements deliver.Pinger: it asks for the product's address with the token.
func (d *joined) Ping(ctx context.Context, _ deliver.Delivery) (deliver.Answer, error) {
	asked, err := d.calls.Ask(ctx, "/", false)
	if err != nil {
		return deliver.Answer{Do: "see that the product runs, and that url leads to it"}, d.failed(err)
	}
	answer := deliver.Answer{Status: asked.Status, Text: "it answers; nothing was sent there"}
	switch {
	case asked.Status == http.StatusUnauthorized, asked.Status == http.StatusForbidden:
		answer.Do = "see whether the token in token_env, as the workers have it, is still good"
	case asked.Status >= http.StatusInternalServerError:
		answer.Do = "look into the log of the product"
	default:
		return answer, nil
	}
	answer.Text = ""
	return answer, fmt.Errorf("asking %s://%s: it answered %d %s", d.calls.URL.Scheme, d.calls.URL.Host, asked.Status, http.StatusText(asked.Status))
}

// Ping implements deliver.Pinger by the checks of deskbell chatwoot check, without that of where webhooks go: a worker does not know it.
func (d *chatwootDestination) Ping(ctx context.Context, _ deliver.Delivery) (answer deliver.Answer, err error) {
	answer.Do = "run deskbell chatwoot check " + d.name + ": it says more"
	var lines strings.Builder
	for _, p := range (chatwoot.Checker{Table: d.table}).Probes("") {
		if p.Path == d.table.WebhooksPath() {
			continue
		}
		asked, err := joining{chatwootDestination: d}.ask(ctx, p)
		if err != nil {
			return answer, d.failed(err)
		}
		if err := printFindings(&lines, p.Judge(asked)); err != nil {
			answer.Text = lines.String()
			return answer, fmt.Errorf("asking %s://%s: %w", d.calls.URL.Scheme, d.calls.URL.Host, err)
		}
	}
	return deliver.Answer{Text: lines.String()}, nil
}

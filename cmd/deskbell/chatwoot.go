package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

type chatwootCmd struct {
	Action  string `arg:"" enum:"connect,check,import" help:"What to do: connect, check or import."`
	Name    string `arg:"" help:"The name of the destination of type chatwoot."`
	URL     string `placeholder:"URL" help:"Connect, check: where Chatwoot reaches deskbell web, such as https://bell.example; default: where it listens."`
	From    string `placeholder:"URL" help:"Import: where Chatwoot is, such as https://chat.example.com, while there is no such destination yet."`
	Account int64  `placeholder:"N" help:"Import, with --from: the number of the account, as in the addresses of Chatwoot's pages."`
}

func (*chatwootCmd) Help() string {
	return `
Connect has the webhooks of a Chatwoot come to deskbell web, and prints the secret by which they are signed: deskbell web
needs it. Check says what works, and what does not: versions, tokens, inboxes, agents, the webhook, the clock, and whether
deskbell web takes what is signed. It exits with 0 when all works. Both need the tokens in the environment, as workers do.

Import reads inboxes, hours, agents and out-of-office texts, and prints the deskbell.yaml that does the same. It changes
nothing. The token of an administrator is that of the destination, or in CHATWOOT_ADMIN_TOKEN.

Examples:

    deskbell chatwoot import support --from https://chat.example.com --account 3 > deskbell.yaml
    deskbell chatwoot connect support --url https://bell.example
    deskbell chatwoot check support --url https://bell.example
`
}

func (c *chatwootCmd) Run(ctx context.Context, a *app) (err error) {
	switch moving := c.Action == "import"; {
	case moving && c.URL != "":
		return usagef("chatwoot import: --url is for chatwoot connect and check")
	case !moving && (c.From != "" || c.Account != 0):
		return usagef("chatwoot %s: --from and --account are for chatwoot import", c.Action)
	case (c.From == "") != (c.Account == 0) || c.Account < 0:
		return usagef("chatwoot import: --from needs --account, a whole number from 1, and the other way round")
	case c.From != "":
		return c.importFrom(ctx, a)
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	found, err := s.client.Get(ctx, edit.KindDestination, c.Name)
	if err != nil {
		return err
	}
	var def definition.Destination
	if err := json.Unmarshal(found.Body, &def); err != nil {
		return fmt.Errorf("decoding the destination %q: %w", c.Name, err)
	}
	if def.Type != chatwootType {
		return fmt.Errorf("the destination %q is of type %s, and no Chatwoot", c.Name, def.Type)
	}
	base, err := s.outside(c.URL)
	if err != nil {
		return err
	}
	outbound := guard.Guard{Allow: s.env.AllowPrivate, Loopback: s.local}
	if c.Action == "import" {
		return a.importChatwoot(ctx, outbound, c.Name, def)
	}
	to, err := a.joinChatwoot(outbound, c.Name, def)
	if err != nil {
		return err
	}
	j := joining{chatwootDestination: to, def: def, address: base + "/v1/chatwoot/" + c.Name}
	if c.Action == "check" {
		tended, err := s.tended(ctx, c.Name)
		if err != nil {
			return err
		}
		return printFindings(a.stdout, slices.Concat(j.findings(ctx), []adapter.Finding{j.receiver(ctx)}, tended))
	}
	if err := j.connect(ctx, a); err != nil {
		return err
	}
	return printFindings(a.stderr, j.findings(ctx)) // web need not know the secret yet
}

// importFrom imports from a Chatwoot that is no destination yet, without a Redis.
func (c *chatwootCmd) importFrom(ctx context.Context, a *app) error {
	env, err := config.FromEnv(a.env)
	if err != nil {
		return err
	}
	def := definition.Destination{Type: chatwootType, URL: strings.TrimSuffix(c.From, "/"), Account: c.Account, TokenEnv: "CHATWOOT_TOKEN", AdminTokenEnv: "CHATWOOT_ADMIN_TOKEN"} //nolint:gosec // names of variables
	return a.importChatwoot(ctx, guard.Guard{Allow: env.AllowPrivate, Loopback: true}, c.Name, def)
}

// joinChatwoot is the destination of a definition, for a tool.
func (a *app) joinChatwoot(outbound guard.Guard, name string, def definition.Destination) (*chatwootDestination, error) {
	return newJoiner(outbound, a.env, a.now, quiet()).joinChatwoot(name, def)
}

// joining is a Chatwoot that is joined, or is to be.
type joining struct {
	*chatwootDestination
	def     definition.Destination
	address string // where its webhooks go
}

// connect subscribes, and prints the secret as a line of a file of environment variables.
func (j joining) connect(ctx context.Context, a *app) error {
	if !j.table.Admin {
		return fmt.Errorf("connecting %s: it needs admin_token_env, with the token of an administrator", j.name)
	}
	secret, err := j.subscribe(ctx, j.address)
	if err != nil {
		return err
	}
	variable := j.def.SecretEnv[0]
	fmt.Fprintf(a.stderr, "The webhooks of %s go to %s.\n", j.def.URL, j.address)
	switch {
	case secret == "":
		fmt.Fprintf(a.stderr, "Chatwoot does not show their secret: find it under Settings > Integrations > Webhooks, and give it to deskbell web in %s.\n", variable)
	case strings.TrimSpace(j.getenv(variable)) == secret:
		fmt.Fprintf(a.stderr, "%s has their secret here.\n", variable)
	default:
		fmt.Fprintf(a.stdout, "%s=%s\n", variable, secret)
		fmt.Fprintln(a.stderr, "Give that to deskbell web, in its environment, and start it anew. Whoever has it can tell Deskbell of visitors.")
	}
	return nil
}

// subscribe has its webhooks come to an address, and gives the secret by which they are signed; empty: Chatwoot does not show it.
func (d *chatwootDestination) subscribe(ctx context.Context, address string) (secret string, err error) {
	webhooks, err := d.calls.Get(ctx, d.table.WebhooksPath(), true)
	if err != nil {
		return "", d.failed(err)
	}
	call, err := chatwoot.Subscribe(d.table, webhooks, address, func(signed string) { secret = signed })
	if err != nil {
		return "", err
	}
	return secret, d.failed(d.calls.Make(ctx, []adapter.Call{call}))
}

// findings are those of Chatwoot.
func (j joining) findings(ctx context.Context) (all []adapter.Finding) {
	for _, p := range (chatwoot.Checker{Table: j.table}).Probes(j.address) {
		answer, err := j.ask(ctx, p)
		if err != nil {
			what := fmt.Sprintf("%s://%s", j.calls.URL.Scheme, j.calls.URL.Host)
			return append(all, adapter.Finding{What: what, Trouble: inFull(guard.Reason(err))})
		}
		all = append(all, p.Judge(answer)...)
	}
	if !j.table.Admin {
		all = append(all, adapter.Finding{
			What: "admin_token_env", Warning: true, Trouble: "there is none: inboxes and agents are not checked, and their hours and availability are not written",
		})
	}
	return all
}

func (j joining) ask(ctx context.Context, p adapter.Probe) (adapter.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, deliver.CallLimit)
	defer cancel()
	answer, err := j.calls.Ask(ctx, p.Path, p.Admin)
	answer.At = j.now()
	return answer, err
}

// receiver finds whether deskbell web takes what is signed by a secret of this environment.
func (j joining) receiver(ctx context.Context) adapter.Finding {
	found := adapter.Finding{What: "deskbell web at " + j.address}
	var secret string
	for _, variable := range j.def.SecretEnv {
		secret = cmp.Or(secret, strings.TrimSpace(j.getenv(variable)))
	}
	if secret == "" {
		found.Warning, found.Trouble = true, fmt.Sprintf("it is not asked: %s is not set here. deskbell web needs it", strings.Join(j.def.SecretEnv, ", "))
		return found
	}
	status, err := j.send(ctx, secret, []byte(`{"event":"deskbell_check"}`))
	switch {
	case err != nil: // it may be reached from where Chatwoot is
		found.Warning, found.Trouble = true, "it cannot be reached from here: "+inFull(guard.Reason(err))
	case status == http.StatusUnauthorized:
		found.Trouble = fmt.Sprintf("it does not know the secret in %s: give it the same", strings.Join(j.def.SecretEnv, ", "))
	case status != http.StatusOK:
		found.Trouble = fmt.Sprintf("it answered %d: does --url lead to deskbell web?", status)
	}
	return found
}

// tended finds how workers do what nobody tells them of. There is nothing to find before the first time, and without a token of an administrator.
func (s *session) tended(ctx context.Context, name string) ([]adapter.Finding, error) {
	bodies, err := s.store.GlobalsOf(ctx, store.GlobalTended, []string{name})
	if err != nil || bodies[0] == nil {
		return nil, err
	}
	var is jobs.Tended
	if err := json.Unmarshal(bodies[0], &is); err != nil {
		return nil, fmt.Errorf("decoding how %q is tended: %w", name, err)
	}
	found := adapter.Finding{What: "what webhooks have lost, and the hours of inboxes, by a worker each minute"}
	if is.Problem != "" {
		found.Trouble = fmt.Sprintf("%s; since %s", is.Problem, is.Failing.UTC().Format(time.RFC3339))
	}
	return []adapter.Finding{found}, nil
}

// send sends a webhook as Chatwoot would.
func (j joining) send(ctx context.Context, secret string, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, deliver.CallLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, j.address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header = chatwoot.Sign(secret, body, j.now().Truncate(time.Second))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", userAgent())
	answer, err := j.calls.Transport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// printFindings prints what works, and what does not. The error is of anything that does not.
func printFindings(to io.Writer, all []adapter.Finding) error {
	wrong := 0
	for _, f := range all {
		word := "ok"
		switch {
		case f.Trouble != "" && f.Warning:
			word = "warning"
		case f.Trouble != "":
			word = "wrong"
			wrong++
		}
		line := fmt.Sprintf("%-8s %s", word, f.What)
		if f.Trouble != "" {
			line += ": " + f.Trouble
		}
		fmt.Fprintln(to, line)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d do not work", wrong, len(all))
	}
	return nil
}

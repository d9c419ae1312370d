package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// The variables of the Chatwoot beside deskbell up.
const (
	fakeBotToken   = "CHATWOOT_TOKEN"       //nolint:gosec // a name
	fakeAdminToken = "CHATWOOT_ADMIN_TOKEN" //nolint:gosec // a name
	fakeSecret     = "CHATWOOT_SECRET"
)

const fakeAccount = 1

// fakeDesk is a Chatwoot in memory, beside deskbell up: the account 1 with the inbox 1 and the agents 1 and 2.
type fakeDesk struct {
	*fake.Chatwoot
	at  *url.URL
	env map[string]string // variables that a real one would need
}

// startFakeDesk serves one on a free port of this machine, and gives the environment its variables. Whoever reaches its page may do all that visitors
// and agents do.
func (a *app) startFakeDesk(ctx context.Context) (d *fakeDesk, stop func(), err error) {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listening for the Chatwoot that is not one: %w", err)
	}
	d = &fakeDesk{
		Chatwoot: fake.New(fake.Config{Now: a.now, Zone: zones.Load, PrivateNetwork: true}),
		at:       &url.URL{Scheme: "http", Host: l.Addr().String()},
	}
	server := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // until it is closed
	}()
	stop = func() {
		_ = server.Close()
		<-ended
		d.Close()
	}
	if err := d.furnish(); err != nil {
		stop()
		return nil, nil, err
	}
	env := a.env
	a.env = func(name string) string {
		if value, ok := d.env[name]; ok {
			return value
		}
		return env(name)
	}
	return d, stop, nil
}

// furnish adds the account and those who work there.
func (d *fakeDesk) furnish() error {
	_, err := d.AddAccount(fakeAccount, "Shop")
	if err != nil {
		return err
	}
	_, err = d.AddInbox(fakeAccount, fake.Inbox{ID: 1, Name: "Website"})
	_, err1 := d.AddAgent(fakeAccount, fake.Agent{ID: 1, Name: "Léa"})
	tom, err2 := d.AddAgent(fakeAccount, fake.Agent{ID: 2, Name: "Tom", Administrator: true})
	bot, err3 := d.AddBot(fakeAccount, fake.Bot{Name: "Deskbell"})
	d.env = map[string]string{fakeBotToken: bot.Token, fakeAdminToken: tom.Token}
	return errors.Join(err, err1, err2, err3)
}

// subscribeFakeDesk has its webhooks come to deskbell web, before that reads their secret.
func (a *app) subscribeFakeDesk(ctx context.Context, d *fakeDesk, web string) error {
	to, err := a.joinChatwoot(guard.Guard{Loopback: true}, "support", definition.Destination{
		Type: chatwootType, URL: d.at.String(), Account: fakeAccount, TokenEnv: fakeBotToken, AdminTokenEnv: fakeAdminToken,
	})
	if err != nil {
		return err
	}
	d.env[fakeSecret], err = to.subscribe(ctx, web+"/v1/chatwoot/support")
	return err
}

// applyFakeDesk applies definitions for it: a shop that is open for four minutes of five, in which Léa begins with the shop, and stays for two.
func (a *app) applyFakeDesk(ctx context.Context, s *session, d *fakeDesk) error {
	now, zone := zoneWithoutTurn(a.now().In(s.env.TimeZone))
	var shop, lea []string
	for t := now.Truncate(time.Minute); len(shop) < 24; t = t.Add(5 * time.Minute) {
		shop, lea = append(shop, window(t, 4*time.Minute)), append(lea, window(t, 2*time.Minute))
	}
	text := fmt.Sprintf(fakeDeskText, zone, strings.Join(shop, ", "), zone, strings.Join(lea, ", "), d.at)
	defs, err := config.ReadDefinitions("the sample", []byte(text))
	if err != nil {
		return err
	}
	steps, err := s.client.Plan(ctx, defs)
	if err != nil {
		return err
	}
	return s.client.Apply(ctx, steps, nil)
}

const fakeDeskText = `properties:
  shop:
    name: Shop
    schedule: {%sweekly: {daily: %q}}
    agents: [lea, tom]
    auto_replies: {outside: "We are closed, and have your message. Back {{next_open|soon}}."}
    rescue:
      - {after: 10s, send_message: "Thanks for waiting, we are nearly with you."}
      - {after: 30s, send_message: "It takes longer than we like. Shall we write to you instead?"}
agents:
  lea:
    name: Léa
    schedule: {%sweekly: {daily: %q}}
  tom: {name: Tom}
destinations:
  support:
    type: chatwoot
    url: %s
    account: 1
    token_env: CHATWOOT_TOKEN
    admin_token_env: CHATWOOT_ADMIN_TOKEN
    secret_env: CHATWOOT_SECRET
    inboxes: {1: shop}
    agents: {1: lea, 2: tom}
`

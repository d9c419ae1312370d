package main

import (
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
)

// command runs deskbell chatwoot with the tokens of the desk.
func (d *chatwootDesk) command(o online, more map[string]string, args ...string) result {
	d.t.Helper()
	env := map[string]string{
		"REDIS_URL": o.server.URL(), "DESKBELL_ALLOW_PRIVATE": "127.0.0.1/32", "CHATWOOT_TOKEN": chatwootBot, "CHATWOOT_ADMIN_TOKEN": chatwootAdmin,
	}
	for name, value := range more {
		env[name] = value
	}
	return testBundle{at: d.now().Format(time.RFC3339), env: env}.run(d.t, append([]string{"chatwoot"}, args...)...)
}

// yaml is the definition of the desk in a file.
func (d *chatwootDesk) yaml() string {
	return `
agents: {lea: {}}
properties: {acme: {}}
destinations:
  support: {type: chatwoot, url: "` + d.url + `", account: 3, token_env: CHATWOOT_TOKEN, admin_token_env: CHATWOOT_ADMIN_TOKEN, secret_env: SUPPORT_SECRET, inboxes: {7: acme}, agents: {12: lea}}
  bot: {type: chatwoot, url: "` + d.url + `", account: 3, token_env: CHATWOOT_TOKEN, secret_env: SUPPORT_SECRET, inboxes: {7: acme, 8: acme}}
  crm: {type: log}
`
}

func TestChatwootIsConnectedAndChecked(t *testing.T) {
	t.Parallel()
	o, d := newOnline(t), newChatwootDesk(t, nil)
	o.apply(d.yaml())
	const hook = "https://bell.example/v1/chatwoot/support"
	lacking := d.command(o, nil, "check", "support", "--url", "https://bell.example/")
	if lacking.code != 1 || !strings.Contains(lacking.stdout, "wrong    the webhook: none leads to "+hook+"\n") || lacking.stderr != "deskbell: 1 of 8 do not work\n" {
		t.Errorf("%+v", lacking)
	}
	first := d.command(o, nil, "connect", "support", "--url", "https://bell.example/")
	secret, named := strings.CutPrefix(strings.TrimSpace(first.stdout), "SUPPORT_SECRET=")
	if first.code != 0 || !named || secret == "" || !strings.HasPrefix(first.stderr, "The webhooks of "+d.url+" go to "+hook+".\n") || strings.Contains(first.stderr, "wrong ") {
		t.Errorf("%+v", first)
	}
	again := d.command(o, map[string]string{"SUPPORT_SECRET": secret}, "connect", "support", "--url", "https://bell.example")
	if again.code != 0 || again.stdout != "" || !strings.Contains(again.stderr, "SUPPORT_SECRET has their secret here.\n") {
		t.Errorf("%+v", again)
	}
	checked := d.command(o, nil, "check", "support", "--url", "https://bell.example")
	want := `ok       Chatwoot 4.14.2
ok       the clock
ok       the token of the bot
ok       inbox 7, acme: Website
ok       agent 12, lea: Léa
ok       the webhook
ok       the bot of inbox 7: none
warning  deskbell web at ` + hook + `: it is not asked: SUPPORT_SECRET is not set here. deskbell web needs it
`
	if checked.code != 0 || checked.stdout != want {
		t.Errorf("got %+v, want %s", checked, want)
	}
	const worker = "what webhooks have lost, and the hours of inboxes, by a worker each minute"
	for record, want := range map[string]string{
		`{"kept": {}}`: "ok       " + worker + "\n",
		`{"problem": "GET /api: it answered 500", "failing": "2026-11-23T09:00:00Z"}`: "wrong    " + worker + ": GET /api: it answered 500; since 2026-11-23T09:00:00Z\n",
	} {
		if err := o.server.Client(t).HSet(t.Context(), "deskbell:{all}:tended", "support", record).Err(); err != nil {
			t.Fatal(err)
		}
		if got := d.command(o, nil, "check", "support", "--url", "https://bell.example"); !strings.HasSuffix(got.stdout, want) {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	for _, r := range []result{lacking, first, again, checked} {
		if strings.Contains(r.stdout+r.stderr, "hunter2") {
			t.Errorf("it shows a token: %+v", r)
		}
	}
	d.SetFaults(fake.Faults{Status: 503})
	if got := d.command(o, nil, "connect", "support", "--url", "https://bell.example"); got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "it answered 503") {
		t.Errorf("%+v", got)
	}
}

func TestChatwootCommandsThatCannotBe(t *testing.T) {
	t.Parallel()
	o, d := newOnline(t), newChatwootDesk(t, nil)
	o.apply(d.yaml())
	for args, want := range map[string]result{
		"connect bot":                            {code: 1, stderr: "deskbell: connecting bot: it needs admin_token_env, with the token of an administrator\n"},
		"import bot":                             {code: 1, stderr: "deskbell: importing: it needs admin_token_env, with the token of an administrator\n"},
		"check crm":                              {code: 1, stderr: "deskbell: the destination \"crm\" is of type log, and no Chatwoot\n"},
		"check suppor":                           {code: 1, stderr: "deskbell: finding destination \"suppor\": not defined (did you mean \"support\"?)\n"},
		"check support --url bell":               {code: 2, stderr: "deskbell: --url bell is not where a server is; write it as https://bell.example\n"},
		"check support --account 3":              {code: 2, stderr: "deskbell: chatwoot check: --from and --account are for chatwoot import\n"},
		"import support --url https://a.b":       {code: 2, stderr: "deskbell: chatwoot import: --url is for chatwoot connect and check\n"},
		"import support --from https://a.b":      {code: 2, stderr: "deskbell: chatwoot import: --from needs --account, a whole number from 1, and the other way round\n"},
		"import a/b --from http://a --account 3": {code: 2, stderr: "deskbell: chatwoot import: \"a/b\" is no name of a destination; allowed: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'\n"},
	} {
		if got := d.command(o, nil, strings.Fields(args)...); got != want {
			t.Errorf("%s: got %+v, want %+v", args, got, want)
		}
	}
	if got := d.command(o, map[string]string{"CHATWOOT_TOKEN": ""}, "check", "support"); got.code != 1 || !strings.Contains(got.stderr, "CHATWOOT_TOKEN is not set") {
		t.Errorf("%+v", got)
	}
	got := d.command(o, nil, "check", "bot")
	if got.code != 0 || !strings.Contains(got.stdout, "warning  admin_token_env: there is none: ") {
		t.Errorf("%+v", got)
	}
}

// TestChatwootIsMovedFrom has an account whose hours and texts become definitions that apply takes.
func TestChatwootIsMovedFrom(t *testing.T) {
	t.Parallel()
	o, d := newOnline(t), newChatwootDesk(t, nil)
	hours := [7]fake.Day{{Closed: true}, {OpenAllDay: true, CloseHour: 23, CloseMinutes: 59}}
	for day := 2; day < 7; day++ {
		hours[day] = fake.Day{OpenHour: 9, OpenMinutes: 30, CloseHour: 17}
	}
	for _, inbox := range []fake.Inbox{
		{ID: 8, Name: "Léa's Café – Paris", TimeZone: "Europe/Paris", HoursEnabled: true, Hours: hours, OutOfOffice: "Hello {{ contact.name }},\nwe are closed. {{ account.name }}"},
		{ID: 9, Name: "website", OutOfOffice: "Never said"}, {ID: 10, Name: "店"},
	} {
		_, err := d.AddInbox(3, inbox)
		d.must(err)
	}
	got := d.command(o, map[string]string{"REDIS_URL": ""}, "import", "support", "--from", d.url+"/", "--account", "3")
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("%+v", got)
	}
	golden(t, "chatwoot_import", strings.ReplaceAll(got.stdout, d.url, "https://chat.example.com"))
	o.apply(got.stdout)
	again := d.command(o, nil, "import", "support")
	if _, same, _ := strings.Cut(again.stdout, "\nagents:\n"); again.code != 0 || same == "" || !strings.HasSuffix(got.stdout, same) {
		t.Errorf("%+v", again)
	}
	if got := d.command(o, map[string]string{"CHATWOOT_ADMIN_TOKEN": "wrong"}, "import", "support"); got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "it answered 401") {
		t.Errorf("%+v", got)
	}
}

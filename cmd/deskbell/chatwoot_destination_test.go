package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// The tokens of the Chatwoots of tests, which nothing may show.
const chatwootBot, chatwootAdmin = "hunter2-of-a-bot", "hunter2-of-an-admin"

// chatwootDesk is a Chatwoot in memory, with the account 3, the inbox 7, and the agent 12.
type chatwootDesk struct {
	*fake.Chatwoot
	t   *testing.T
	now func() time.Time
	url string
}

func newChatwootDesk(t *testing.T, webhooks http.RoundTripper) *chatwootDesk {
	t.Helper()
	return newChatwootDeskAt(t, time.Now, webhooks)
}

// newChatwootDeskAt is newChatwootDesk with a clock.
func newChatwootDeskAt(t *testing.T, now func() time.Time, webhooks http.RoundTripper) *chatwootDesk {
	t.Helper()
	d := &chatwootDesk{t: t, now: now, Chatwoot: fake.New(fake.Config{Now: now, Zone: zones.Load, Transport: webhooks, PrivateNetwork: true, Senders: 1})}
	t.Cleanup(d.Close)
	_, err := d.AddAccount(3, "Shop")
	d.must(err)
	_, err = d.AddInbox(3, fake.Inbox{ID: 7, Name: "Website"})
	d.must(err)
	_, err = d.AddAgent(3, fake.Agent{ID: 12, Name: "Léa"})
	d.must(err)
	_, err = d.AddAgent(3, fake.Agent{ID: 15, Name: "Tom", Token: chatwootAdmin, Administrator: true})
	d.must(err)
	_, err = d.AddBot(3, fake.Bot{ID: 5, Name: "Deskbell", Token: chatwootBot})
	d.must(err)
	api := httptest.NewServer(d.Chatwoot)
	t.Cleanup(api.Close)
	d.url = api.URL
	return d
}

func (d *chatwootDesk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// begin has a new visitor begin a conversation.
func (d *chatwootDesk) begin(text string) (conversation int) {
	d.t.Helper()
	source, err := d.Visit(7, fake.Browser{Page: "https://acme.example/"})
	d.must(err)
	conversation, err = d.Write(source, text)
	d.must(err)
	return conversation
}

// has is how often a conversation shows a text.
func (d *chatwootDesk) has(conversation int, text string) (n int) {
	d.t.Helper()
	c, err := d.Conversation(3, conversation)
	d.must(err)
	for _, m := range c.Messages {
		if m.Text == text {
			n++
		}
	}
	return n
}

// definition is that of the desk.
func (d *chatwootDesk) definition() definition.Destination {
	return definition.Destination{
		Type: chatwootType, URL: d.url, Account: 3, TokenEnv: "CHATWOOT_TOKEN", AdminTokenEnv: "CHATWOOT_ADMIN_TOKEN",
		Inboxes: map[string]string{"7": "acme"}, Agents: map[string]string{"12": "lea"},
	}
}

// open opens a destination as a worker does.
func (d *chatwootDesk) open(def definition.Destination) (deliver.Destination, error) {
	return d.joined(time.Now).chatwoot("support", def)
}

// joined has the environment of a worker with a clock.
func (*chatwootDesk) joined(now func() time.Time) joiner {
	log, _ := logtest.NewNullLogger()
	env := map[string]string{"CHATWOOT_TOKEN": chatwootBot + "\n", "CHATWOOT_ADMIN_TOKEN": chatwootAdmin, "CHATWOOT_WRONG_TOKEN": "hunter2", "CHATWOOT_ODD_TOKEN": "hunter2\nX: y"}
	local := guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	return newJoiner(local, func(name string) string { return env[name] }, now, log)
}

// deliveryOf is an action as it waits in an outbox.
func deliveryOf(t *testing.T, kind action.Type, data any) []deliver.Delivery {
	t.Helper()
	a := action.Action{ID: string(kind) + ":1", Type: kind, Time: time.Now(), Data: data}
	body, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return []deliver.Delivery{{ID: a.ID, Body: body}}
}

func TestActionsGoToChatwoot(t *testing.T) {
	t.Parallel()
	d := newChatwootDesk(t, nil)
	to, err := d.open(d.definition())
	d.must(err)
	if to.Most() != 1 {
		t.Errorf("it takes %d", to.Most())
	}
	conversation := d.begin("Hello?")
	message := deliveryOf(t, action.MessageSend, action.Visitor{Property: "acme", Chat: fmt.Sprint("support:", conversation), Text: "Nearly with you"})
	for range 2 { // the second is another try
		d.must(to.Deliver(t.Context(), message))
	}
	if n := d.has(conversation, "Nearly with you"); n != 1 {
		t.Errorf("the message is there %d times", n)
	}
	for _, skipped := range [][]deliver.Delivery{
		deliveryOf(t, action.MessageSend, action.Visitor{Property: "acme", Chat: "c1", Text: "Nowhere"}),
		deliveryOf(t, action.WidgetStateChanged, action.State{Property: "acme", Status: "online"}),
		deliveryOf(t, action.AgentStatusChanged, action.AgentStatus{Agent: "tom", Status: "online"}),
	} {
		d.must(to.Deliver(t.Context(), skipped))
	}
	d.must(to.Deliver(t.Context(), deliveryOf(t, action.AgentStatusChanged, action.AgentStatus{Agent: "lea", Status: "away"})))
	for _, a := range d.Agents(3) {
		if a.ID == 12 && a.Availability != "busy" {
			t.Errorf("lea is %s", a.Availability)
		}
	}
}

// TestAnswersOfChatwoot has what becomes of an action that Chatwoot does not take.
func TestAnswersOfChatwoot(t *testing.T) {
	t.Parallel()
	d := newChatwootDesk(t, nil)
	conversation := d.begin("Hello?")
	message := deliveryOf(t, action.MessageSend, action.Visitor{Property: "acme", Chat: fmt.Sprint("support:", conversation), Text: "Nearly with you"})
	path := fmt.Sprintf("/api/v1/accounts/3/conversations/%d", conversation)
	bot := func(to *definition.Destination) { to.AdminTokenEnv = "" }
	for _, c := range []struct {
		status  int
		change  func(to *definition.Destination)
		refused bool
		want    string
	}{
		{status: 422, change: bot, refused: true, want: "GET " + path + ": it answered 422 Unprocessable Entity"},
		{status: 500, change: bot, refused: true, want: "GET " + path + ": it answered 500 Internal Server Error"},
		{status: 429, change: bot, want: "GET " + path + ": it answered 429 Too Many Requests"},
		{status: 503, change: bot, want: "GET " + path + ": it answered 503 Service Unavailable"},
		{
			change: func(to *definition.Destination) { to.TokenEnv, to.AdminTokenEnv = "CHATWOOT_WRONG_TOKEN", "" },
			want:   "GET " + path + ": it answered 401 Unauthorized: is the token still good, and may its owner do that?",
		},
		{
			change: func(to *definition.Destination) { to.AdminTokenEnv = "CHATWOOT_WRONG_TOKEN" }, refused: true,
			want: "GET " + path + "/messages: it answered 401 Unauthorized: is the token still good, and may its owner do that?",
		},
	} {
		def := d.definition()
		c.change(&def)
		to, err := d.open(def)
		d.must(err)
		d.SetFaults(fake.Faults{Status: c.status})
		err = to.Deliver(t.Context(), message)
		var got *deliver.Error
		if !errors.As(err, &got) || got.Refused != c.refused || err.Error() != "asking "+d.url+": "+c.want {
			t.Errorf("%d: got %v", c.status, err)
		}
	}
	d.SetFaults(fake.Faults{})
	if n := d.has(conversation, "Nearly with you"); n != 0 {
		t.Errorf("the message is there %d times", n)
	}
	away := d.definition()
	away.URL = "http://127.0.0.1:1"
	to, err := d.open(away)
	d.must(err)
	if err := to.Deliver(t.Context(), message); err == nil || errors.As(err, new(*deliver.Error)) || err.Error() != "asking http://127.0.0.1:1: connection refused" {
		t.Errorf("got %v", err)
	}
	if err := to.Deliver(t.Context(), []deliver.Delivery{{ID: "x", Body: []byte("{")}}); err == nil {
		t.Error("it took what is no action")
	}
}

func TestAChatwootNeedsItsTokens(t *testing.T) {
	t.Parallel()
	d := newChatwootDesk(t, nil)
	for want, change := range map[string]func(to *definition.Destination){
		"the environment variable CHATWOOT_NO_TOKEN is not set: give it to every worker":      func(to *definition.Destination) { to.TokenEnv = "CHATWOOT_NO_TOKEN" },
		"the environment variable CHATWOOT_NEITHER_TOKEN is not set: give it to every worker": func(to *definition.Destination) { to.AdminTokenEnv = "CHATWOOT_NEITHER_TOKEN" },
		"what the environment variable CHATWOOT_ODD_TOKEN holds is no token":                  func(to *definition.Destination) { to.TokenEnv = "CHATWOOT_ODD_TOKEN" },
		"its url cannot be read; mend it in its definition":                                   func(to *definition.Destination) { to.URL = "https:// hunter2" },
		`reading its inboxes: strconv.ParseInt: parsing "website": invalid syntax`:            func(to *definition.Destination) { to.Inboxes = map[string]string{"website": "acme"} },
	} {
		def := d.definition()
		change(&def)
		if _, err := d.open(def); err == nil || err.Error() != `opening the Chatwoot "support": `+want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

package chatwoot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/caller"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake/apitest"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// joined is a Chatwoot in memory, whose API is checked against its description, with webhooks that come to a table. Its clock stands.
type joined struct {
	*fake.Chatwoot
	*caller.Caller
	t      *testing.T
	source string // of a visitor's browser

	mu     sync.Mutex
	secret string
	events []event.Event
	own    int // webhooks of Deskbell's own messages
}

func join(t *testing.T) *joined {
	t.Helper()
	j := &joined{t: t}
	j.Chatwoot = fake.New(fake.Config{Now: func() time.Time { return arrival }, Transport: post(j.receive), PrivateNetwork: true, Senders: 1})
	t.Cleanup(j.Chatwoot.Close)
	_, err := j.AddAccount(3, "Shop")
	j.must(err)
	_, err = j.AddInbox(3, fake.Inbox{ID: 7, Name: "Website"})
	j.must(err)
	_, err = j.AddAgent(3, fake.Agent{ID: 12, Name: "Léa"})
	j.must(err)
	_, err = j.AddAgent(3, fake.Agent{ID: 15, Name: "Tom", Token: "admin", Administrator: true})
	j.must(err)
	_, err = j.AddAgent(3, fake.Agent{ID: 16, Name: "Tom at home"})
	j.must(err)
	_, err = j.AddBot(3, fake.Bot{ID: 5, Name: "Deskbell", Token: "bot"})
	j.must(err)
	api := httptest.NewServer(apitest.Checked(t, j.Chatwoot))
	t.Cleanup(api.Close)
	at, err := url.Parse(api.URL)
	j.must(err)
	j.Caller = &caller.Caller{URL: at, Transport: api.Client().Transport, Authorize: func(h http.Header, admin bool) {
		h["api_access_token"] = []string{map[bool]string{true: "admin", false: "bot"}[admin]}
	}}
	j.subscribe()
	return j
}

func (j *joined) must(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

// subscribe does so twice: the second time, the webhook is there.
func (j *joined) subscribe() {
	for range 2 {
		webhooks, err := j.Get(j.t.Context(), table().WebhooksPath(), true)
		j.must(err)
		var secret string
		call, err := chatwoot.Subscribe(table(), webhooks, hookAddress, func(signed string) { secret = signed })
		j.must(err)
		j.must(j.Make(j.t.Context(), []adapter.Call{call}))
		j.mu.Lock()
		if secret == "" || j.secret != "" && secret != j.secret {
			j.t.Errorf("the webhook has the secret %q, and had %q", secret, j.secret)
		}
		j.secret = secret
		j.mu.Unlock()
	}
}

// post brings webhooks to their receiver, however long they take: on a machine that stalls, none is lost.
type post func(r *http.Request)

// RoundTrip implements http.RoundTripper.
func (p post) RoundTrip(r *http.Request) (*http.Response, error) {
	p(r)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// receive takes a webhook, as web does.
func (j *joined) receive(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		j.t.Error(err)
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := chatwoot.Verify(j.secret, r.Header, body, arrival); err != nil {
		j.t.Error(err)
	}
	got, err := table().Events(adapter.Request{Header: r.Header, Body: body, At: arrival})
	if err != nil {
		j.t.Error(err)
	}
	if got.Ignored == "it is a message of Deskbell's own" {
		j.own++
	}
	for _, item := range got.Items {
		if len(item.Faults) > 0 {
			j.t.Error(item.Faults)
		}
		j.events = append(j.events, item.Event)
	}
}

// has waits until an event has come, and gives it.
func (j *joined) has(kind event.Type, fits func(d event.Data) bool) (found event.Event) {
	j.t.Helper()
	redistest.Wait(j.t, string(kind), func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		i := slices.IndexFunc(j.events, func(e event.Event) bool { return e.Type == kind && fits(e.Data) })
		if i >= 0 {
			found = j.events[i]
		}
		return i >= 0
	})
	return found
}

// do makes the calls of an action.
func (j *joined) do(a action.Action) {
	j.t.Helper()
	plan, err := table().Calls(a)
	j.must(err)
	if plan.Skipped != "" {
		j.t.Fatal(plan.Skipped)
	}
	j.must(j.Make(j.t.Context(), plan.Calls))
}

func (j *joined) visitorAction(kind action.Type, change func(v *action.Visitor)) {
	j.t.Helper()
	v := action.Visitor{Property: "acme", Visitor: "support:1", Chat: "support:1"}
	change(&v)
	j.do(action.Action{ID: "id-" + string(kind), Type: kind, Data: v})
}

// begin has a visitor begin a conversation.
func (j *joined) begin() (conversation int) {
	j.t.Helper()
	var err error
	j.source, err = j.Visit(7, fake.Browser{Page: "https://acme.example/pricing"})
	j.must(err)
	j.must(j.Open(j.source))
	conversation, err = j.Write(j.source, "Hello?")
	j.must(err)
	return conversation
}

// TestAConversation goes through one, both ways, with a Chatwoot that is checked against its own description.
func TestAConversation(t *testing.T) {
	t.Parallel()
	j := join(t)
	id := j.begin()
	request := j.has(event.ChatRequested, func(d event.Data) bool { return d.Page.URL == "https://acme.example/pricing" })
	chat := request.Data.Chat
	said := j.has(event.ChatMessage, func(d event.Data) bool { return d.From == event.FromVisitor && d.Text == "Hello?" })
	j.has(event.WidgetMaximized, func(d event.Data) bool { return d.Visit == said.Data.Visit && d.Visitor == said.Data.Visitor })
	of := func(change func(v *action.Visitor)) func(v *action.Visitor) {
		return func(v *action.Visitor) { v.Chat, v.Visitor = chat, said.Data.Visitor; change(v) }
	}

	j.visitorAction(action.MessageSend, of(func(v *action.Visitor) { v.Text, v.Suggested = "Nearly with you", []string{"Prices"} }))
	j.visitorAction(action.MessageSend, of(func(v *action.Visitor) { v.Text, v.Suggested = "Nearly with you", []string{"Prices"} })) // once more
	j.visitorAction(action.NoteAdd, of(func(v *action.Visitor) { v.Text = "looks at prices" }))
	j.visitorAction(action.TagAdd, of(func(v *action.Visitor) { v.Tag = "Buyer" }))
	j.has(event.ChatTagged, func(d event.Data) bool { return slices.Equal(d.Added, []string{"buyer"}) })
	j.visitorAction(action.ChatReassign, of(func(v *action.Visitor) { v.Agent = "lea" }))
	j.has(event.ChatAssigned, func(d event.Data) bool { return d.Agent == "lea" && d.Chat == chat })
	j.must(j.As(12).Answer(id, "How can I help?"))
	j.has(event.ChatMessage, func(d event.Data) bool { return d.From == event.FromAgent && d.Agent == "lea" })
	j.visitorAction(action.ChatSnooze, of(func(v *action.Visitor) { v.Until = arrival.Add(time.Hour) }))
	j.visitorAction(action.TicketCreate, of(func(v *action.Visitor) { v.Ticket = &action.Ticket{WaitingSince: arrival} }))
	j.visitorAction(action.ChatClose, of(func(*action.Visitor) {}))
	j.has(event.ChatEnded, func(d event.Data) bool { return d.Chat == chat })

	redistest.Wait(t, "its own messages", func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.own >= 3
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.own != 3 { // one message, two notes
		t.Errorf("%d messages of Deskbell's own came back, want 3", j.own)
	}
	if i := slices.IndexFunc(j.events, func(e event.Event) bool { return e.Data.From == event.FromBot }); i >= 0 {
		t.Errorf("its own message became %+v", j.events[i])
	}
}

// TestLostWebhooksAreFound has none come: looking finds the ids that they would have had.
func TestLostWebhooksAreFound(t *testing.T) {
	t.Parallel()
	j := join(t)
	j.HoldWebhooks()
	id := j.begin()
	j.must(j.As(12).Answer(id, "How can I help?"))
	j.must(j.As(12).Resolve(id))
	list, err := j.Get(t.Context(), table().RecentPath(2*time.Minute), true)
	j.must(err)
	recent, err := chatwoot.RecentOf(table(), list)
	j.must(err)
	if len(recent) != 1 {
		t.Fatalf("got %+v", recent)
	}
	messages, err := j.Get(t.Context(), table().MessagesPath(recent[0].ID, 0), true)
	j.must(err)
	_, err = recent[0].Read(messages, arrival.Add(-2*time.Minute))
	j.must(err)
	got := recent[0].Events(arrival.Add(-2*time.Minute), arrival)
	j.ReleaseWebhooks()
	for _, item := range got.Items {
		if len(item.Faults) > 0 {
			t.Error(item.Faults)
		}
		came := j.has(item.Event.Type, func(d event.Data) bool { return d.Text == item.Event.Data.Text })
		if came.ID != item.Event.ID || came.Source != item.Event.Source {
			t.Errorf("a webhook tells %s, and looking %s", came.ID, item.Event.ID)
		}
	}
	if len(got.Items) != 4 { // the request, two messages, the end
		t.Errorf("got %+v", got)
	}
}

// TestTheOffice sets availability and hours, and finds that all is as it should be.
func TestTheOffice(t *testing.T) {
	t.Parallel()
	j := join(t)
	j.do(action.Action{ID: "x", Type: action.AgentStatusChanged, Data: action.AgentStatus{Agent: "tom", Status: "away"}})
	for _, a := range j.Agents(3) {
		if a.ID == 15 && (a.Availability != "busy" || !a.Administrator || a.AutoOffline) {
			t.Errorf("tom is %+v", a)
		}
	}
	for path, read := range map[string]func([]byte) ([]chatwoot.User, error){table().AgentsPath(): chatwoot.UsersOf, table().MembersPath(7): chatwoot.MembersOf} {
		answer, err := j.Get(t.Context(), path, true)
		j.must(err)
		users, err := read(answer)
		if err != nil || len(users) != 3 || users[0] != (chatwoot.User{ID: 12, Name: "Léa"}) {
			t.Errorf("%s: %v, %v", path, users, err)
		}
	}
	rows, _ := chatwoot.Week(spans(t, time.UTC, "23 09:00-12:00", "24 09:00-12:00", "24 13:00-18:00", "25 00:00-00:00"), time.UTC, arrival)
	j.must(j.Make(t.Context(), []adapter.Call{table().Hours(7, "UTC", rows)}))
	for _, p := range (chatwoot.Checker{Table: table()}).Probes(hookAddress) {
		if p.Path == "/api" {
			continue // its Date is that of the machine, and not of this clock
		}
		body, err := j.Get(t.Context(), p.Path, p.Admin)
		status := http.StatusOK
		if err != nil {
			status = http.StatusNotFound // of a conversation that there is not
		}
		for _, f := range p.Judge(adapter.Answer{Status: status, Header: http.Header{}, Body: body, At: arrival}) {
			if f.Trouble != "" {
				t.Errorf("%s: %s", f.What, f.Trouble)
			}
		}
	}
}

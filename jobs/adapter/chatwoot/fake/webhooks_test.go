package fake_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
)

func TestWebhooksAreSigned(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	got, secret := s.listen("message_created")
	s.chat("Hello?")
	s.settle()
	one := got.all()[0]
	stamp := one.header.Get("X-Chatwoot-Timestamp")
	if stamp != "1795428000" {
		t.Errorf("the timestamp is %s", stamp)
	}
	if sign := one.header.Get("X-Chatwoot-Signature"); sign != fake.Signature(secret, stamp, one.text) {
		t.Errorf("the signature is %s", sign)
	}
	if id := one.header.Get("X-Chatwoot-Delivery"); len(id) != 36 {
		t.Errorf("the delivery is %s", id)
	}
	// Computed by openssl dgst -sha256 -hmac secret.
	if sign := fake.Signature("secret", "1", []byte("{}")); sign != "sha256=1122767b193110cfec322b6f199b599edbf608ed087f2d27afb0b97d99523908" {
		t.Errorf("signed %s", sign)
	}
}

// TestADayOfAConversation tells what webhooks tell of it.
func TestADayOfAConversation(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	got, _ := s.listen(
		"contact_created", "contact_updated", "webwidget_triggered", "conversation_created", "conversation_status_changed",
		"conversation_updated", "message_created", "message_updated",
	)
	source, err := s.Visit(inbox, fake.Browser{Page: "https://shop.example/prices"})
	must(t, err)
	must(t, s.Open(source))
	one, err := s.Write(source, "Hello?")
	must(t, err)
	s.clock.add(time.Minute)
	must(t, s.Say(deskbell, one, "One moment"))
	must(t, s.As(tom).Assign(one, lea))
	must(t, s.As(lea).Note(one, "A buyer"))
	must(t, s.As(lea).Answer(one, "How can I help?"))
	must(t, s.Introduce(source, "Ann", "ann@example.com"))
	must(t, s.As(lea).Label(one, "buyer"))
	must(t, s.As(lea).SetAvailability("online"))
	must(t, s.As(lea).Resolve(one))
	again, err := s.Write(source, "One more thing")
	must(t, err)
	if again != one {
		t.Errorf("the visitor went on in %d, not in %d", again, one)
	}
	s.settle()
	want := []string{
		"contact_created", "webwidget_triggered", "conversation_created", "message_created",
		"message_created", "conversation_updated", // the bot's message ends the waiting
		"conversation_updated",                    // assigned
		"message_created",                         // the note
		"message_created", "conversation_updated", // the first reply
		"contact_updated", "conversation_updated", // the label
		"conversation_status_changed", "conversation_updated", // resolved
		"conversation_status_changed", "conversation_updated", "message_created", "conversation_updated", // opened again, and waiting
	}
	if events := got.events(); !slices.Equal(events, want) {
		t.Fatalf("it told\n%s, want\n%s", strings.Join(events, "\n"), strings.Join(want, "\n"))
	}
	all := got.all()
	for _, row := range []struct {
		of    int
		place []any
		want  any
	}{
		{1, []any{"event_info", "referer"}, "https://shop.example/prices"},
		{1, []any{"event_info", "initiated_at", "timestamp"}, "Mon Nov 23 2026 10:00:00 GMT+0000 (Coordinated Universal Time)"},
		{1, []any{"source_id"}, source},
		{2, []any{"id"}, 1.0},
		{2, []any{"contact_inbox", "source_id"}, source},
		{2, []any{"additional_attributes", "referer"}, "https://shop.example/prices"},
		{3, []any{"message_type"}, "incoming"},
		{3, []any{"created_at"}, "2026-11-23T10:00:00.000Z"},
		{3, []any{"account", "id"}, 3.0},
		{3, []any{"inbox", "id"}, 7.0},
		{3, []any{"sender", "type"}, nil},
		{4, []any{"sender", "type"}, "agent_bot"},
		{4, []any{"sender", "id"}, 20.0},
		{5, []any{"changed_attributes", 0, "waiting_since", "previous_value"}, "2026-11-23T10:00:00.000Z"},
		{6, []any{"changed_attributes", 0, "assignee_id", "current_value"}, 12.0},
		{6, []any{"meta", "assignee", "id"}, 12.0},
		{7, []any{"private"}, true},
		{8, []any{"sender", "type"}, "user"},
		{12, []any{"changed_attributes", 0, "status", "current_value"}, "resolved"},
		{12, []any{"event"}, "conversation_status_changed"},
		{14, []any{"changed_attributes", 0, "status", "current_value"}, "open"},
	} {
		if v := at(all[row.of].body, row.place...); v != row.want {
			t.Errorf("event %d has at %v %v, want %v\n%s", row.of, row.place, v, row.want, all[row.of].text)
		}
	}
}

func TestAPayloadIsBuiltWhenItIsSent(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	got, _ := s.listen("conversation_created")
	s.HoldWebhooks()
	source, _ := s.chat("First")
	_, err := s.Write(source, "Second")
	must(t, err)
	s.ReleaseWebhooks()
	s.settle()
	if text := at(got.all()[0].body, "messages", 0, "content"); text != "Second" {
		t.Errorf("conversation_created shows %v", text)
	}
}

func TestWebhooksGetLostAndComeTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	got, _ := s.listen("message_created")
	s.SetFaults(fake.Faults{LoseEvery: 3, TwiceEvery: 2})
	source, _ := s.chat("1")
	for _, text := range []string{"2", "3", "4", "5", "6"} {
		_, err := s.Write(source, text)
		must(t, err)
	}
	s.settle()
	var texts []string
	deliveries := make(map[string]bool)
	for _, one := range got.all() {
		texts = append(texts, at(one.body, "content").(string))
		deliveries[one.header.Get("X-Chatwoot-Delivery")] = true
	}
	if !slices.Equal(texts, []string{"1", "2", "2", "4", "4", "5"}) || len(deliveries) != len(texts) {
		t.Errorf("there came %q in %d deliveries", texts, len(deliveries))
	}
}

func TestAWebhookThatFailsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	tries := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tries <- r.Header.Get("X-Chatwoot-Delivery")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	s.ask("POST", "tom", "webhooks", object{"url": server.URL, "subscriptions": []string{"contact_created"}}).is(t, 200)
	_, err := s.Visit(inbox, fake.Browser{})
	must(t, err)
	s.settle()
	log := s.Log()
	if last := log[len(log)-1]; len(tries) != 1 || !last.Webhook || last.Status != 503 || last.Name != "contact_created" {
		t.Errorf("%d tries, and the log says %+v", len(tries), last)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f := fake.New(fake.Config{Now: func() time.Time { return at }})
	t.Cleanup(f.Close)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a webhook came") }))
	t.Cleanup(server.Close)
	_, err := f.AddAccount(account, "Shop")
	must(t, err)
	_, err = f.AddInbox(account, fake.Inbox{ID: inbox, Name: "Website"})
	must(t, err)
	_, err = f.AddAgent(account, fake.Agent{ID: tom, Name: "Tom", Token: "tom", Administrator: true})
	must(t, err)
	r := httptest.NewRequest(http.MethodPost, "/api/v1/accounts/3/webhooks", strings.NewReader(`{"url":"`+server.URL+`"}`))
	r.Header.Set("api_access_token", "tom")
	f.ServeHTTP(httptest.NewRecorder(), r)
	_, err = f.Visit(inbox, fake.Browser{})
	must(t, err)
	s := shop{Chatwoot: f, t: t}
	s.settle()
	if log := f.Log(); !strings.Contains(log[len(log)-1].Note, "SAFE_FETCH_ALLOW_PRIVATE_NETWORK") {
		t.Errorf("the log says %+v", log)
	}
}

func TestAConnectedBotMakesNewConversationsPending(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	must(t, s.ConnectBot(inbox, deskbell))
	_, one := s.chat("Hello?")
	if c, err := s.Conversation(account, one); err != nil || c.Status != "pending" {
		t.Errorf("it is %+v: %v", c, err)
	}
	a := s.ask("GET", "tom", "inboxes/7/agent_bot", nil).is(t, 200)
	if at(a.body, "agent_bot", "id") != 20.0 {
		t.Errorf("the bot is %s", a.text)
	}
}

func TestSuggestionsThatArePickedChangeTheirMessage(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	got, _ := s.listen("message_updated", "message_created")
	source, _ := s.chat("Hello?")
	a := s.ask("POST", "bot", "conversations/1/messages", object{
		"content": "Which?", "content_type": "input_select",
		"content_attributes": object{"items": []object{{"title": "Prices", "value": "prices"}}},
	}).is(t, 200)
	must(t, s.Pick(source, int(at(a.body, "id").(float64)), "Prices", "prices"))
	s.settle()
	all := got.all()
	last := all[len(all)-1]
	if len(all) != 3 || at(last.body, "event") != "message_updated" ||
		at(last.body, "content_attributes", "submitted_values", 0, "value") != "prices" {
		t.Errorf("it told %v: %s", got.events(), last.text)
	}
}

func TestOutOfOfficeTextsComeOnceADay(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, err := s.AddInbox(account, fake.Inbox{
		ID: 8, Name: "Night", HoursEnabled: true, OutOfOffice: "We are closed", Hours: [7]fake.Day{{Closed: true}, {Closed: true}, {OpenAllDay: true, CloseHour: 23, CloseMinutes: 59}},
	})
	must(t, err)
	got, _ := s.listen("message_created")
	source, err := s.Visit(8, fake.Browser{})
	must(t, err)
	count := func(texts ...string) (templates int) {
		for _, text := range texts {
			_, err := s.Write(source, text)
			must(t, err)
		}
		s.settle()
		for _, one := range got.all() {
			if at(one.body, "message_type") == "template" && at(one.body, "sender") == nil {
				templates++
			}
		}
		return templates
	}
	if n := count("Hello?", "Anybody?"); n != 1 {
		t.Errorf("on a closed Monday it was said %d times", n)
	}
	s.clock.add(24 * time.Hour)
	if n := count("Hello?"); n != 1 {
		t.Errorf("on an open Tuesday it was said %d times", n-1)
	}
}

func TestMergedContactsTellNobody(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	one, _ := s.chat("From the computer")
	other, _ := s.chat("From the phone")
	got, _ := s.listen("contact_created", "contact_updated", "conversation_updated")
	must(t, s.Merge(one, other))
	s.settle()
	if len(got.all()) != 0 {
		t.Errorf("it told %q", got.events())
	}
	a, b := s.ask("GET", "lea", "conversations/1", nil), s.ask("GET", "lea", "conversations/2", nil)
	if x, y := at(a.body, "meta", "sender", "id"), at(b.body, "meta", "sender", "id"); x != y {
		t.Errorf("they are %v and %v", x, y)
	}
}

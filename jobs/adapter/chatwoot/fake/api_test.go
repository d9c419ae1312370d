package fake_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake/apitest"
)

// TestRightsOfTokens asks every route by every kind of token.
func TestRightsOfTokens(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, one := s.chat("Hello?")
	c := fmt.Sprintf("conversations/%d", one)
	hook := s.ask("POST", "tom", "webhooks", object{"url": "https://a.example", "subscriptions": []string{"message_created"}}).is(t, 200)
	h := fmt.Sprintf("webhooks/%v", at(hook.body, "payload", "webhook", "id"))
	for _, row := range []struct {
		method, path      string
		body              object
		bot, agent, admin int
	}{
		{"GET", "/api/v1/profile", nil, 401, 200, 200},
		{"GET", "agents", nil, 401, 200, 200},
		{"PATCH", "agents/12", object{"role": "agent", "availability": "online"}, 401, 401, 200},
		{"GET", "agent_bots", nil, 401, 200, 200},
		{"GET", "inboxes", nil, 401, 200, 200},
		{"GET", "inboxes/7", nil, 401, 200, 200},
		{"GET", "inboxes/7/agent_bot", nil, 401, 200, 200},
		{"PATCH", "inboxes/7", object{"timezone": "UTC"}, 401, 401, 200},
		{"GET", "inbox_members/7", nil, 401, 200, 200},
		{"GET", "teams", nil, 401, 200, 200},
		{"GET", "webhooks", nil, 401, 401, 200},
		{"POST", "webhooks", object{"url": "https://b.example"}, 401, 401, 200},
		{"PATCH", h, object{"name": "new"}, 401, 401, 200},
		{"GET", "contacts/search?q=visitor", nil, 401, 200, 200},
		{"GET", "conversations", nil, 401, 200, 200},
		{"GET", "conversations/meta", nil, 401, 200, 200},
		{"GET", c, nil, 200, 200, 200},
		{"GET", c + "/messages", nil, 401, 200, 200},
		{"POST", c + "/messages", object{"content": "Hello"}, 200, 200, 200},
		{"POST", c + "/toggle_status", object{"status": "open"}, 200, 200, 200},
		{"POST", c + "/toggle_priority", object{"priority": "high"}, 200, 200, 200},
		{"POST", c + "/custom_attributes", object{"custom_attributes": object{"order": "7"}}, 200, 200, 200},
		{"POST", c + "/assignments", object{"assignee_id": tom}, 200, 200, 200},
		{"GET", c + "/labels", nil, 200, 200, 200},
		{"POST", c + "/labels", object{"labels": []string{"buyer"}}, 200, 200, 200},
		{"DELETE", h, nil, 401, 401, 200},
	} {
		for token, want := range map[string]int{"bot": row.bot, "lea": row.agent, "tom": row.admin, "nobody's": 401} {
			if token == "tom" {
				continue // at last, since it may delete
			}
			if got := s.ask(row.method, token, row.path, row.body); got.status != want {
				t.Errorf("%s %s by %s: %d, want %d: %s", row.method, row.path, token, got.status, want, got.text)
			}
		}
		if got := s.ask(row.method, "tom", row.path, row.body); got.status != row.admin {
			t.Errorf("%s %s by tom: %d, want %d: %s", row.method, row.path, got.status, row.admin, got.text)
		}
	}
	if got := s.ask("GET", "bot", "inboxes", nil); !strings.Contains(got.text, "not authorized for bots") {
		t.Errorf("a bot is told %s", got.text)
	}
	if got := s.ask("GET", "tom", "/api/v1/accounts/4/agents", nil); got.status != 404 {
		t.Errorf("an account that there is not: %d", got.status)
	}
}

func TestOtherAccountsAreClosed(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, err := s.AddAccount(4, "Others")
	must(t, err)
	s.ask("GET", "tom", "/api/v1/accounts/4/agents", nil).is(t, 401)
}

// TestTheDescriptionRefuses shows that the checks of these tests find something.
func TestTheDescriptionRefuses(t *testing.T) {
	t.Parallel()
	d, err := apitest.Describe()
	must(t, err)
	for path, body := range map[string]string{
		"PATCH agents/12":                      `{"availability":"offline"}`, // role must be given
		"POST conversations/1/toggle_status":   `{"status":"closed"}`,
		"POST conversations/1/messages":        `{"private":true}`,
		"POST conversations/1/labels":          `{"labels":"one"}`,
		"POST conversations/1/no_such_route":   `{}`,
		"PATCH inboxes/7":                      `{"timezone":7}`,
		"POST conversations/1/toggle_priority": `{"priority":"highest"}`,
		"GET conversations?status=closed":      "",
		"GET conversations?page=two":           "",
	} {
		method, path, _ := strings.Cut(path, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://chat.example/api/v1/accounts/3/"+path, http.NoBody)
		must(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("api_access_token", "tom")
		if d.Request(r, []byte(body)) == nil {
			t.Errorf("%s %s %s passes", method, path, body)
		}
	}
}

func TestVersionAndClock(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	a := s.ask("GET", "", "/api", nil).is(t, 200)
	if at(a.body, "version") != "4.14.2" || a.header.Get("Date") != "Mon, 23 Nov 2026 10:00:00 GMT" {
		t.Errorf("it says %s at %s", a.text, a.header.Get("Date"))
	}
}

func TestHoursThatAnInboxCannotHaveAreDroppedInSilence(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{Zone: func(name string) (*time.Location, error) {
		if name == "Mars/Olympus" {
			return nil, errors.New("unknown")
		}
		return time.UTC, nil
	}})
	row := func(day int, closed, allDay bool, from, to int) object {
		return object{"day_of_week": day, "closed_all_day": closed, "open_all_day": allDay, "open_hour": from, "open_minutes": 0, "close_hour": to, "close_minutes": 0}
	}
	a := s.ask("PATCH", "tom", "inboxes/7", object{
		"working_hours_enabled": true, "timezone": "Europe/Paris",
		"working_hours": []object{
			row(1, false, false, 8, 12), row(2, false, false, 22, 2), row(3, true, true, 0, 0), row(4, false, false, 9, 24),
			row(5, true, false, 0, 0), row(6, false, true, 5, 6),
		},
	}).is(t, 200)
	if at(a.body, "timezone") != "Europe/Paris" || !s.Inboxes(account)[0].HoursEnabled {
		t.Errorf("got %s", a.text)
	}
	got := s.Inboxes(account)[0].Hours
	usual := fake.Day{OpenHour: 9, CloseHour: 17}
	want := [7]fake.Day{
		{Closed: true}, {OpenHour: 8, CloseHour: 12}, usual, usual, usual, {Closed: true},
		{OpenAllDay: true, CloseHour: 23, CloseMinutes: 59},
	}
	if got != want {
		t.Errorf("the hours are\n%v, want\n%v", got, want)
	}
	s.ask("PATCH", "tom", "inboxes/7", object{"timezone": "Mars/Olympus", "name": "Other"}).is(t, 200)
	if i := s.Inboxes(account)[0]; i.TimeZone != "Europe/Paris" || i.Name != "Website" {
		t.Errorf("an inbox took an unknown zone, or what came with it: %+v", i)
	}
}

func TestAgentsWithAutoOfflineNeedTheirPage(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	shown := func() any {
		return at(s.ask("PATCH", "tom", "agents/12", object{"role": "agent", "availability": "online", "auto_offline": true}).is(t, 200).body, "availability_status")
	}
	if got := shown(); got != "offline" {
		t.Errorf("without a page: %v", got)
	}
	must(t, s.As(lea).Ping())
	s.clock.add(20 * time.Second)
	if got := shown(); got != "online" {
		t.Errorf("20 s after the page was there: %v", got)
	}
	s.clock.add(time.Second)
	if got := shown(); got != "offline" {
		t.Errorf("21 s after: %v", got)
	}
	a := s.ask("PATCH", "tom", "agents/12", object{"role": "agent", "auto_offline": false}).is(t, 200)
	if got := at(a.body, "availability_status"); got != "online" {
		t.Errorf("without auto_offline: %v", got)
	}
	s.wrongly("PATCH", "tom", "agents/12", object{"availability": "busy"}).is(t, 200) // more than is described
	s.wrongly("PATCH", "tom", "agents/12", object{"availability": "asleep"}).is(t, 500)
	if got := s.Agents(account)[0].Availability; got != "busy" {
		t.Errorf("the agent is %s", got)
	}
}

func TestConversationsArePaged(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	for range 30 {
		s.chat("Hello?")
		s.clock.add(time.Minute)
	}
	ids := func(query string) (ids []int) {
		list, _ := at(s.ask("GET", "lea", "conversations?"+query, nil).is(t, 200).body, "data", "payload").([]any)
		for _, c := range list {
			ids = append(ids, int(at(c, "id").(float64)))
		}
		return ids
	}
	first, second := ids("page=1"), ids("page=2")
	if len(first) != 25 || first[0] != 30 || !slices.Equal(second, []int{5, 4, 3, 2, 1}) {
		t.Errorf("the pages are %v and %v", first, second)
	}
	must(t, s.As(lea).Resolve(1))
	if got := ids("status=all&updated_within=1740"); len(got) != 29 { // 29 minutes: 2 to 30, of which the last began a minute ago; and 1 now
		t.Errorf("%d changed within 29 minutes: %v", len(got), got)
	}
	if got := ids("updated_within=60000"); len(got) != 29 {
		t.Errorf("%d that are open are shown at once", len(got))
	}
	if got := ids("status=resolved&inbox_id=7"); !slices.Equal(got, []int{1}) {
		t.Errorf("resolved are %v", got)
	}
}

func TestMessagesAreListedByTwenty(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	source, one := s.chat("1")
	for i := range 29 {
		_, err := s.Write(source, fmt.Sprint(i+2))
		must(t, err)
	}
	list := func(query string) (texts []string, first any) {
		all, _ := at(s.ask("GET", "lea", fmt.Sprintf("conversations/%d/messages%s", one, query), nil).is(t, 200).body, "payload").([]any)
		for _, m := range all {
			texts = append(texts, at(m, "content").(string))
		}
		return texts, at(all, 0, "id")
	}
	latest, id := list("")
	if len(latest) != 20 || latest[0] != "11" || latest[19] != "30" {
		t.Errorf("the last are %q", latest)
	}
	if before, _ := list(fmt.Sprintf("?before=%v", id)); len(before) != 10 || before[9] != "10" {
		t.Errorf("those before are %q", before)
	}
	if after, _ := list(fmt.Sprintf("?after=%v", id)); len(after) != 19 || after[0] != "12" {
		t.Errorf("those after are %q", after)
	}
}

func TestMessagesOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	source, one := s.chat("1")
	path := fmt.Sprintf("conversations/%d/messages", one)
	for range 199 {
		_, err := s.Write(source, "again")
		must(t, err)
	}
	a := s.ask("POST", "bot", path, object{"content": "Hello"}).is(t, 422)
	if !strings.Contains(a.text, "Too many messages") {
		t.Errorf("it says %s", a.text)
	}
	if _, err := s.Write(source, "more"); !errors.Is(err, fake.ErrFlood) {
		t.Errorf("the visitor is told %v", err)
	}
	s.clock.add(time.Minute + time.Second)
	s.ask("POST", "bot", path, object{"content": "Hello"}).is(t, 200)
}

func TestRequestsOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{Requests: 5, Searches: 2})
	for range 2 {
		s.ask("GET", "lea", "contacts/search?q=a", nil).is(t, 200)
	}
	s.ask("GET", "lea", "contacts/search?q=a", nil).is(t, 429)
	for range 2 {
		s.ask("GET", "lea", "agents", nil).is(t, 200)
	}
	if a := s.ask("GET", "lea", "agents", nil).is(t, 429); a.header.Get("Retry-After") != "" {
		t.Error("it says when to come again")
	}
	s.clock.add(time.Minute)
	s.ask("GET", "lea", "agents", nil).is(t, 200)
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, one := s.chat("Hello?")
	path := fmt.Sprintf("conversations/%d/messages", one)
	ask := func(items ...object) object {
		return object{"content": "Which?", "content_type": "input_select", "content_attributes": object{"items": items, "deskbell": "m-1"}}
	}
	a := s.ask("POST", "bot", path, ask(object{"title": "Prices", "value": "prices"})).is(t, 200)
	if at(a.body, "content_attributes", "deskbell") != "m-1" || at(a.body, "sender", "type") != "agent_bot" {
		t.Errorf("the answer is %s", a.text)
	}
	s.ask("POST", "bot", path, ask()).is(t, 422)
	s.ask("POST", "bot", path, ask(object{"title": "Prices", "value": "prices", "colour": "red"})).is(t, 422)
	s.ask("POST", "bot", path, object{"content": "I am a visitor", "message_type": "incoming"}).is(t, 422)
}

func TestAConversationIsMadeByABot(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	made := s.ask("POST", "lea", "contacts", object{"inbox_id": inbox, "name": "Ann", "email": "ann@example.com"}).is(t, 200)
	id, source := at(made.body, "payload", "contact", "id"), at(made.body, "payload", "contact_inbox", "source_id")
	s.ask("POST", "lea", "contacts", object{"inbox_id": inbox, "email": "Ann@example.com"}).is(t, 422)
	a := s.ask("POST", "bot", "conversations", object{
		"source_id": source, "inbox_id": inbox, "contact_id": id, "message": object{"content": "A form came in"},
		"custom_attributes": object{"form": "offline"},
	}).is(t, 200)
	got, err := s.Conversation(account, int(at(a.body, "id").(float64)))
	must(t, err)
	if got.Source != source || got.Custom["form"] != "offline" || len(got.Messages) != 1 || got.Messages[0].Sender != deskbell {
		t.Errorf("it is %+v", got)
	}
	s.ask("PUT", "tom", fmt.Sprintf("contacts/%v", id), object{"name": "Anna"}).is(t, 200)
	if shown := s.ask("GET", "lea", fmt.Sprintf("contacts/%v", id), nil).is(t, 200); at(shown.body, "payload", "name") != "Anna" {
		t.Errorf("renamed: %s", shown.text)
	}
	found := s.ask("GET", "lea", "contacts/search?q=ANN@", nil).is(t, 200)
	if at(found.body, "payload", 0, "contact_inboxes", 0, "source_id") != source {
		t.Errorf("found %s", found.text)
	}
	s.ask("POST", "bot", "conversations", object{"source_id": "nobody's"}).is(t, 404)
}

func TestStatusByTokens(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, one := s.chat("Hello?")
	toggle := func(token string, body object) {
		s.ask("POST", token, fmt.Sprintf("conversations/%d/toggle_status", one), body).is(t, 200)
	}
	now := func() fake.Conversation {
		c, err := s.Conversation(account, one)
		must(t, err)
		return c
	}
	until := s.clock.Now().Add(time.Hour)
	toggle("bot", object{"status": "snoozed", "snoozed_until": until.Unix()})
	s.ask("GET", "bot", fmt.Sprintf("conversations/%d", one), nil).is(t, 200)
	if c := now(); c.Status != "snoozed" || !c.SnoozedUntil.Equal(until) || c.Assignee != 0 {
		t.Errorf("snoozed: %+v", c)
	}
	s.clock.add(time.Hour)
	if c := now(); c.Status != "open" || !c.SnoozedUntil.IsZero() {
		t.Errorf("after the snooze: %+v", c)
	}
	toggle("bot", object{"status": "resolved"})
	toggle("bot", object{"status": "open"})
	if c := now(); c.Assignee != 0 {
		t.Errorf("opened by a bot: %+v", c)
	}
	toggle("lea", object{"status": "open"})
	if c := now(); c.Assignee != lea {
		t.Errorf("opened by an agent: %+v", c)
	}
	s.ask("POST", "bot", fmt.Sprintf("conversations/%d/assignments", one), object{"assignee_id": 999}).is(t, 200)
	if c := now(); c.Assignee != 0 {
		t.Errorf("assigned to nobody that there is: %+v", c)
	}
	s.wrongly("POST", "bot", fmt.Sprintf("conversations/%d/toggle_status", one), object{}).is(t, 200)
	if c := now(); c.Status != "resolved" {
		t.Errorf("toggled without a status: %+v", c)
	}
	s.wrongly("POST", "bot", fmt.Sprintf("conversations/%d/toggle_status", one), object{"status": "closed"}).is(t, 500)
}

func TestFaultsOfTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	_, one := s.chat("Hello?")
	path := fmt.Sprintf("conversations/%d/messages", one)
	s.SetFaults(fake.Faults{Status: 500, Until: s.clock.Now().Add(time.Hour)})
	s.ask("POST", "bot", path, object{"content": "lost"}).is(t, 500)
	s.clock.add(time.Hour)
	s.ask("POST", "bot", path, object{"content": "arrived"}).is(t, 200)
	s.SetFaults(fake.Faults{Status: 500, Done: true})
	s.ask("POST", "bot", path, object{"content": "arrived, too"}).is(t, 500)
	s.SetFaults(fake.Faults{Status: 429, Slow: time.Millisecond})
	s.ask("POST", "bot", path, object{"content": "lost"}).is(t, 429)
	c, err := s.Conversation(account, one)
	must(t, err)
	var texts []string
	for _, m := range c.Messages {
		texts = append(texts, m.Text)
	}
	if !slices.Equal(texts, []string{"Hello?", "arrived", "arrived, too"}) {
		t.Errorf("it has %q", texts)
	}
}

func TestWebhooksAreSubscribedOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, fake.Config{})
	hook := object{"url": "https://bell.example/v1/chatwoot/support", "subscriptions": []string{"message_created"}}
	made := s.ask("POST", "tom", "webhooks", hook).is(t, 200)
	if at(made.body, "payload", "webhook", "secret") == "" {
		t.Errorf("no secret: %s", made.text)
	}
	if a := s.ask("POST", "tom", "webhooks", hook).is(t, 422); !strings.Contains(a.text, "already been taken") {
		t.Errorf("twice: %s", a.text)
	}
	s.wrongly("POST", "tom", "webhooks", object{"url": "https://b.example", "subscriptions": []string{"agent_offline"}}).is(t, 422)
	s.ask("POST", "tom", "webhooks", object{"url": "bell"}).is(t, 422)
	if list, _ := at(s.ask("GET", "tom", "webhooks", nil).is(t, 200).body, "payload", "webhooks").([]any); len(list) != 1 {
		t.Errorf("there are %d", len(list))
	}
}

package fake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake/apitest"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A clock stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const (
	account, inbox = 3, 7
	lea, tom       = 12, 15 // tom is the administrator
	deskbell       = 20     // the bot
)

// shop is a Chatwoot with a shop in it.
type shop struct {
	*fake.Chatwoot
	t     *testing.T
	clock *clock
	url   string // of the API, with checks
	plain string // of the API, without
}

// newShop opens on Monday, 23 November 2026, at 10:00 UTC.
func newShop(t *testing.T, c fake.Config) *shop {
	t.Helper()
	k := &clock{now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	c.Now, c.PrivateNetwork, c.Senders = k.Now, true, max(c.Senders, 1)
	f := fake.New(c)
	t.Cleanup(f.Close)
	_, err := f.AddAccount(account, "Shop")
	must(t, err)
	_, err = f.AddInbox(account, fake.Inbox{ID: inbox, Name: "Website"})
	must(t, err)
	_, err = f.AddAgent(account, fake.Agent{ID: lea, Name: "Léa", Token: "lea"})
	must(t, err)
	_, err = f.AddAgent(account, fake.Agent{ID: tom, Name: "Tom", Token: "tom", Administrator: true})
	must(t, err)
	_, err = f.AddBot(account, fake.Bot{ID: deskbell, Name: "Deskbell", Token: "bot"})
	must(t, err)
	checked, plain := httptest.NewServer(apitest.Checked(t, f)), httptest.NewServer(f)
	t.Cleanup(checked.Close)
	t.Cleanup(plain.Close)
	return &shop{Chatwoot: f, t: t, clock: k, url: checked.URL, plain: plain.URL}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// an answer of the API.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any // nil: it is no object
}

// ask asks below the account; a path that begins with a slash is the whole one.
func (s *shop) ask(method, token, path string, body any) answer {
	s.t.Helper()
	return s.askAt(s.url, method, token, path, body)
}

// wrongly asks what is not as described.
func (s *shop) wrongly(method, token, path string, body any) answer {
	s.t.Helper()
	return s.askAt(s.plain, method, token, path, body)
}

func (s *shop) askAt(base, method, token, path string, body any) answer {
	s.t.Helper()
	if path[0] != '/' {
		path = fmt.Sprintf("/api/v1/accounts/%d/%s", account, path)
	}
	text, err := json.Marshal(body)
	must(s.t, err)
	if body == nil {
		text = nil
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, base+path, bytes.NewReader(text))
	must(s.t, err)
	r.Header.Set("api_access_token", token)
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	must(s.t, err)
	defer w.Body.Close()
	read, err := io.ReadAll(w.Body)
	must(s.t, err)
	a := answer{status: w.StatusCode, header: w.Header, text: string(read)}
	_ = json.Unmarshal(read, &a.body)
	return a
}

// is fails unless the status is that.
func (a answer) is(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("the status is %d, want %d: %s", a.status, status, a.text)
	}
	return a
}

// at is what stands at a place in JSON, by names and by numbers.
func at(v any, place ...any) any {
	for _, p := range place {
		switch p := p.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return nil
			}
			v = list[p]
		}
	}
	return v
}

type object = map[string]any

// chat begins a conversation.
func (s *shop) chat(text string) (source string, conversation int) {
	s.t.Helper()
	source, err := s.Visit(inbox, fake.Browser{Page: "https://shop.example/prices", Language: "fr"})
	must(s.t, err)
	conversation, err = s.Write(source, text)
	must(s.t, err)
	return source, conversation
}

// A received is a webhook that came.
type received struct {
	header http.Header
	text   []byte
	body   map[string]any
}

// receiver takes webhooks.
type receiver struct {
	mu   sync.Mutex
	list []received
	url  string
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.list...)
}

// events are the names of those that came.
func (r *receiver) events() (names []string) {
	for _, one := range r.all() {
		names = append(names, at(one.body, "event").(string))
	}
	return names
}

// listen subscribes to events, and returns what will come and the secret.
func (s *shop) listen(events ...string) (*receiver, string) {
	s.t.Helper()
	got := new(receiver)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		one := received{header: r.Header}
		one.text, _ = io.ReadAll(r.Body)
		_ = json.Unmarshal(one.text, &one.body)
		got.mu.Lock()
		defer got.mu.Unlock()
		got.list = append(got.list, one)
	}))
	s.t.Cleanup(server.Close)
	got.url = server.URL
	a := s.ask("POST", "tom", "webhooks", object{"url": server.URL, "name": "Deskbell", "subscriptions": events}).is(s.t, 200)
	return got, at(a.body, "payload", "webhook", "secret").(string)
}

// settle waits until all webhooks are sent.
func (s *shop) settle() {
	s.t.Helper()
	redistest.Wait(s.t, "webhooks are sent", s.Settled)
}

package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// The secrets of the chat product of the README, which nothing may show.
const restToken, restSecret = "hunter2-of-a-product", "hunter2-to-sign"

// restDesk is the chat product of the README, in memory. A message that it was asked for it tells of, as one of a bot.
type restDesk struct {
	*testing.T
	*httptest.Server
	mu    sync.Mutex
	calls []string
	told  chan string // requests to tell
}

func newRestDesk(t *testing.T) *restDesk {
	t.Helper()
	d := &restDesk{T: t, told: make(chan string, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Text, Status string }
		if r.Header.Get("Authorization") != "Bearer "+restToken || json.NewDecoder(r.Body).Decode(&body) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.calls = append(d.calls, strings.TrimSpace(fmt.Sprint(r.Method, " ", r.URL.Path, " ", body.Text, body.Status)))
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(d.Close)
	return d
}

// asked is how often a call was made.
func (d *restDesk) asked(call string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if c == call {
			n++
		}
	}
	return n
}

// tells sends a request to web, signed by a secret, and gives the status and the body of the answer.
func (d *restDesk) tells(web, secret, body string) string {
	d.Helper()
	req, err := http.NewRequestWithContext(d.Context(), http.MethodPost, "http://"+web+"/v1/rest/desk", strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(body))
	req.Header.Set(definition.DefaultSignatureHeader, "sha256="+hex.EncodeToString(sum.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(res.Body); err != nil {
		d.Fatal(err)
	}
	return fmt.Sprint(res.StatusCode, " ", answer.String())
}

// readmeOfRest is the definitions of the README, with another address.
func readmeOfRest(t *testing.T, address string) string {
	t.Helper()
	_, section, found := strings.Cut(read(t, "../../"+jobsREADME), "\n## Another chat product\n")
	_, block, fenced := strings.Cut(section, "```yaml\n")
	definitions, _, closed := strings.Cut(block, "\n```")
	if !found || !fenced || !closed {
		t.Fatal("the README has no definitions")
	}
	return strings.NewReplacer("https://chat.example.com", address, "delay: 1m", "delay: 1s, expiry: 1h").Replace(definitions)
}

// TestAVisitorOfAnyChatProductGetsARescueMessage goes the whole way with the definitions of the README: the product tells of a visitor, the worker
// asks it for the message that nobody has answered, and what the product tells of that makes nothing.
func TestAVisitorOfAnyChatProductGetsARescueMessage(t *testing.T) {
	t.Parallel()
	o, d := newOnline(t), newRestDesk(t)
	o.apply(readmeOfRest(t, d.URL))
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env := []string{
		"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "LOG_LEVEL=debug", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", "DESKBELL_LISTEN=",
		"REST_DESK_TOKEN=" + restToken, "DESK_SECRET=" + restSecret,
	}
	worker, web := start(t, 0, env, "worker"), start(t, 0, env, "web", "--listen", address)
	web.says("web started")
	for _, c := range []struct{ secret, body, want string }{
		{"another", `{"event": "room_opened", "room": {"id": 12, "visitor": "v1"}}`, "401 "},
		{restSecret, `{"event": "typing"}`, `200 {"ignored":"no rule fits it"}`},
		{restSecret, `{`, "400 "},
		{restSecret, `{"event": "room_opened", "room": {"id": 12}}`, "422 "},
		{restSecret, `{"event": "agent_came", "session": "s1", "author": {"id": "u7"}}`, `202 {"counts":{"taken":1`},
		{restSecret, `{"event": "room_opened", "room": {"id": 12, "visitor": "v1"}}`, `202 {"counts":{"taken":1`},
		{restSecret, `{"event": "room_opened", "room": {"id": 12, "visitor": "v1"}}`, `202 {"counts":{"taken":1`}, // once more
	} {
		if got := d.tells(address, c.secret, c.body); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.body, got, c.want)
		}
	}
	const message = "POST /api/rooms/12/messages Nearly with you"
	redistest.Wait(t, "the message is there", func() bool { return d.asked(message) > 0 })
	own := `{"event": "message", "author": {"kind": "bot"}, "message": {"id": 2, "text": "Nearly with you"}, "room": {"id": 12}}`
	if got := d.tells(address, restSecret, own); got != `200 {"ignored":"its rule says that it tells nothing"}` {
		t.Errorf("its own message: %s", got)
	}
	d.tells(address, restSecret, `{"event": "room_opened", "room": {"id": 13, "visitor": "v2"}}`)
	redistest.Wait(t, "the second message is there", func() bool { return d.asked("POST /api/rooms/13/messages Nearly with you") > 0 })
	if n := d.asked(message); n != 1 {
		t.Errorf("the message came %d times", n)
	}
	for _, p := range []*proc{worker, web} {
		p.stop()
		if strings.Contains(p.out.String(), "hunter2") {
			t.Errorf("it shows a secret:\n%s", p.out)
		}
	}
}

// TestActionsGoToAnyChatProduct has the calls of the README, and what becomes of an action that the product does not take.
func TestActionsGoToAnyChatProduct(t *testing.T) {
	t.Parallel()
	d := newRestDesk(t)
	parsed, err := config.ReadDefinitions("README.md", []byte(readmeOfRest(t, d.URL)))
	if err != nil {
		t.Fatal(err)
	}
	def := *parsed.Destinations["desk"]
	env := map[string]string{"REST_DESK_TOKEN": restToken + "\n", "REST_WRONG_TOKEN": "hunter2"}
	log, _ := logtest.NewNullLogger()
	j := newJoiner(guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, func(name string) string { return env[name] }, time.Now, log)
	to, err := j.rest("desk", def)
	if err != nil {
		t.Fatal(err)
	}
	v := action.Visitor{Property: "acme", Chat: "desk:a b", Text: "Hi", Agent: "lea"}
	for _, kind := range []action.Type{action.MessageSend, action.NoteAdd, action.ChatReassign, action.ChatClose, action.TagAdd} {
		if err := to.Deliver(t.Context(), deliveryOf(t, kind, v)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	d.mu.Lock()
	got := strings.Join(d.calls, "\n")
	d.mu.Unlock()
	if want := "POST /api/rooms/a b/messages Hi\nPOST /api/rooms/a b/notes Hi\nPUT /api/rooms/a b/owner\nPATCH /api/rooms/a b closed"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	def.TokenEnv = "REST_WRONG_TOKEN"
	if to, err = j.rest("desk", def); err != nil {
		t.Fatal(err)
	}
	err = to.Deliver(t.Context(), deliveryOf(t, action.MessageSend, v))
	if want := "asking " + d.URL + ": POST /rooms/a%20b/messages: it answered 401 Unauthorized: is the token still good, and may its owner do that?"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for want, change := range map[string]func(){
		`opening the chat product "desk": the environment variable REST_NO_TOKEN is not set: give it to every worker`: func() { def.TokenEnv = "REST_NO_TOKEN" },
		`opening the chat product "desk": its url cannot be read; mend it in its definition`:                          func() { def.TokenEnv, def.URL = "REST_DESK_TOKEN", "https:// hunter2" },
	} {
		change()
		if _, err := j.rest("desk", def); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

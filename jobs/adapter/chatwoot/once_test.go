package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/adapter/caller"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

// desk is as much of a Chatwoot as one conversation needs. It may lose an answer after it has done what was asked.
type desk struct {
	*caller.Caller
	mu       sync.Mutex
	loses    bool
	messages []map[string]any
	labels   []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{labels: []string{"new", "vip"}}
	mux := http.NewServeMux()
	const conversation = "/api/v1/accounts/3/conversations/12"
	mux.HandleFunc("GET "+conversation, func(w http.ResponseWriter, _ *http.Request) {
		var last []map[string]any
		if n := len(d.messages); n > 0 {
			last = d.messages[n-1:]
		}
		d.answer(t, w, map[string]any{"id": 12, "messages": last, "labels": d.labels})
	})
	mux.HandleFunc("GET "+conversation+"/messages", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Token") != "admin" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d.answer(t, w, map[string]any{"payload": d.messages[max(0, len(d.messages)-20):]})
	})
	mux.HandleFunc("POST "+conversation+"/messages", func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		d.read(t, r, &m)
		d.messages = append(d.messages, m)
		d.done(t, w, m)
	})
	mux.HandleFunc("POST "+conversation+"/labels", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Labels []string }
		d.read(t, r, &body)
		d.labels = body.Labels
		d.done(t, w, map[string]any{"payload": d.labels})
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.Caller = &caller.Caller{URL: at, Transport: server.Client().Transport, Authorize: func(h http.Header, admin bool) {
		h.Set("Token", map[bool]string{true: "admin", false: "bot"}[admin])
	}}
	return d
}

func (d *desk) read(t *testing.T, r *http.Request, to any) {
	if err := json.NewDecoder(r.Body).Decode(to); err != nil {
		t.Error(err)
	}
}

func (d *desk) answer(t *testing.T, w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Error(err)
	}
}

// done answers to a change, or loses the answer, once.
func (d *desk) done(t *testing.T, w http.ResponseWriter, v any) {
	if d.loses {
		d.loses = false
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	d.answer(t, w, v)
}

// deliver tries an action twice: the answer to its change is lost the first time. The visitor may write in between.
func (d *desk) deliver(t *testing.T, table *chatwoot.Table, a action.Action, visitorWrites bool) {
	t.Helper()
	plan, err := table.Calls(a)
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.loses = true
	d.mu.Unlock()
	if err := d.Make(t.Context(), plan.Calls); err == nil {
		t.Fatal("no answer was lost")
	}
	if visitorWrites {
		d.mu.Lock()
		d.messages = append(d.messages, map[string]any{"content": "Hello?", "content_attributes": map[string]any{}})
		d.mu.Unlock()
	}
	if err := d.Make(t.Context(), plan.Calls); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) sent(content string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.messages {
		if m["content"] == content {
			n++
		}
	}
	return n
}

// TestAMessageStandsOnce loses the answer to a message, and tries it again. The last row is the one thing that a bot's token does not allow.
func TestAMessageStandsOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		admin, visitorWrites bool
		want                 int
	}{
		{"with an administrator's token", true, false, 1},
		{"and a message of the visitor in between", true, true, 1},
		{"with a bot's token alone", false, false, 1},
		{"and a message of the visitor in between", false, true, 2},
	}
	for _, tt := range tests {
		d, of := newDesk(t), table()
		of.Admin = tt.admin
		a := action.Action{ID: "x", Type: action.MessageSend, Data: action.Visitor{Property: "acme", Chat: "support:12", Text: "Nearly with you"}}
		d.deliver(t, of, a, tt.visitorWrites)
		if got := d.sent("Nearly with you"); got != tt.want {
			t.Errorf("%s: it was sent %d times, want %d", tt.name, got, tt.want)
		}
		other := a
		other.ID = "y" // another message with the same text
		d.deliver(t, of, other, false)
		if got := d.sent("Nearly with you"); got != tt.want+1 {
			t.Errorf("%s: two were sent %d times, want %d", tt.name, got, tt.want+1)
		}
	}
}

func TestLabelsOfOthersStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deliver(t, table(), action.Action{ID: "x", Type: action.TagAdd, Data: action.Visitor{Property: "acme", Chat: "support:12", Tag: "Buyer"}}, false)
	d.deliver(t, table(), action.Action{ID: "y", Type: action.TagRemove, Data: action.Visitor{Property: "acme", Chat: "support:12", Tag: "New"}}, false)
	if got := strings.Join(d.labels, " "); got != "vip buyer" {
		t.Errorf("got %s", got)
	}
}

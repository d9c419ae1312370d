package caller_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/caller"
)

const secret = "not-to-be-shown"

// product answers as it is told, and keeps what it was asked.
type product struct {
	*caller.Caller
	mu    sync.Mutex
	asked []string
}

func setup(t *testing.T, path string, answer http.HandlerFunc) *product {
	t.Helper()
	p := new(product)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		said := strings.TrimSpace(strings.Join([]string{r.Header.Get("Token"), r.Method, r.URL.RequestURI(), string(body)}, " "))
		p.mu.Lock()
		p.asked = append(p.asked, said)
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	p.Caller = &caller.Caller{URL: at, Transport: server.Client().Transport, UserAgent: "deskbell/test", Authorize: func(h http.Header, admin bool) {
		token := map[bool]string{true: "admin", false: "bot"}[admin]
		h.Set("Token", token)
		h.Set("Secret", secret)
	}}
	return p
}

func (p *product) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":1}`) }

func TestCallsAreMadeInOrder(t *testing.T) {
	t.Parallel()
	p := setup(t, "/chat/", ok)
	var seen []string
	look := func(answer []byte) (json.RawMessage, bool, error) {
		seen = append(seen, string(answer))
		return json.RawMessage(`{"labels":["a"]}`), len(seen) > 1, nil
	}
	stands := func(answer []byte) error { seen = append(seen, "stands "+string(answer)); return nil }
	err := p.Make(t.Context(), []adapter.Call{
		{Method: http.MethodPost, Path: "/api/labels", Look: &adapter.Look{Path: "/api/12?all=1", Next: look}},
		{Method: http.MethodPost, Path: "/api/labels", Look: &adapter.Look{Path: "/api/12", Admin: true, Next: look}}, // it stands already
		{Method: http.MethodPatch, Path: "/api/a%2Fb/%25", Admin: true, Body: json.RawMessage(`{"a":1}`), Stands: stands},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`bot GET /chat/api/12?all=1`, `bot POST /chat/api/labels {"labels":["a"]}`,
		`admin GET /chat/api/12`,
		`admin PATCH /chat/api/a%2Fb/%25 {"a":1}`,
	}
	if diff := cmp.Diff(want, p.all()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`{"id":1}`, `{"id":1}`, `stands {"id":1}`}, seen); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	p := setup(t, "", ok)
	answer, err := p.Get(t.Context(), "/api/agents", true)
	if err != nil || string(answer) != `{"id":1}` || !slices.Equal(p.all(), []string{"admin GET /api/agents"}) {
		t.Errorf("got %s, %v, asked %q", answer, err, p.all())
	}
}

// TestAnswers has every answer that a product gives, and what becomes of the action.
func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status  int
		admin   bool
		refused bool
		after   string
		want    string
	}{
		{status: 301, refused: true, want: "POST /a: it answered 301 Moved Permanently; redirects are not followed: change its url"},
		{status: 400, refused: true, want: "POST /a: it answered 400 Bad Request"},
		{status: 401, want: "POST /a: it answered 401 Unauthorized: is the token still good, and may its owner do that?"},
		{status: 401, admin: true, refused: true, want: "POST /a: it answered 401 Unauthorized: is the token still good, and may its owner do that?"},
		{status: 403, refused: true, want: "POST /a: it answered 403 Forbidden"},
		{status: 404, refused: true, want: "POST /a: it answered 404 Not Found"},
		{status: 422, refused: true, want: "POST /a: it answered 422 Unprocessable Entity"}, // so many messages a minute in one conversation
		{status: 429, after: "17", want: "POST /a: it answered 429 Too Many Requests"},
		{status: 500, refused: true, want: "POST /a: it answered 500 Internal Server Error"},
		{status: 502, want: "POST /a: it answered 502 Bad Gateway"},
		{status: 503, after: "Mon, 23 Nov 2026 09:00:00 GMT", want: "POST /a: it answered 503 Service Unavailable"},
		{status: 504, want: "POST /a: it answered 504 Gateway Timeout"},
		{status: 599, refused: true, want: "POST /a: it answered 599"},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			t.Parallel()
			p := setup(t, "", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/a" {
					t.Errorf("it followed to %s", r.URL)
				}
				w.Header().Set("Location", "/elsewhere")
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, r.Header.Get("Secret"))
			})
			err := p.Make(t.Context(), []adapter.Call{
				{Method: http.MethodPost, Path: "/a", Admin: tt.admin},
				{Method: http.MethodPost, Path: "/b"}, // not after one that failed
			})
			var got *caller.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if got.Error() != tt.want || got.Status != tt.status || got.Refused != tt.refused || got.RetryAfter != tt.after {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestALookThatFailsMakesNoCall(t *testing.T) {
	t.Parallel()
	odd := errors.New("an odd answer")
	look := func([]byte) (json.RawMessage, bool, error) { return nil, false, odd }
	calls := []adapter.Call{{Method: http.MethodPost, Path: "/a", Look: &adapter.Look{Path: "/b", Next: look}}}
	p := setup(t, "", ok)
	var refused *caller.Error
	if err := p.Make(t.Context(), calls); !errors.Is(err, odd) || !errors.As(err, &refused) || !refused.Refused {
		t.Errorf("got %v", err)
	}
	down := setup(t, "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if err := down.Make(t.Context(), calls); !errors.As(err, &refused) || refused.Refused {
		t.Errorf("got %v", err)
	}
	if all := slices.Concat(p.all(), down.all()); !slices.Equal(all, []string{"bot GET /b", "bot GET /b"}) {
		t.Errorf("asked %q", all)
	}
}

// TestWhatWasKeptOtherwiseIsRefused is of an answer with 200 that shows that the call was not done.
func TestWhatWasKeptOtherwiseIsRefused(t *testing.T) {
	t.Parallel()
	other := errors.New("other hours")
	p := setup(t, "", ok)
	err := p.Make(t.Context(), []adapter.Call{{Method: http.MethodPatch, Path: "/a", Stands: func([]byte) error { return other }}})
	var refused *caller.Error
	if !errors.Is(err, other) || !errors.As(err, &refused) || !refused.Refused {
		t.Errorf("got %v", err)
	}
}

// TestNoAnswer is of a product that is not there, answers without an end, or is too slow: none of it is about the action.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	call := []adapter.Call{{Method: http.MethodPost, Path: "/a"}}
	long := setup(t, "", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, caller.MostAnswer+1)) // an error: the caller has gone
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	away := setup(t, "", ok)
	away.URL = &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	for name, err := range map[string]error{
		"long": long.Make(t.Context(), call), "ended": setup(t, "", ok).Make(ended, call), "away": away.Make(t.Context(), call),
	} {
		if err == nil || errors.As(err, new(*caller.Error)) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestPathsStayBelow has paths that would lead to another host.
func TestPathsStayBelow(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "a", "//other.example/a", "https://other.example/a", "/%zz", "/a/../b", "/a/%2e%2e/b", "/a/."} {
		p := setup(t, "", ok)
		if err := p.Make(t.Context(), []adapter.Call{{Method: http.MethodPost, Path: path}}); err == nil || len(p.all()) > 0 {
			t.Errorf("%q: got %v, asked %q", path, err, p.all())
		}
	}
}

package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/client"
)

// over is a client of a web that answers so.
func over(t *testing.T, answer http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	desk, err := client.HTTP(server.URL+"/", "the key")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	return desk
}

// said is an answer.
func said(status int, kind, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	plainJSON = "application/json"
	problem   = "application/problem+json"
)

func TestHTTPRefusesAnAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "bell.example", "ftp://bell.example", "https://", "https://me:hunter2@bell.example", "https://bell.example?x=1"} {
		if _, err := client.HTTP(address, ""); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestManyEventsTakeSeveralRequests: none is larger than the server takes.
func TestManyEventsTakeSeveralRequests(t *testing.T) {
	t.Parallel()
	var sizes []int
	ids := make(map[string]bool)
	desk := over(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/events" || r.Header.Get("Authorization") != "Bearer the key" || r.Header.Get("Content-Type") != plainJSON {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var events []event.Event
		if err := json.Unmarshal(body, &events); err != nil || len(events) > event.MaxEvents || len(body) > event.MaxBody {
			t.Errorf("%d bytes with %d events: %v", len(body), len(events), err)
		}
		for _, e := range events {
			ids[e.ID] = true
			if e.Time.IsZero() {
				t.Error("an event has no time")
			}
		}
		sizes = append(sizes, len(events))
		said(http.StatusAccepted, plainJSON, `{"results": []}`)(w, r)
	})
	small := make([]event.Event, event.MaxEvents+1)
	for i := range small {
		small[i] = arrived(fmt.Sprint("v", i))
	}
	large := make([]event.Event, 300)
	for i := range large {
		large[i] = event.NewChatRequested("acme", fmt.Sprint("w", i), "")
		large[i].Data.Chat, large[i].Data.Text = fmt.Sprint("c", i), strings.Repeat("ä", 2000)
	}
	if err := desk.Send(t.Context(), slices.Concat(small, large)...); err != nil {
		t.Fatal(err)
	}
	if len(sizes) < 3 || sizes[0] != event.MaxEvents || len(ids) != len(small)+len(large) {
		t.Errorf("requests of %v events with %d ids", sizes, len(ids))
	}
	if err := desk.Send(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnswersToEvents(t *testing.T) {
	t.Parallel()
	const results = `"results": [{"index": 0, "id": "a", "status": "taken"},
		{"index": 1, "status": "unknown_property", "errors": [{"location": "/data/property", "message": "is not defined", "value": "nobody"}]}]}`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string // of the error
		after  time.Duration
		not    int // of the event that was not taken; 0: none is named
	}{
		"all":         {answer: said(202, plainJSON, `{"results": [{"index": 0, "status": "taken"}, {"index": 1, "status": "taken"}]}`)},
		"one":         {answer: said(202, plainJSON, `{`+results), want: `sending events: event 1: unknown_property: /data/property: "nobody" is not defined`, not: 1},
		"none":        {answer: said(422, problem, `{"detail": "none", `+results), want: `sending events: event 1: unknown_property: /data/property: "nobody" is not defined`, not: 1},
		"over quota":  {answer: said(429, problem, `{"detail": "none", `+results, "Retry-After", "3"), want: "sending events: event 1: unknown_property", not: 1, after: 3 * time.Second},
		"too many":    {answer: said(429, problem, `{"detail": "slower"}`, "Retry-After", "2"), want: "sending events: the server answered 429 Too Many Requests: slower", after: 2 * time.Second},
		"a wrong key": {answer: said(401, problem, `{"detail": "no such key"}`), want: "sending events: the server answered 401 Unauthorized: no such key"},
		"elsewhere":   {answer: said(308, plainJSON, ``, "Location", "https://elsewhere.example/"), want: "sending events: the server answered 308 Permanent Redirect"},
		"a proxy":     {answer: said(502, "text/html", `<p>no`), want: "sending events: the server answered 502 Bad Gateway"},
		"another":     {answer: said(202, "text/html", `<p>hello`), want: "sending events: the server answered 202 Accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := over(t, c.answer).Send(t.Context(), arrived("v1"), arrived("v2"))
			if fmt.Sprint(err) != c.want && (c.want == "" || !strings.HasPrefix(fmt.Sprint(err), c.want)) && err != nil {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if (err == nil) != (c.want == "") {
				t.Errorf("got %v", err)
			}
			var refused *client.RefusedError
			if named := errors.As(err, &refused); named != (c.not != 0) || named && refused.Index != c.not {
				t.Errorf("refused is %+v", refused)
			}
			var failed *client.AnswerError
			if errors.As(err, &failed); c.after != 0 && (failed == nil || failed.RetryAfter != c.after) {
				t.Errorf("failed is %+v", failed)
			}
		})
	}
}

func TestWrongEventsAreNotSent(t *testing.T) {
	t.Parallel()
	desk := over(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	var refused *client.RefusedError
	err := desk.Send(t.Context(), arrived("v1"), event.New("visitor.flown", event.Data{}))
	if !errors.As(err, &refused) || refused.Index != 1 || refused.Status != "" {
		t.Errorf("got %v", err)
	}
}

func TestHTTPReadsStates(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	body, err := json.Marshal(shown(at))
	if err != nil {
		t.Fatal(err)
	}
	desk := over(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/v1/properties/acme/widget":
			said(200, plainJSON, string(body))(w, r)
		case "/v1/agents/lea/status":
			said(200, plainJSON, `{"agent": "lea", "time_zone": "UTC", "status": "online", "reason": "always", "since": null, "until": null, "next": null}`)(w, r)
		case "/v1/properties/a%2Fb/widget":
			said(404, problem, `{"detail": "there is no such property"}`)(w, r)
		default:
			said(404, "text/plain", "404 page not found")(w, r)
		}
	})
	if w, err := desk.Widget(t.Context(), "acme"); err != nil || w.Version != 5 || !w.Until.Equal(at.Add(time.Hour)) || w.Departments["sales"].Status != "offline" {
		t.Errorf("%+v, %v", w, err)
	}
	if a, err := desk.Agent(t.Context(), "lea"); err != nil || a != (client.Agent{Status: "online", Reason: "always"}) {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := desk.Widget(t.Context(), "a/b"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("not defined: %v", err)
	}
	var failed *client.AnswerError
	if _, err := desk.Agent(t.Context(), "tom"); !errors.As(err, &failed) || errors.Is(err, client.ErrNotFound) {
		t.Errorf("not Deskbell's: %v", err)
	}
}

// TestHTTPByAClientOfTheCaller: it is used as it is, and neither changed nor sent elsewhere with the key.
func TestHTTPByAClientOfTheCaller(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	t.Cleanup(server.Close)
	var asked []string
	through := transport(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Path)
		return server.Client().Transport.RoundTrip(r)
	})
	own := &http.Client{Transport: through}
	desk, err := client.HTTPClient(server.URL, "k", own)
	if err != nil {
		t.Fatal(err)
	}
	var failed *client.AnswerError
	if err := desk.Send(t.Context(), arrived("v1")); !errors.As(err, &failed) || failed.Status != http.StatusFound {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(asked, []string{"/v1/events"}) || own.Timeout != 0 || own.CheckRedirect != nil {
		t.Errorf("asked for %q by %+v", asked, own)
	}
	if err := desk.Close(); err != nil {
		t.Error(err)
	}
}

type transport func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

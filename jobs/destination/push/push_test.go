package push_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/destination/push/pushtest"
)

var _ jobs.Pusher = (*push.Sender)(nil)

// here lets this machine be reached.
func here() guard.Guard {
	return guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

func TestThePushServiceGetsWhatTheStandardsSay(t *testing.T) {
	t.Parallel()
	b := pushtest.New(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		message, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if body, err := b.Open(message); err != nil || body != `{"title":"Léa"}` {
			t.Errorf("it reads %q, %v", body, err)
		}
		for name, want := range map[string]string{"Ttl": "5400", "Urgency": "high", "Topic": "hours", "Content-Encoding": "aes128gcm"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		claims, err := b.Claims(r.Header.Get("Authorization"))
		if err != nil {
			t.Error(err)
			return
		}
		expires, _ := claims["exp"].(float64)
		if left := time.Until(time.Unix(int64(expires), 0)); claims["aud"] != "http://"+r.Host || claims["sub"] != "https://bell.acme.com" || left <= 0 || left > 24*time.Hour {
			t.Errorf("%v", claims)
		}
		if r.Method != http.MethodPost || r.URL.Path != "/secret" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	if err := push.New(here(), 0).Push(t.Context(), b.Push(server.URL+"/secret")); err != nil {
		t.Error(err)
	}
}

func TestTheLongestPushFits(t *testing.T) {
	t.Parallel()
	b := pushtest.New(t)
	want := strings.Repeat("a", deliver.MostPush)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		message, _ := io.ReadAll(r.Body)
		if got, err := b.Open(message); err != nil || got != want {
			t.Errorf("it reads %d bytes, %v", len(got), err)
		}
	}))
	t.Cleanup(server.Close)
	p := b.Push(server.URL)
	p.Body = []byte(want)
	if err := push.New(here(), 0).Push(t.Context(), p); err != nil {
		t.Error(err)
	}
}

// A push service whose answer never ends has the push. No time-out could end that: the bytes do.
func TestAnAnswerWithoutAnEnd(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
		for part := make([]byte, 1<<16); ; {
			if _, err := w.Write(part); err != nil {
				close(gone)
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	b := pushtest.New(t)
	if err := push.New(here(), time.Hour).Push(t.Context(), b.Push(server.URL)); err != nil {
		t.Error(err)
	}
	<-gone
}

// An error says what the push service answered, and nothing of the subscription.
func TestErrors(t *testing.T) {
	t.Parallel()
	b := pushtest.New(t)
	answering := func(answer http.HandlerFunc) string {
		server := httptest.NewServer(answer)
		t.Cleanup(server.Close)
		return server.URL + "/hunter2"
	}
	status := func(code int) string {
		return answering(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hunter2", code) })
	}
	for _, c := range []struct {
		name, endpoint, want string
		is                   error
	}{
		{"gone", status(410), "the subscription is gone", deliver.ErrUnsubscribed},
		{"unknown", status(404), "the subscription is gone", deliver.ErrUnsubscribed},
		{"too many", status(429), "it answered 429 Too Many Requests", nil},
		{"broken", status(503), "it answered 503 Service Unavailable", nil},
		{"a wrong key", status(403), "it answered 403 Forbidden", nil},
		{"elsewhere", answering(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://fcm.googleapis.com/hunter2", http.StatusTemporaryRedirect)
		}), "it answered 307 Temporary Redirect", nil},
		{"no answer", answering(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}), "it did not answer in time", deliver.ErrNoAnswer},
		{"nobody", "http://127.0.0.1:1/hunter2", "it could not be reached", nil},
		{"another host", "https://evil.example/hunter2", `"evil.example" is not the push service of a browser that is known here`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := push.New(here(), 2*time.Second).Push(t.Context(), b.Push(c.endpoint))
			if err == nil || !strings.HasSuffix(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) || c.is == nil && (errors.Is(err, deliver.ErrNoAnswer) || errors.Is(err, deliver.ErrUnsubscribed)) {
				t.Errorf("got %v", err)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if all := fmt.Sprintf("%+v", err); strings.Contains(all, "hunter2") || strings.Contains(all, b.Auth()) {
					t.Errorf("it holds a secret: %s", all)
				}
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := push.New(here(), 0).Push(ended, b.Push(status(200))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOnlyPushServicesAreReached(t *testing.T) {
	t.Parallel()
	b := pushtest.New(t)
	for endpoint, want := range map[string]string{ // with which guards it passes: any, those that let this machine pass, none
		"https://fcm.googleapis.com/fcm/send/x":                   "always",
		"https://FCM.googleapis.com/fcm/send/x":                   "always",
		"https://updates.push.services.mozilla.com/wpush/v2/x":    "always",
		"https://web.push.apple.com/x":                            "always",
		"https://wns2-par02p.notify.windows.com/w/?token=x":       "always",
		"https://web.push.apple.com:443/x":                        "always",
		"https://web.push.apple.com:22/x":                         "never",
		"http://web.push.apple.com/x":                             "never",
		"https://push.apple.com.evil.example/x":                   "never",
		"https://evilpush.apple.com/x":                            "never",
		"https://googleapis.com/x":                                "never",
		"https://storage.googleapis.com/x":                        "never",
		"https://u:p@fcm.googleapis.com/x":                        "never",
		"http://127.0.0.1:80/x":                                   "on this machine",
		"http://localhost:80/x":                                   "on this machine",
		"http://10.0.0.1/x":                                       "never",
		"file:///etc/passwd":                                      "never",
		"":                                                        "never",
		"https://fcm.googleapis.com/" + strings.Repeat("x", 2048): "never",
	} {
		passes := 0
		for _, g := range []guard.Guard{{}, {Loopback: true}, here()} {
			if push.New(g, 0).Check(b.Push(endpoint)) == nil {
				passes++
			}
		}
		if got := map[int]string{0: "never", 2: "on this machine", 3: "always"}[passes]; got != want {
			t.Errorf("%.60s: %s, want %s", endpoint, got, want)
		}
	}
}

func TestContact(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"bell.acme.com": "https://bell.acme.com", "Bell.ACME.com:8443": "https://bell.acme.com",
		"localhost:8080": "", "127.0.0.1:8080": "", "[::1]:8080": "", "192.0.2.1": "", "bell": "", "bell.example": "", "bell.example.com": "", "bell.local": "",
		"": "", "a/b.com": "", "a@b.com": "",
	} {
		if got := push.Contact(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

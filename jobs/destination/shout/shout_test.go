package shout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/shout"
)

var _ jobs.Notifier = shout.Notifier{}

// secret is in every URL of these tests, and must be in no error.
const secret = "hunter2"

func allowed() guard.Guard {
	return guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

// service starts a server, and gives the URL by which ntfy sends to it.
func service(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return fmt.Sprintf("ntfy://user:%s@%s/%s?scheme=http", secret, strings.TrimPrefix(server.URL, "http://"), secret)
}

// hang answers nothing until the caller has gone. A server sees that only after reading
// the body.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestNotify(t *testing.T) {
	t.Parallel()

	t.Run("sends title and text", func(t *testing.T) {
		t.Parallel()
		var got atomic.Value
		url := service(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			user, password, _ := r.BasicAuth()
			got.Store(fmt.Sprintf("%s %s %s:%s %s|%s", r.Method, r.URL.Path, user, password, r.Header.Get("Title"), body))
			w.Write([]byte(`{"id":"1"}`))
		})
		if err := (shout.Notifier{Guard: allowed()}).Notify(t.Context(), url, "Your hours have started", "Léa, it is nine."); err != nil {
			t.Fatal(err)
		}
		want := "POST /" + secret + " user:" + secret + " Your hours have started|Léa, it is nine."
		if got.Load() != want {
			t.Errorf("\n got %v\nwant %v", got.Load(), want)
		}
	})

	t.Run("puts the title above the text where a service has none", func(t *testing.T) {
		t.Parallel()
		var got atomic.Value
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got.Store(string(body))
		}))
		t.Cleanup(server.Close)
		url := "generic+" + server.URL + "/" + secret
		if err := (shout.Notifier{Guard: allowed()}).Notify(t.Context(), url, "Your hours have started", "Léa, it is nine."); err != nil {
			t.Fatal(err)
		}
		if want := "Your hours have started\n\nLéa, it is nine."; got.Load() != want {
			t.Errorf("got %q", got.Load())
		}
	})

	t.Run("does not wait for ever", func(t *testing.T) {
		t.Parallel()
		url := service(t, hang)
		err := shout.Notifier{Guard: allowed(), Timeout: 50 * time.Millisecond}.Notify(t.Context(), url, "title", "text")
		if err == nil || err.Error() != "sending by ntfy: it did not answer in time" {
			t.Error(err)
		}
	})

	t.Run("ends with its context", func(t *testing.T) {
		t.Parallel()
		asked := make(chan struct{})
		url := service(t, func(w http.ResponseWriter, r *http.Request) {
			close(asked)
			hang(w, r)
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		if err := (shout.Notifier{Guard: allowed(), Timeout: 5 * time.Second}).Notify(ctx, url, "title", "text"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// An error names the service and the kind of failure, and nothing of the URL.
func TestErrors(t *testing.T) {
	t.Parallel()
	refusing := service(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such token: "+secret, http.StatusForbidden)
	})
	redirecting := service(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/"+secret, http.StatusTemporaryRedirect)
	})

	for _, c := range []struct{ name, url, want string }{
		{"a service that refuses", refusing, "sending by ntfy: it could not be reached, or refused the notice"},
		{"a redirect to a private address", redirecting, "sending by ntfy: its address is not public"},
		{"a private address", "ntfy://u:" + secret + "@10.0.0.1/" + secret, "sending by ntfy: its address is not public"},
		{"a private address by generic", "generic://10.0.0.1/" + secret, "sending by generic: its address is not public"},
		{"a private address by e-mail", "smtp://u:" + secret + "@10.0.0.1:25/?from=a@example.com&to=b@example.com", "sending by smtp: its address is not public"},
		{"a private address by e-mail, in capitals", "SMTP://u:" + secret + "@10.0.0.1:25/?from=a@example.com&to=b@example.com", "sending by smtp: its address is not public"},

		{"a service that nobody knows", "pigeon://" + secret, `sending by pigeon: there is no service "pigeon"`},
		{"a URL that the service does not take", "slack://" + secret, "sending by slack: its URL is not one that the service understands"},
		{"no URL at all", secret + " ://", "its URL is not one that the service understands"},
		{"a bare word", secret, "its URL is not one that the service understands"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := shout.Notifier{Guard: allowed(), Timeout: 5 * time.Second}.Notify(t.Context(), c.url, "title", "text")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("it shows the secret: %v", err)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(fmt.Sprintf("%+v", err), secret) {
					t.Errorf("it holds the secret: %+v", err)
				}
			}
		})
	}
}

package webhook_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// wanted is the expected meaning of an answer.
type wanted struct {
	refused, gone bool
	retryAfter    time.Duration
	text          string
}

// check compares an error with the expected one. A nil error is a success.
func (w wanted) check(t *testing.T, server *httptest.Server, err error) {
	t.Helper()
	if w == (wanted{}) {
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err == nil {
		t.Fatal("it counts as a success")
	}
	said := &deliver.Error{}
	errors.As(err, &said)
	got := wanted{said.Refused, said.Gone, said.RetryAfter, strings.TrimPrefix(err.Error(), "posting to "+server.URL+": ")}
	if got != w {
		t.Errorf("\n got %+v\nwant %+v", got, w)
	}
	keepsSecrets(t, err)
}

// keepsSecrets checks an error, and the errors that it wraps.
func keepsSecrets(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range []string{token, strings.TrimPrefix(before, "whsec_"), strings.TrimPrefix(newest, "whsec_"), "v1,"} {
			if strings.Contains(fmt.Sprintf("%+v %q", err, err), secret) {
				t.Errorf("it shows %q: %+v", secret, err)
			}
		}
	}
}

func TestEveryStatus(t *testing.T) {
	t.Parallel()
	code := make(chan int, 1)
	server, _ := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(<-code)
		_, _ = io.WriteString(w, token) // where there may be a body
	})
	out := open(t, server, definition.Destination{})
	for status := 200; status < 600; status++ {
		text := strings.TrimSpace(fmt.Sprint("it answered ", status, " ", http.StatusText(status)))
		want := wanted{refused: true, text: text}
		switch {
		case status < 300:
			want = wanted{}
		case status == 410:
			want = wanted{gone: true, text: text}
		case status == 429, status == 503:
			want = wanted{text: text}
		case status < 400:
			want.text += ", which leads nowhere; redirects are not followed: change its url"
		}
		code <- status
		want.check(t, server, out.Deliver(t.Context(), actions("a")))
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const busy = "it answered 503 Service Unavailable"
	for _, c := range []struct {
		status int
		value  string
		want   time.Duration
		text   string
	}{
		{503, "", 0, busy},
		{503, "120", 2 * time.Minute, busy},
		{429, "120", 2 * time.Minute, "it answered 429 Too Many Requests"},
		{503, "0", time.Second, busy},
		{503, "86400", 12 * time.Hour, busy},
		{503, strings.Repeat("9", 40), 12 * time.Hour, busy},
		{503, "-5", 0, busy},
		{503, "1.5", 0, busy},
		{503, "soon", 0, busy},
		{503, "Fri, 01 Jan 2999 00:00:00 GMT", 12 * time.Hour, busy},
		{503, "Friday, 31-Dec-99 23:59:59 GMT", time.Second, busy}, // RFC 850, long gone
		{503, "Sun Nov  6 08:49:37 1994", time.Second, busy},       // asctime
	} {
		server, _ := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", c.value)
			w.WriteHeader(c.status)
		})
		err := open(t, server, definition.Destination{}).Deliver(t.Context(), actions("a"))
		wanted{retryAfter: c.want, text: c.text}.check(t, server, err)
	}
}

// The body and the signature go only to the URL of the definition.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.Host) }))
	t.Cleanup(other.Close)
	for to, want := range map[string]string{
		other.URL + "/" + token:                   "which leads to another host",
		"https://crm.example.com/" + token:        "which leads to another host",
		"https://u:" + token + "@crm.example.com": "which leads to another host",
		"http://169.254.169.254/latest":           "which leads to another host",
		"/elsewhere/" + token:                     "which leads to another path there",
		"":                                        "which leads nowhere",
		"http://[" + token:                        "which leads nowhere",
		"http:///" + token:                        "which leads nowhere",
		strings.Repeat("a", 5000) + "://x":        "which leads nowhere",
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			server, had := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{to}
				w.WriteHeader(code)
			})
			err := open(t, server, definition.Destination{}).Deliver(t.Context(), actions("a"))
			text := fmt.Sprintf("it answered %d %s, %s; redirects are not followed: change its url", code, http.StatusText(code), want)
			wanted{refused: true, text: text}.check(t, server, err)
			if len(had) != 1 {
				t.Errorf("%d to %s: %d requests", code, to, len(had))
			}
		}
	}
}

// talk starts a server that answers the first bytes of each connection with a function.
func talk(t *testing.T, with func(net.Conn)) *httptest.Server {
	t.Helper()
	server, _ := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		with(conn)
	})
	return server
}

func say(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

// noAddress does not tell which of both it is.
const noAddress = "its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE; or else the name of its host cannot be resolved"

func TestWhereThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(status(http.StatusOK))
	closed.Close()
	tls := httptest.NewUnstartedServer(status(http.StatusOK))
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	t.Cleanup(tls.Close)
	plain, _ := receiver(t, status(http.StatusOK))
	plainAsTLS := &httptest.Server{URL: strings.Replace(plain.URL, "http:", "https:", 1)}
	for name, c := range map[string]struct {
		server *httptest.Server
		want   string
	}{
		"nobody listens": {closed, "connection refused"},
		"a reset": {talk(t, func(conn net.Conn) {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		}), "connection reset by peer"},
		"a close":                   {talk(t, func(net.Conn) {}), "it closed the connection without an answer"},
		"no HTTP":                   {talk(t, say("SSH-2.0-"+token+"\r\n\r\n")), "what it answers is not HTTP"},
		"half a header":             {talk(t, say("HTTP/1.1 200 OK\r\nX: y\r\n")), "it closed the connection without an answer"},
		"headers without end":       {talk(t, say("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1<<20))), "what it answers is not HTTP"},
		"an unknown certificate":    {tls, "its certificate cannot be verified: it has expired, is for another host, or of an authority that this machine does not know"},
		"HTTP where TLS is spoken":  {plainAsTLS, "it does not speak TLS; is its url to begin with http://?"},
		"a host without an address": {&httptest.Server{URL: "https://no-such-host.invalid"}, noAddress},
		"a private address":         {&httptest.Server{URL: "http://10.0.0.1"}, noAddress},
		"a cloud's metadata":        {&httptest.Server{URL: "http://[fd00:ec2::254]"}, noAddress},
		"a port that cannot be":     {&httptest.Server{URL: "http://127.0.0.1:0"}, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := open(t, c.server, definition.Destination{}).Deliver(t.Context(), actions("a"))
			wanted{text: c.want}.check(t, c.server, err)
		})
	}
}

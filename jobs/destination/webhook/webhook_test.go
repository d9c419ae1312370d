package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	newest = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	before = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	token  = "hunter2" // in every URL of these tests, and in no error
)

func getenv(name string) string {
	return map[string]string{"CRM_SECRET": before, "CRM_NEW_SECRET": newest}[name]
}

func loopback() guard.Guard {
	return guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

// open opens a webhook to a server, by its name in the certificate if it speaks TLS.
func open(t *testing.T, server *httptest.Server, def definition.Destination) deliver.Destination {
	t.Helper()
	def.Type, def.URL = webhook.Type, server.URL+"/"+token+"?key="+token
	if def.SecretEnv == nil {
		def.SecretEnv = []string{"CRM_SECRET"}
	}
	out, err := webhook.Open(loopback(), getenv, time.Now, "Deskbell/test")("crm", def)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// request is a request as a receiver got it.
type request struct {
	http.Header
	line, body string
}

// receiver notes its requests, and answers.
func receiver(t *testing.T, answer http.HandlerFunc) (server *httptest.Server, had chan request) {
	t.Helper()
	had = make(chan request, 1000)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		had <- request{r.Header, r.Method + " " + r.RequestURI, string(body)}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server, had
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// actions are some, with these ids.
func actions(ids ...string) []deliver.Delivery {
	var batch []deliver.Delivery
	for i, id := range ids {
		batch = append(batch, deliver.Delivery{Seq: fmt.Sprint("1-", i), ID: id, Body: fmt.Appendf(nil, `{"id":%q,"data":"é <&>"}`, id)})
	}
	return batch
}

// verify lets the specification's own library verify a request.
func verify(t *testing.T, r request, secret string) error {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return verifier.Verify([]byte(r.body), r.Header)
}

func TestOneAction(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusNoContent))
	out := open(t, server, definition.Destination{})
	if out.Most() != 1 {
		t.Errorf("it takes %d", out.Most())
	}
	const id = "widget.state_changed:acme:1764057600"
	for range 2 { // the second is another try
		if err := out.Deliver(t.Context(), actions(id)); err != nil {
			t.Fatal(err)
		}
		got := <-had
		if err := verify(t, got, before); err != nil {
			t.Error(err)
		}
		if verify(t, got, newest) == nil {
			t.Error("it verifies by a secret that is none of its own")
		}
		if want := "POST /" + token + "?key=" + token; got.line != want {
			t.Errorf("got %s, want %s", got.line, want)
		}
		if got.body != `{"id":"`+id+`","data":"é <&>"}` {
			t.Errorf("the body is %s", got.body)
		}
		want := map[string]string{
			"webhook-id": id, "Content-Type": "application/cloudevents+json", "User-Agent": "Deskbell/test", "Idempotency-Key": "",
		}
		for header, value := range want {
			if got.Get(header) != value {
				t.Errorf("%s is %q, want %q", header, got.Get(header), value)
			}
		}
	}
}

func TestATraceIsInTheHeaders(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	server, had := receiver(t, status(http.StatusOK))
	for _, c := range []struct {
		batch         bool
		body          string
		parent, state string
	}{
		{false, `{"traceparent":"` + parent + `","tracestate":"congo=t61","data":{}}`, parent, "congo=t61"},
		{false, `{"traceparent":"` + parent + `","data":{"tracestate":"a=b"}}`, parent, ""},
		{false, `{"data":{"traceparent":"` + parent + `"}}`, "", ""},
		{false, `{"traceparent":"x\r\ny: z","tracestate":"congo=t61","data":{}}`, "", ""},
		{false, `{"data":{}}`, "", ""},
		{true, `{"traceparent":"` + parent + `","tracestate":"congo=t61","data":{}}`, "", ""}, // others of the batch may be of other traces
	} {
		out := open(t, server, definition.Destination{Batch: c.batch})
		if err := out.Deliver(t.Context(), []deliver.Delivery{{Seq: "1-0", ID: "a", Body: []byte(c.body)}}); err != nil {
			t.Fatal(err)
		}
		if got := <-had; got.Get("traceparent") != c.parent || got.Get("tracestate") != c.state {
			t.Errorf("%s: %q, %q", c.body, got.Get("traceparent"), got.Get("tracestate"))
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusOK))
	out := open(t, server, definition.Destination{Batch: true})
	if out.Most() != 100 {
		t.Errorf("it takes %d", out.Most())
	}
	var all []string
	for n := range 100 {
		all = append(all, fmt.Sprint("agent.notify:lea:", n))
	}
	ids := map[string]string{} // of requests, by their actions
	for _, some := range [][]string{all, {"a", "b"}, {"a"}, {"ab"}, {"b", "a"}, {"a", "b"}} {
		if err := out.Deliver(t.Context(), actions(some...)); err != nil {
			t.Fatal(err)
		}
		got := <-had
		if err := verify(t, got, before); err != nil {
			t.Error(err)
		}
		if typ := got.Get("Content-Type"); typ != "application/cloudevents-batch+json" {
			t.Errorf("its type is %s", typ)
		}
		var body []struct{ ID string }
		if err := json.Unmarshal([]byte(got.body), &body); err != nil {
			t.Fatal(err)
		}
		var read []string
		for _, a := range body {
			read = append(read, a.ID)
		}
		if diff := cmp.Diff(some, read); diff != "" {
			t.Error(diff)
		}
		key, id := strings.Join(some, " "), got.Get("webhook-id")
		if ids[key] != "" && ids[key] != id {
			t.Errorf("the same batch is %s and %s", ids[key], id)
		}
		ids[key] = id
	}
	distinct := map[string]bool{}
	for _, id := range ids {
		distinct[id] = true
	}
	if len(distinct) != 5 {
		t.Errorf("of five batches the ids are %v", ids)
	}
}

// While a secret is replaced, a receiver may have the old or the new one.
func TestRotation(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusOK))
	out := open(t, server, definition.Destination{SecretEnv: []string{"CRM_NEW_SECRET", "CRM_SECRET"}})
	if err := out.Deliver(t.Context(), actions("a")); err != nil {
		t.Fatal(err)
	}
	got := <-had
	for _, secret := range []string{newest, before} {
		if err := verify(t, got, secret); err != nil {
			t.Error(err)
		}
	}
	signatures := strings.Split(got.Get("webhook-signature"), " ")
	got.Set("webhook-signature", signatures[0])
	if err := verify(t, got, newest); err != nil || len(signatures) != 2 {
		t.Errorf("the first of %q is not by the newest secret: %v", signatures, err)
	}
}

// A name of this machine is refused like its address.
func TestPrivateAddressBehindAName(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusOK))
	url := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	out, err := webhook.Open(guard.Guard{}, getenv, time.Now, "")("crm", definition.Destination{URL: url, SecretEnv: []string{"CRM_SECRET"}})
	if err != nil {
		t.Fatal(err)
	}
	var refused *guard.Error
	if err := out.Deliver(t.Context(), actions("a")); !errors.As(err, &refused) || len(had) > 0 {
		t.Errorf("%v, and %d requests", err, len(had))
	}
}

// hang answers nothing until the caller has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// deadline is a context that ends when a test says so.
type deadline struct {
	context.Context
	up chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.up }

func (d deadline) Err() error {
	select {
	case <-d.up:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestDeliverEndsWithItsContext(t *testing.T) {
	t.Parallel()

	t.Run("when its time is up", func(t *testing.T) {
		t.Parallel()
		server, _ := receiver(t, hang)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := open(t, server, definition.Destination{}).Deliver(ctx, actions("a"))
		wanted{text: "it did not answer in time"}.check(t, server, err)
	})

	t.Run("when it is told to stop", func(t *testing.T) {
		t.Parallel()
		server, had := receiver(t, hang)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-had; cancel() }()
		err := open(t, server, definition.Destination{}).Deliver(ctx, actions("a"))
		wanted{text: "context canceled"}.check(t, server, err)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v is no cancellation", err)
		}
	})

	t.Run("and what is answered later is not heard", func(t *testing.T) {
		t.Parallel()
		late := make(chan struct{})
		ctx := deadline{t.Context(), make(chan struct{})}
		first := true
		server, had := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			if first {
				first = false
				close(ctx.up)
				<-late
				w.WriteHeader(http.StatusGone)
			}
		})
		out := open(t, server, definition.Destination{})
		err := out.Deliver(ctx, actions("a"))
		wanted{text: "it did not answer in time"}.check(t, server, err)
		close(late)
		if err := out.Deliver(t.Context(), actions("a")); err != nil {
			t.Error(err)
		}
		if one, two := <-had, <-had; one.Get("webhook-id") != two.Get("webhook-id") {
			t.Error("another try has another id")
		}
	})
}

func TestALongAnswer(t *testing.T) {
	t.Parallel()

	t.Run("that is a success is one, and is not read to its end", func(t *testing.T) {
		t.Parallel()
		stopped := make(chan struct{})
		server, _ := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			defer close(stopped)
			for {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return
				}
			}
		})
		if err := open(t, server, definition.Destination{}).Deliver(t.Context(), actions("a")); err != nil {
			t.Error(err)
		}
		<-stopped
	})

	t.Run("that never ends holds nobody longer than the context", func(t *testing.T) {
		t.Parallel()
		server, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second) // for it to begin
		defer cancel()
		if err := open(t, server, definition.Destination{}).Deliver(ctx, actions("a")); err != nil {
			t.Error(err)
		}
	})

	t.Run("of a sensible length lets the connection serve again", func(t *testing.T) {
		t.Parallel()
		callers := make(chan string, 2)
		server, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			callers <- r.RemoteAddr
			_, _ = w.Write(bytes.Repeat([]byte("x"), 60<<10))
		})
		out := open(t, server, definition.Destination{})
		for range 2 {
			if err := out.Deliver(t.Context(), actions("a")); err != nil {
				t.Error(err)
			}
		}
		if one, two := <-callers, <-callers; one != two {
			t.Errorf("from %s, then from %s", one, two)
		}
	})
}

// Receivers close kept connections at any moment. A request sent on one just then is
// sent again, on another.
func TestAKeptConnectionThatWasClosed(t *testing.T) {
	t.Parallel()
	n := 0
	server, had := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 2 {
			panic(http.ErrAbortHandler) // the second request on the first connection
		}
	})
	out := open(t, server, definition.Destination{})
	for _, id := range []string{"a", "b"} {
		if err := out.Deliver(t.Context(), actions(id)); err != nil {
			t.Error(err)
		}
	}
	close(had)
	var ids []string
	for r := range had {
		ids = append(ids, r.Get("webhook-id"))
		if err := verify(t, r, before); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "b"}, ids); diff != "" {
		t.Error(diff)
	}
}

// The timestamp is of the try, by the clock that the webhook was given.
func TestTimestamp(t *testing.T) {
	t.Parallel()
	server, had := receiver(t, status(http.StatusOK))
	now := func() time.Time { return time.Unix(1764057600, 999_999_999) }
	out, err := webhook.Open(loopback(), getenv, now, "")("crm", definition.Destination{URL: server.URL, SecretEnv: []string{"CRM_SECRET"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Deliver(t.Context(), actions("a")); err != nil {
		t.Fatal(err)
	}
	if got := (<-had).Get("webhook-timestamp"); got != strconv.Itoa(1764057600) {
		t.Errorf("it is %s", got)
	}
}

// Package webhook delivers actions by HTTP: a POST of each, or of many at once, to a
// URL, signed by the Standard Webhooks specification
// (https://www.standardwebhooks.com), so that its libraries verify the requests.
//
// An action comes again until a receiver answers with a 2xx, and once more if that
// answer was lost. A receiver recognises it by its id, which is the same on every try:
// webhook-id for one alone, the ids of its actions for a batch.
//
// Redirects are not followed, as the specification advises: a receiver could otherwise
// send the body and its signature on to another host. Change the URL of the definition
// instead. The body of an answer is not shown: it may repeat the request, and its
// secrets. Only a ping shows the beginning of one, to those who may change the destination.
package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/trace"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// Type is the destination's type in a definition.
const Type = "webhook"

// most is how many actions a batch has at most.
const most = 100

// Webhook is one destination.
type Webhook struct {
	transport http.RoundTripper
	now       func() time.Time
	userAgent string
	url       *url.URL
	keys      [][]byte // the newest first
	batch     bool
}

// Open gives the OpenDestination of Type. getenv holds the secrets. All destinations
// share one pool of connections.
func Open(g guard.Guard, getenv func(string) string, now func() time.Time, userAgent string) deliver.OpenDestination {
	transport := g.Client(deliver.CallLimit, guard.MostAnswer).Transport // its client would follow redirects
	return func(name string, def definition.Destination) (deliver.Destination, error) {
		keys, err := keysOf(def.SecretEnv, getenv)
		if err != nil {
			return nil, fmt.Errorf("opening the webhook %q: %w", name, err)
		}
		to, err := url.Parse(def.URL)
		if err != nil || to.Host == "" { // the error would show the URL
			return nil, fmt.Errorf("opening the webhook %q: its url cannot be read; mend it in its definition", name)
		}
		return &Webhook{transport, now, userAgent, to, keys, def.Batch}, nil
	}
}

// Most implements deliver.Destination.
func (w *Webhook) Most() int {
	if w.batch {
		return most
	}
	return 1
}

// Deliver implements deliver.Destination. Its errors show the scheme and the host of the
// URL only: the rest may be a secret.
func (w *Webhook) Deliver(ctx context.Context, batch []deliver.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, deliver.CallLimit)
	defer cancel()
	_, err := w.post(ctx, w.message(batch), io.Discard)
	return w.failed(err)
}

// failed is the error of a post; nil where there is none.
func (w *Webhook) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("posting to %s://%s: %w", w.url.Scheme, w.url.Host, err)
}

// message is the content of one request.
type message struct {
	id, contentType string
	body            []byte
	trace           trace.Context
}

// message has the id of its action. A batch has its own id, the same whenever the same
// actions are sent together.
//
// The specification warns of ids with dots, which separate the signed parts: one might
// be read as a shorter id and the beginning of a body. Ours have dots, and are safe:
// behind each dot comes a colon before the id ends, and a text that begins with letters,
// digits and a colon is no JSON.
func (w *Webhook) message(batch []deliver.Delivery) message {
	if !w.batch {
		return message{batch[0].ID, "application/cloudevents+json", batch[0].Body, traceOf(batch[0].Body)}
	}
	ids := sha256.New()
	bodies := make([][]byte, len(batch))
	for i, d := range batch {
		fmt.Fprintln(ids, d.ID)
		bodies[i] = d.Body
	}
	body := append(append([]byte{'['}, bytes.Join(bodies, []byte{','})...), ']')
	return message{id: "batch:" + hex.EncodeToString(ids.Sum(nil)), contentType: "application/cloudevents-batch+json", body: body}
}

// traceOf is the trace that an action belongs to. The actions of a batch may belong to several, and say so themselves.
func traceOf(body []byte) trace.Context {
	var c trace.Context
	if !bytes.Contains(body, []byte(`"traceparent"`)) || json.Unmarshal(body, &c) != nil {
		return trace.Context{}
	}
	return trace.Read(c.TraceParent, c.TraceState)
}

// post gives the status of the answer to a message, and writes the beginning of its body. Status 0: there was no answer.
func (w *Webhook) post(ctx context.Context, m message, begins io.Writer) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(m.body))
	if err != nil {
		return 0, guard.ErrNoHTTP
	}
	now := w.now()
	timestamp := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Content-Type", m.contentType)
	req.Header.Set("User-Agent", w.userAgent)
	req.Header.Set("Webhook-Id", m.id)
	req.Header.Set("Webhook-Timestamp", timestamp)
	req.Header.Set("Webhook-Signature", sign(w.keys, m.id, timestamp, m.body))
	if m.trace.TraceParent != "" {
		req.Header.Set("Traceparent", m.trace.TraceParent)
	}
	if m.trace.TraceState != "" {
		req.Header.Set("Tracestate", m.trace.TraceState)
	}
	// Not sent: it lets net/http repeat the request if the receiver was just closing the
	// kept connection.
	req.Header["Idempotency-Key"] = nil
	resp, err := w.transport.RoundTrip(req)
	if err != nil {
		return 0, guard.Reason(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(begins, resp.Body, mostShown)
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection serves again; the status is all that counts
	return resp.StatusCode, verdict(resp, now)
}

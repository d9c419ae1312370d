package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// HTTP gives a client of the web at an address, such as https://bell.example, with a key that deskbell keys add made; an empty key is
// for a web of this machine that has none yet. It does not connect yet, and sends nothing again by itself. The error
// says that the address is none.
func HTTP(address, key string) (*Client, error) {
	return HTTPClient(address, key, nil)
}

// HTTPClient is HTTP by a client of the caller's own, with its proxy, certificates or instruments; nil: by one as HTTP makes it. A Timeout of
// zero is half a minute here, and without a CheckRedirect no redirect is followed. The client is copied. Closing leaves its idle
// connections, which others may use.
func HTTPClient(address, key string, by *http.Client) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("reading the address of a web: it is not like https://bell.example, without user and query")
	}
	w := &web{address: strings.TrimRight(address, "/"), key: key, own: by == nil}
	if by != nil {
		w.client = *by
	}
	w.client.Timeout = cmp.Or(w.client.Timeout, answerTime)
	if w.client.CheckRedirect == nil {
		w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the key is for this address
	}
	return &Client{via: w, now: clock}, nil
}

const (
	answerTime = 30 * time.Second
	mostAnswer = 8 << 20 // bytes that are read of one
)

// AnswerError is an answer of the server that does what was asked in no part.
type AnswerError struct {
	Status     int           // of HTTP
	Detail     string        // what the server said; empty: nothing that can be read
	RetryAfter time.Duration // when to try again, as it said; 0: it did not
}

// Error has the status and the detail.
func (e *AnswerError) Error() string {
	text := fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// web is the way over HTTP.
type web struct {
	address, key string
	client       http.Client
	own          bool // it is no caller's
}

func (w *web) send(ctx context.Context, complete []event.Event) error {
	var refused []error
	for from := 0; from < len(complete); {
		body, n, err := batch(complete[from:])
		if err != nil {
			return err
		}
		r, err := w.post(ctx, body)
		refused = append(refused, r.refused(from)...)
		if err != nil {
			return errors.Join(append(refused, err)...)
		}
		from += n
	}
	return errors.Join(refused...)
}

// batch is a body with the first n of some events: as many as one request may have.
func batch(events []event.Event) (body []byte, n int, err error) {
	body = append(body, '[')
	for ; n < min(len(events), event.MaxEvents); n++ {
		before := len(body)
		if n > 0 {
			body = append(body, ',')
		}
		if body, err = events[n].AppendJSON(body); err != nil {
			return nil, 0, fmt.Errorf("encoding event %q: %w", events[n].ID, err)
		}
		if n > 0 && len(body) >= event.MaxBody {
			body = body[:before]
			break
		}
	}
	return append(body, ']'), n, nil
}

// results is the answer to events, whether some were taken or none.
type results struct {
	Results []struct {
		Index  int    `json:"index"`
		Status string `json:"status"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
			Value    any    `json:"value"`
		} `json:"errors"`
	} `json:"results"`
}

// refused has a *RefusedError for each event that was not taken. The first of the request is the one at from.
func (r *results) refused(from int) (list []error) {
	for _, one := range r.Results {
		if one.Status == "taken" {
			continue
		}
		e := &RefusedError{Index: from + one.Index, Status: one.Status}
		for _, fault := range one.Errors {
			value, _ := fault.Value.(string)
			e.Faults = append(e.Faults, event.Fault{Path: fault.Location, Value: value, Problem: fault.Message})
		}
		list = append(list, e)
	}
	return list
}

func (w *web) post(ctx context.Context, body []byte) (r results, err error) {
	answer, err := w.ask(ctx, http.MethodPost, "/v1/events", body)
	if err != nil {
		return r, err
	}
	readable := answer.read(&r)
	switch {
	case answer.status == http.StatusAccepted && readable == nil:
		return r, nil
	case answer.status == http.StatusUnprocessableEntity && len(r.Results) > 0: // none was taken
		return r, nil
	}
	return r, answer.failure()
}

func (w *web) widget(ctx context.Context, property string) (s Widget, err error) {
	return s, w.get(ctx, "/v1/properties/"+url.PathEscape(property)+"/widget", &s)
}

func (w *web) agent(ctx context.Context, id string) (a Agent, err error) {
	return a, w.get(ctx, "/v1/agents/"+url.PathEscape(id)+"/status", &a)
}

func (w *web) close() error {
	if w.own {
		w.client.CloseIdleConnections()
	}
	return nil
}

func (w *web) get(ctx context.Context, path string, into any) error {
	answer, err := w.ask(ctx, http.MethodGet, path, nil)
	switch {
	case err != nil:
		return err
	case answer.status == http.StatusNotFound && answer.problem().Detail != "": // of Deskbell, and not of a proxy
		return ErrNotFound
	case answer.status != http.StatusOK:
		return answer.failure()
	}
	return answer.read(into)
}

// answer is one that the server gave.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask gives the server's answer, whatever its status.
func (w *web) ask(ctx context.Context, method, path string, body []byte) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, w.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if w.key != "" {
		request.Header.Set("Authorization", "Bearer "+w.key)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return &answer{response.StatusCode, response.Header, read}, nil
}

func (a *answer) read(into any) error {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	if kind != "application/json" && kind != "application/problem+json" {
		return fmt.Errorf("reading the answer: its type is %q, and not JSON; is the address that of a web of Deskbell?", kind)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	return nil
}

// problem is what the server said; of another's answer it is zero.
func (a *answer) problem() (p struct {
	Detail string `json:"detail"`
}) {
	_ = a.read(&p)
	return p
}

func (a *answer) failure() error {
	seconds, _ := strconv.Atoi(a.header.Get("Retry-After"))
	return &AnswerError{Status: a.status, Detail: a.problem().Detail, RetryAfter: time.Duration(seconds) * time.Second}
}

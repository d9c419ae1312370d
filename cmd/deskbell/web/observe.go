package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
)

// requestLog is the part of a request's log line that handlers within observed know.
type requestLog struct {
	key     string // its name
	refusal string // the reason of one that the status does not tell
	of      string // the part of the Config that answers; empty: none does
}

type requestLogKey struct{}

// observed writes a log line for each request, and outlives panics.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, line, in := s.Now(), new(requestLog), &brokenBody{ReadCloser: r.Body}
		out := &response{ResponseWriter: w, in: in, begun: func() { s.Answers.took(line.of, s.Now().Sub(began)) }}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p) // a handler's way to cut a connection
				}
				s.Log.WithFields(logrus.Fields{"panic": p, "path": shownPath(r), "stack": string(debug.Stack())}).Error("answering a request failed")
				if out.status == 0 {
					Problem(out, http.StatusInternalServerError, "this is a fault of ours; the log of the server says more")
				}
			}
			if out.status == 0 {
				out.begin(http.StatusOK) // as net/http does
			}
			s.logRequest(r, line, out.status, s.Now().Sub(began))
		}()
		if r.ContentLength == 0 { // a stream may last longer than reading a request may
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // not of every writer
		}
		r = r.WithContext(context.WithValue(r.Context(), requestLogKey{}, line))
		if r.ContentLength != 0 {
			r.Body = in
		}
		next.ServeHTTP(out, r)
	})
}

func (s *server) logRequest(r *http.Request, line *requestLog, status int, took time.Duration) {
	fields := logrus.Fields{"method": r.Method, "path": shownPath(r), "status": status, "took": took.Round(time.Microsecond).String()}
	s.Refused.count(cmp.Or(line.refusal, refusalBy(status)))
	if line.key != "" {
		fields["key"] = line.key
	}
	if isRead(r.Method) || status >= 400 {
		s.Log.WithFields(fields).Debug("request")
	} else {
		s.Log.WithFields(fields).Info("changed")
	}
}

// refusedFor notes the reason to refuse a request.
func refusedFor(r *http.Request, reason string) { RefusedFor(r.Context(), reason) }

// RefusedFor notes the reason to refuse the request of a context.
func RefusedFor(ctx context.Context, reason string) {
	if line, ok := ctx.Value(requestLogKey{}).(*requestLog); ok {
		line.refusal = reason
	}
}

// VisitsPath begins the addresses of visits' streams.
const VisitsPath = "/v1/visits/"

// shownPath is the path without the id of a visit, with which anybody can read its visitor's messages.
func shownPath(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, VisitsPath) { // however it was escaped
		return VisitsPath + "…"
	}
	return r.URL.EscapedPath()
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// response remembers the status of an answer. It answers for a handler that takes a body that was cut off for a fault of its own.
type response struct {
	http.ResponseWriter
	status int
	in     *brokenBody
	muted  bool
	begun  func() // is called with the first byte
}

// begin takes the status of the answer.
func (r *response) begin(status int) {
	r.status = status
	r.begun()
}

// WriteHeader implements http.ResponseWriter.
func (r *response) WriteHeader(status int) {
	if r.status == 0 && status == http.StatusInternalServerError && r.in.broken {
		r.muted = true
		r.begin(http.StatusBadRequest)
		Problem(r.ResponseWriter, http.StatusBadRequest, "the body ended before it was whole")
		return
	}
	if r.status == 0 && status >= 200 {
		r.begin(status)
	}
	if !r.muted {
		r.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (r *response) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.begin(http.StatusOK)
	}
	if r.muted {
		return len(p), nil
	}
	return r.ResponseWriter.Write(p)
}

// FlushError is for http.ResponseController.
func (r *response) FlushError() error { return http.NewResponseController(r.ResponseWriter).Flush() }

// Flush implements http.Flusher, for handlers that ask for it by its type.
func (r *response) Flush() { _ = r.FlushError() }

// Unwrap is for http.ResponseController.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

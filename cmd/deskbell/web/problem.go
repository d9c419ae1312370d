package web

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// retryAfter is the Retry-After, in seconds, of an answer that a server is not available, where that does not say another.
const retryAfter = "5"

// Problem answers with an error in the form of RFC 9457. Where the server is not available, it says when to come again.
func Problem(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(&huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error: the client has gone
}

// PlainErrors makes problems of the errors that a mux answers by itself: 404 and 405.
func PlainErrors(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		silent := &bodiless{header: w.Header()}
		h.ServeHTTP(silent, r)
		detail := "there is nothing at " + r.URL.Path + "; see /docs"
		if silent.status == http.StatusMethodNotAllowed {
			detail = r.Method + " is not for " + r.URL.Path + "; allowed: " + w.Header().Get("Allow")
		}
		Problem(w, silent.status, detail)
	})
}

// bodiless takes a status and headers, and drops the body.
type bodiless struct {
	header http.Header
	status int
}

func (b *bodiless) Header() http.Header         { return b.header }
func (b *bodiless) WriteHeader(status int)      { b.status = status }
func (b *bodiless) Write(p []byte) (int, error) { return len(p), nil }

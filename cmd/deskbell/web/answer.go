package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Answer answers with a value as JSON.
func Answer(w http.ResponseWriter, status int, value any) {
	AnswerAs(w, "application/json", status, value)
}

// AnswerAs does so with another content type.
func AnswerAs(w http.ResponseWriter, contentType string, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		Problem(w, http.StatusInternalServerError, "The answer cannot be written.")
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error: the client has gone
}

// AnswerError answers with an error of package huma, and its headers.
func AnswerError(w http.ResponseWriter, err error) {
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	var status huma.StatusError
	if !errors.As(err, &status) {
		Problem(w, http.StatusInternalServerError, "this is a fault of ours; the log of the server says more")
		return
	}
	AnswerAs(w, "application/problem+json", status.GetStatus(), status)
}

package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/deskbell/deskbell/jobs/edit"
)

// Chat products that send webhooks have no key. They sign their requests, each with a secret that only it and Deskbell have.

// MostHook is how many bytes a webhook may have.
const MostHook = 256 << 10

// Hook tells by its signature whether a request with a body is from a chat product that Deskbell knows. serve answers it then. An error says
// why it is not believed, in words for whoever sends it.
type Hook func(r *http.Request, body []byte) (serve http.HandlerFunc, err error)

// admittingHooks lets in what a chat product has signed. What serves it gets a caller that is named as the address is, "chatwoot/support": no
// key has a name like that.
func (s *server) admittingHooks(hook Hook) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MostHook))
		if errors.As(err, new(*http.MaxBytesError)) {
			Problem(w, http.StatusRequestEntityTooLarge, "a webhook may have 256 KB")
			return
		}
		if err != nil {
			Problem(w, http.StatusBadRequest, "the body cannot be read")
			return
		}
		serve, err := hook(r, body)
		if err != nil {
			s.refuseHook(w, r, err)
			return
		}
		caller := edit.Key{Name: strings.TrimPrefix(r.URL.Path, "/v1/")}
		if line, ok := r.Context().Value(requestLogKey{}).(*requestLog); ok {
			line.key = caller.Name
		}
		serve(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

// refuseHook counts guesses. Those of a proxy hold up nobody who signs.
func (s *server) refuseHook(w http.ResponseWriter, r *http.Request, why error) {
	if wait := s.guesses.wait(address(r), guessQuota()); wait > 0 {
		refusedFor(r, tooManyGuesses)
		tooMany(w, wait, "too many requests with a wrong signature came from this address: wait a while")
		return
	}
	Problem(w, http.StatusUnauthorized, why.Error())
}

package web

import (
	"net/http"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// Linked is a handler for keys, and for holders of the link to its calendar: programs that send no header. The path has the
// id as {id}. A request with a link has no key: the handler must show nothing but that.
type Linked struct {
	Kind    edit.Kind
	Handler http.Handler
}

// linkToken is the parameter of an address that has the secret of its link. It is in no log: these show paths alone.
const linkToken = "token"

// admittingLinked lets in holders of a link, and else asks for a key.
func (s *server) admittingLinked(l Linked) http.Handler {
	byKey := s.admitting(bearer, l.Handler)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has(linkToken) {
			byKey.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Set("Referrer-Policy", "no-referrer") // the address is a secret
		opens, err := s.Links.Opens(r.Context(), l.Kind, r.PathValue("id"), r.URL.Query().Get(linkToken))
		if err != nil {
			s.Log.WithError(err).Log(jobs.LevelOf(err), "reading the links failed")
			unavailable(w, r, "the links cannot be read now: try again in a moment")
			return
		}
		if !opens {
			if wait := s.guesses.wait(address(r), guessQuota()); wait > 0 {
				refusedFor(r, tooManyGuesses)
				tooMany(w, wait, "too many wrong addresses came from here: wait a while")
				return
			}
			Problem(w, http.StatusUnauthorized, "this address is wrong, or its link was revoked; deskbell feeds link makes one")
			return
		}
		if wait := s.usage.wait("link "+string(l.Kind)+"/"+r.PathValue("id"), linkQuota()); wait > 0 {
			refusedFor(r, overLinkRate)
			tooMany(w, wait, "too many requests with this address: wait a moment")
			return
		}
		l.Handler.ServeHTTP(w, r)
	})
}

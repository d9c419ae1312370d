package web

import (
	_ "embed" // of the page
	"net/http"
	"strings"
)

//go:embed unavailable.html
var unavailablePage []byte

// unavailable answers while web cannot read the keys: to a browser with a page that loads itself again, to others with
// a problem.
func unavailable(w http.ResponseWriter, r *http.Request, detail string) {
	w.Header().Set("Retry-After", retryAfter)
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		Problem(w, http.StatusServiceUnavailable, detail)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(unavailablePage) // an error: the client has gone
}

package web

import (
	_ "embed" // of the page
	"net/http"
	"strings"
)

//go:embed away.html
var awayPage []byte

// unavailable says that it cannot be told who asks: to a browser by a page that loads itself
// again, and else by a problem.
func unavailable(w http.ResponseWriter, r *http.Request, detail string) {
	w.Header().Set("Retry-After", "5")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		problem(w, http.StatusServiceUnavailable, detail)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(awayPage) // what the client no longer reads is its own affair
}

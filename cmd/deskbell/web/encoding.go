package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// EventsPath is the path whose POST takes bodies that are packed by gzip, once. Its handler bounds what they unpack to.
const EventsPath = "/v1/events"

// uncoded refuses bodies with a content coding, such as gzip, before anybody reads them: a small one may hold a very large one.
func uncoded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		codings := codingsOf(r)
		takesGzip := r.URL.Path == EventsPath && r.Method == http.MethodPost
		switch {
		case len(codings) == 0:
		case takesGzip && IsPacked(r):
			r.ContentLength = -1 // nobody knows that of what it unpacks to: it counts as the largest
		default:
			accepted, allowed := "identity", "none (identity)" // RFC 9110, section 12.5.3
			if takesGzip {
				accepted, allowed = "gzip", "gzip, once, or none (identity)"
			}
			w.Header().Set("Accept-Encoding", accepted)
			Problem(w, http.StatusUnsupportedMediaType, "the body has the content encoding "+strconv.Quote(table.Clip(strings.Join(codings, ", ")))+"; allowed: "+allowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// IsPacked tells whether the body of a request is packed by gzip, once, and by nothing else.
func IsPacked(r *http.Request) bool {
	codings := codingsOf(r)
	return len(codings) == 1 && slices.Contains([]string{"gzip", "x-gzip"}, strings.ToLower(codings[0])) // RFC 9110, section 8.4.1.3
}

// codingsOf are the codings of the body of a request, as they are written; empty: it has none.
func codingsOf(r *http.Request) (codings []string) {
	if r.ContentLength == 0 {
		return nil
	}
	for _, header := range r.Header.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(header, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
				codings = append(codings, coding)
			}
		}
	}
	return codings
}

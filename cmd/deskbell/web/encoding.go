package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// uncoded refuses bodies with a content coding, such as gzip, before anybody reads them: a small one may hold a very large one.
func uncoded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if coding := codingOf(r); coding != "" {
			w.Header().Set("Accept-Encoding", "identity") // RFC 9110, section 12.5.3
			Problem(w, http.StatusUnsupportedMediaType, "the body has the content encoding "+coding+"; allowed: none (identity)")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// codingOf is a coding of the body of a request, in quotes and shortened; empty: it has none.
func codingOf(r *http.Request) string {
	if r.ContentLength == 0 {
		return ""
	}
	for _, header := range r.Header.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(header, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
				return strconv.Quote(table.Clip(coding))
			}
		}
	}
	return ""
}

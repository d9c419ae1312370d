package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// Web pages of other sites have a publishable key, which everybody can read in them. It is good for the origins that it names alone, as
// browsers tell them. A program may name any origin, so the key gives no more than everybody may have: to speak for a visitor of one's own.
// No cookie and no login counts here.

// PagePath begins the addresses for web pages.
const PagePath = "/v1/page/"

// MostPageEvents is how many bytes a page may send at once.
const MostPageEvents = 16 << 10

// pageKey is the parameter of an address that has the publishable key: a beacon has no headers of its own.
const pageKey = "key"

// preflightFor is for how many seconds a browser keeps the answer to a preflight; none keeps it for longer.
const preflightFor = "7200"

// pageQuota is of all pages of one address. Many people may share it.
func pageQuota() quota { return quota{50, 500} }

// newVisitorQuota is of the new visitors of one address: whoever forgets their token each time would use up what a property may have of
// them in a day. Many people may share an address, so that it lets 7,200 an hour in.
func newVisitorQuota() quota { return quota{2, 300} }

// newVisitorKey is that of how long the page of a context has to wait with a new visitor.
type newVisitorKey struct{}

// AdmitNew tells whether the page of a request may bring a new visitor, and answers where it may not.
func AdmitNew(w http.ResponseWriter, r *http.Request) bool {
	waitFor, ok := r.Context().Value(newVisitorKey{}).(func() time.Duration)
	if !ok {
		return true
	}
	wait := waitFor()
	if wait > 0 {
		refusedFor(r, overOwnRate)
		tooMany(w, wait, "too many new visitors from this address: wait a moment")
	}
	return wait == 0
}

// waitWithNew is how long the page of a request has to wait with a new visitor. A proxy in front has one address for everybody.
func (s *server) waitWithNew(r *http.Request) time.Duration {
	if isNear(r) {
		return 0
	}
	return s.usage.wait("new visitors of "+address(r), newVisitorQuota())
}

// admittingPages lets in pages by their keys. The next handler gets the key as the caller, and its property is the only one of that.
func (s *server) admittingPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Add("Vary", "Origin")
		key, no := s.admitPage(r)
		if line, ok := r.Context().Value(requestLogKey{}).(*requestLog); ok {
			line.key = key.Name
		}
		if key.IsForPages() { // an answer that its page may read, a refusal included
			if origin := r.Header.Get("Origin"); origin != "" {
				h.Set("Access-Control-Allow-Origin", origin)
			}
			h.Set("Access-Control-Expose-Headers", "Retry-After")
		}
		if no == nil {
			ctx := context.WithValue(r.Context(), callerKey{}, key)
			ctx = context.WithValue(ctx, newVisitorKey{}, func() time.Duration { return s.waitWithNew(r) })
			if r.Method == http.MethodGet {
				var done context.CancelFunc
				ctx, done = s.whileAdmitted(ctx, func() bool { return s.pageStillAdmitted(r) })
				defer done()
			}
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		refusedFor(r, no.reason)
		switch no.status {
		case http.StatusServiceUnavailable:
			unavailable(w, r, no.detail)
		case http.StatusTooManyRequests:
			tooMany(w, no.wait, no.detail)
		default:
			Problem(w, no.status, no.detail)
		}
	})
}

// admitPage gives the key with which a page of one of its origins asks; the zero Key where there is none.
func (s *server) admitPage(r *http.Request) (edit.Key, *refusal) {
	now, err := s.keys.Get(r.Context())
	if err != nil {
		s.Log.WithError(err).Log(jobs.LevelOf(err), "reading the keys failed")
		return edit.Key{}, &refusal{status: http.StatusServiceUnavailable, detail: "the keys cannot be read now: try again in a moment", reason: keysUnavailable}
	}
	key, ok := now.ring.FindPublic(r.URL.Query().Get(pageKey))
	switch {
	case !ok:
		return edit.Key{}, refuse(http.StatusForbidden, "this needs a publishable key, as in ?key=pk_…, that was not revoked; deskbell keys add NAME --publish makes one")
	case !mayFrom(key, r):
		return edit.Key{}, refuse(http.StatusForbidden, "this key is not for pages of this origin; deskbell keys change NAME --origin sets of which")
	}
	if wait := s.usage.wait("pages of "+address(r), pageQuota()); wait > 0 && !isNear(r) { // a proxy in front has one address for everybody
		return key, &refusal{http.StatusTooManyRequests, "too many requests from this address: wait a moment", wait, overOwnRate}
	}
	if r.Method == http.MethodPost {
		if wait := s.usage.wait("key "+key.Name, s.quotaOf(key.Rate)); wait > 0 {
			return key, &refusal{http.StatusTooManyRequests, "too many requests with this key: wait a moment", wait, overKeyRate}
		}
	}
	return key, nil
}

// mayFrom tells whether a request comes from a page for which a key is. A browser leaves out the origin where a page of the server's
// own reads: then the server's own host has to be one of the key's.
func mayFrom(k edit.Key, r *http.Request) bool {
	origins := r.Header.Values("Origin")
	switch {
	case len(origins) == 1:
		return k.From(origins[0])
	case len(origins) > 1 || !isRead(r.Method):
		return false
	}
	from := r.Header.Get("Sec-Fetch-Site")
	return (from == "" || from == "same-origin") && (k.From("http://"+r.Host) || k.From("https://"+r.Host))
}

func (s *server) pageStillAdmitted(r *http.Request) bool {
	now, err := s.keys.Get(context.WithoutCancel(r.Context()))
	if err != nil {
		return true // Redis is down: that revokes nothing
	}
	key, ok := now.ring.FindPublic(r.URL.Query().Get(pageKey))
	return ok && mayFrom(key, r)
}

// preflight tells a browser what a page may ask at a pattern.
func preflight(pattern string) http.Handler {
	method, _, _ := strings.Cut(pattern, " ")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", method)
		h.Set("Access-Control-Allow-Headers", "Content-Type, Last-Event-ID, Cache-Control")
		h.Set("Access-Control-Max-Age", preflightFor)
		w.WriteHeader(http.StatusNoContent)
	})
}

// HasToken tells whether a page shows a visitor's token, as the parameter token of its address. It is in no log: these show paths alone.
func HasToken(r *http.Request) bool { return r.URL.Query().Has(linkToken) }

// Token is that token.
func Token(r *http.Request) string { return r.URL.Query().Get(linkToken) }

// admittingVisitors asks for a key where there is no token. Pages of any site may read the answers: what they need is in the address.
func (s *server) admittingVisitors(next http.Handler) http.Handler {
	byKey := s.admitting(bearer, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if isRead(r.Method) && !HasToken(r) {
			byKey.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// guarded sets the headers that protect a browser's user, and refuses changes that a
// page of another site asks for with that user's login.
func guarded(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern(PagePath) // of other sites, by keys for their origins; no login counts there
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		Problem(w, http.StatusForbidden, "a page of another site may not change anything here")
	}))
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		protected.ServeHTTP(w, r)
	})
}

// proxyHeaders are those by which proxies tell for whom they ask. They all count, whatever they say: a request of this machine's
// own has none.
func proxyHeaders() []string {
	return []string{
		"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For", "X-Original-Host", "X-Proxyuser-Ip",
		"True-Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip", "X-Envoy-External-Address", "X-Scheme",
	}
}

// isOwn reports whether a request is of this machine, by its headers. A request that a proxy on this machine passes on is of
// somebody else. A proxy that marks nothing and names this machine in Host, as nginx does unless it is told otherwise, gives itself away by HTTP/1.0 alone, and since its version 1.29.7 by nothing.
func isOwn(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains(proxyHeaders(), name) {
			return false
		}
	}
	return r.ProtoAtLeast(1, 1) && ownHost(r.Host)
}

// ownHost reports whether a Host header names this machine. A site may let another name point to 127.0.0.1, so that its
// pages can read the answers (DNS rebinding).
func ownHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

package web

import (
	"net/http"
	"net/http/pprof"
	"time"
)

// Profiles answers Go's profiles of this process to this machine alone. Serve it by a listener of its own, on loopback.
func Profiles() *Site {
	mux := new(Mux)
	for path, answer := range map[string]http.HandlerFunc{
		"": pprof.Index, "cmdline": pprof.Cmdline, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace,
	} {
		mux.Handle("GET /debug/pprof/"+path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // it would end a long profile; an error: the connection has gone
			answer(w, r)
		}))
	}
	return &Site{Handler: own(mux, "profiles are for localhost alone, and not for what a proxy passes on"), Patterns: mux.Patterns()}
}

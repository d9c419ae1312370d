// Package web serves Deskbell over HTTP: the API of definitions with its keys and its
// documentation, and the handlers of others that it is given.
//
// A request passes, from the outside in: a log line and what catches a panic
// (observe.go); headers for browsers, and the refusal of what another site's page
// sends (browser.go); then, unless it is for everybody, the question who asks
// (access.go) and how often (limit.go); and the API (api.go) or a handler.
package web

import (
	"net/http"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// Config is what a handler is made of.
type Config struct {
	Client   *jobs.Client
	Keys     edit.Keys
	Now      func() time.Time
	Log      logrus.FieldLogger
	Loopback bool // it is reached from this machine alone, which may do everything while no key exists

	// Handlers of others, by patterns of http.ServeMux. Public is for everybody.
	// Private is for any key that is not bound to properties; one that is read-only
	// may GET and HEAD. Browsers log in by HTTP Basic, with a key as the password.
	Public, Private map[string]http.Handler
}

// server is a Config at work.
type server struct {
	Config
	keys    *keyring
	usage   *limiter // by key, or by address
	guesses *limiter // wrong keys, by address
}

// New gives the handler of everything. Patterns that clash are a panic, as in
// http.ServeMux.
func New(c Config) http.Handler {
	s := &server{
		Config:  c,
		keys:    &keyring{load: c.Keys.Load, now: c.Now},
		usage:   newLimiter(usageRate, usageBurst, c.Now),
		guesses: newLimiter(guessRate, guessBurst, c.Now),
	}
	mux := http.NewServeMux()
	a := s.newAPI()
	mux.Handle("/v1/", s.admitting(bearer, a.handler))
	mux.Handle("GET /openapi.json", s.admitting(basic, a.document))
	mux.Handle("GET /docs", s.admitting(basic, a.docs))
	for pattern, h := range c.Public {
		mux.Handle(pattern, h)
	}
	for pattern, h := range c.Private {
		mux.Handle(pattern, s.admitting(basic, unbound(h)))
	}
	return s.observed(guarded(plainErrors(mux)))
}

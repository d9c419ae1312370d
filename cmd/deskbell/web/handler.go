// Package web serves Deskbell over HTTP. It holds the guards around the handlers of the packages below it: api, board,
// page, agentpage and hook. These import it, and not each other.
//
// A request passes, from the outside in: a log line, and a stop for panics (observe.go); headers for browsers, and the
// refusal of changes that the page of another site asks for (browser.go); the refusal of packed bodies, except of events (encoding.go); then, unless the handler is for everybody, the
// questions who asks (access.go, pages.go, hooks.go, link.go, agent.go) and how often (limit.go); and the handler.
package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/edit"
)

// Config is the parts of a handler.
type Config struct {
	Keys     edit.Keys
	Now      func() time.Time
	Log      logrus.FieldLogger
	Loopback bool // it is reached from this machine alone, which may do everything until there is a key
	Rate     int  // requests a second of a key that has no rate of its own, and of this machine without a key; 0: DefaultRate

	Edits int // a minute, of each key, and of this machine without a key; 0: DefaultEdits

	Refused *RefusedMetrics // nil: refused requests are not counted
	Answers *AnswerMetrics  // nil: answers are not measured

	// Handlers by patterns of http.ServeMux. Public is for everybody, API and Docs are for any key; the API itself refuses to
	// keys that are bound to properties all but these. Private is for keys that are not bound. A key that is read-only may
	// GET and HEAD. The API asks for a key as a bearer token; Docs and Private ask by HTTP Basic, with a key as the password,
	// so that browsers log in.
	Public, API, Docs, Private map[string]http.Handler

	// Board is for all keys that are not publishable, as Private is for those that are not bound: the handler shows a key that is bound its
	// properties alone.
	Board map[string]http.Handler

	// Agent is for agents who have opened their page by its link: see AgentLink.
	Agent map[string]http.Handler

	// Pages is for web pages that have a publishable key, below PagePath. A pattern has its method; preflights are answered beside it.
	Pages map[string]http.Handler

	// Visitors is for keys that are not publishable, and for pages that have a visitor's token as the parameter token, which the handler
	// checks: it gets no caller then.
	Visitors map[string]http.Handler

	// Hooks is for chat products, which have no key, and sign what they send.
	Hooks map[string]Hook

	// Linked is for keys, and for holders of a link to one calendar.
	Linked map[string]Linked
	Links  edit.Links
}

// server is a Config at work.
type server struct {
	Config
	keys    *keyring
	usage   *limiter // by key, by link, or by address
	guesses *limiter // wrong keys, by address
}

// New gives the handler of everything. It panics when patterns clash, as http.ServeMux does.
func New(c Config) *Site {
	s := &server{
		Config:  c,
		keys:    newKeyring(c.Keys, c.Now, c.Log),
		usage:   newLimiter(c.Now),
		guesses: newLimiter(c.Now),
	}
	mux := new(Mux)
	handle := func(of, pattern string, h http.Handler) { mux.Handle(pattern, part(of, h)) }
	for pattern, h := range c.Public { // they read no bodies
		handle(ofPublic, pattern, h)
	}
	handle(ofAgents, "POST "+AgentSession, http.HandlerFunc(s.enter)) // of its body, it reads very little
	var bodies inFlight
	for pattern, h := range c.API {
		handle(ofAPI, pattern, s.admitting(bearer, bodies.bounded(MostBody, h)))
	}
	for pattern, l := range c.Linked {
		handle(ofAPI, pattern, s.admittingLinked(l))
	}
	for pattern, h := range c.Pages {
		_, path, _ := strings.Cut(pattern, " ")
		handle(ofPages, pattern, s.admittingPages(bodies.bounded(MostPageEvents, h)))
		handle(ofPages, http.MethodOptions+" "+path, s.admittingPages(preflight(pattern)))
	}
	for pattern, h := range c.Visitors {
		handle(ofVisitors, pattern, s.admittingVisitors(h))
	}
	for pattern, hook := range c.Hooks {
		handle(ofHooks, pattern, bodies.bounded(MostHook, s.admittingHooks(hook)))
	}
	for pattern, h := range c.Agent {
		handle(ofAgents, pattern, s.admittingAgent(bodies.bounded(mostPageBody, h)))
	}
	for pattern, h := range c.Docs {
		handle(ofBoard, pattern, s.admitting(basic, h))
	}
	for pattern, h := range c.Board {
		handle(ofBoard, pattern, s.admitting(basic, bodies.bounded(MostBody, h)))
	}
	for pattern, h := range c.Private {
		handle(ofBoard, pattern, s.admitting(basic, bodies.bounded(MostBody, unbound(h))))
	}
	return &Site{s.observed(guarded(uncoded(PlainErrors(&mux.ServeMux)))), mux.Patterns()}
}

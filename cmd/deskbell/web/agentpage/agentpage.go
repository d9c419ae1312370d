// Package agentpage is the page of one agent, for their phone or browser: their hours of today, their status and its choice,
// and notices by Web Push. It can be installed, and shows itself without a network.
package agentpage

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// Config is the parts of the page.
type Config struct {
	Client        *jobs.Client
	Subscriptions edit.Subscriptions
	Pusher        Pusher
	Trial         func(ctx context.Context, agent string) ([]jobs.TriedWay, error) // sends a test notice to the agent's subscriptions
	Now           func() time.Time
	Log           logrus.FieldLogger
}

// Pusher knows which subscriptions can be pushed to.
type Pusher interface {
	// Check tells whether a subscription is one to which can be pushed. The error shows no secrets of it.
	Check(p deliver.Push) error
}

// Public are the files of the page, which hold nothing of any agent, by patterns of http.ServeMux:
//
//	GET /agent                        the page
//	GET /agent/…                      its style, scripts, icons and service worker
//	GET /agent/manifest.webmanifest   what makes it installable: see manifest
func Public() map[string]http.Handler {
	all := map[string]http.Handler{
		"GET /agent":                      web.Embedded(files, "index.html"),
		"GET /agent/words.js":             web.Words(),
		"GET /agent/worker.js":            wide(web.Embedded(files, "worker.js")),
		"GET /agent/manifest.webmanifest": http.HandlerFunc(manifest),
		"GET /agent/icon-192.png":         icon(192),
		"GET /agent/icon-512.png":         icon(512),
	}
	for _, name := range []string{"agent.css", "agent.js", "push.js"} {
		all["GET /agent/"+name] = web.Embedded(files, name)
	}
	for pattern, h := range all {
		all[pattern] = web.OwnFilesOnly(h)
	}
	return all
}

//go:embed agent.css agent.js index.html push.js worker.js
var files embed.FS

// wide lets a service worker answer for the page, which is above the worker's own folder.
func wide(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Service-Worker-Allowed", web.AgentPath)
		next.ServeHTTP(w, r)
	})
}

// New serves what the page of an agent reads and does, by patterns of http.ServeMux. The handlers are for web.Config.Agent,
// which says whose page asks.
//
//	GET  /agent/state    a state
//	POST /agent/alive    {"session": "…", "began": true, "used": true}: the page is open; with began, it was not so before; with used, the agent did something there
//	POST /agent/status   {"status": "online|away|invisible|offline|scheduled", "locked": true}: the agent's own choice
//	POST /agent/subscription         a PushSubscription of the browser: notices go there from now on; gives its id
//	DELETE /agent/subscription/{id}  no longer
//	POST /agent/test                 a test notice to all subscriptions; gives what became of each
func New(c Config) map[string]http.Handler {
	p := &page{c}
	return map[string]http.Handler{
		"GET /agent/state":   http.HandlerFunc(p.state),
		"POST /agent/status": http.HandlerFunc(p.choose),

		"POST /agent/subscription":        http.HandlerFunc(p.subscribe),
		"DELETE /agent/subscription/{id}": http.HandlerFunc(p.unsubscribe),
		"POST /agent/test":                http.HandlerFunc(p.try),
		"POST /agent/alive":               http.HandlerFunc(p.alive),
	}
}

type page struct{ Config }

// state is all that the page shows.
type state struct {
	view.AgentView
	At      time.Time `json:"at"`      // by the clock of this server
	Expires time.Time `json:"expires"` // of the link

	PushKey       string   `json:"push_key"`      // for which browsers make subscriptions
	Subscriptions []string `json:"subscriptions"` // ids
}

func (p *page) state(w http.ResponseWriter, r *http.Request) {
	at := p.Now()
	v, err := p.Client.AgentView(r.Context(), web.AgentLink(r.Context()).ID, at)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	s := state{AgentView: v, At: at, Expires: web.AgentLink(r.Context()).Expires}
	if err := p.addPush(r.Context(), &s); err != nil {
		p.failed(w, r, err)
		return
	}
	web.Answer(w, http.StatusOK, s)
}

// choose sends what the agent has chosen.
func (p *page) choose(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Status event.Status `json:"status"`
		Locked bool         `json:"locked"`
	}
	if read(w, r, &asked) {
		p.send(w, r, event.New(event.AgentStatusSet, event.Data{Status: asked.Status, Locked: asked.Locked}))
	}
}

// sessionLasts is how long a session of the page lasts after its last sign of life.
const sessionLasts = 2 * time.Minute

// alive sends that the page is open. Only an agent who did something there gives a sign of life: a page that is left open keeps
// nobody from being idle.
func (p *page) alive(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Session string `json:"session"`
		Began   bool   `json:"began"`
		Used    bool   `json:"used"`
	}
	switch {
	case !read(w, r, &asked):
	case asked.Session == "":
		web.Problem(w, http.StatusUnprocessableEntity, "A session needs an id.")
	case asked.Began:
		p.send(w, r, event.New(event.AgentLoggedIn, event.Data{Session: asked.Session, TTL: int(sessionLasts / time.Second)}))
	default:
		p.send(w, r, event.New(event.AgentActive, event.Data{Session: asked.Session, Idle: !asked.Used}))
	}
}

// send hands an event of the agent to the workers.
func (p *page) send(w http.ResponseWriter, r *http.Request, e event.Event) {
	e.Source, e.Data.Agent = "agent-page", web.AgentLink(r.Context()).ID
	var faults event.Faults
	switch err := p.Client.Send(r.Context(), e); {
	case errors.As(err, &faults):
		web.Problem(w, http.StatusUnprocessableEntity, faults.Error())
	case err != nil:
		p.failed(w, r, err)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

func (p *page) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil: // the reader has gone
	case errors.Is(err, store.ErrNotFound):
		web.Problem(w, http.StatusNotFound, "You are not defined any more.")
	default:
		p.Log.WithError(err).Log(jobs.LevelOf(err), "the page of an agent cannot be answered")
		if _, refused := store.WriteRefusal(err); refused {
			web.Problem(w, http.StatusServiceUnavailable, "The server takes no changes now. Those who run it have to see to its Redis.")
			return
		}
		web.Problem(w, http.StatusServiceUnavailable, "The server has no answer now. The page tries again.")
	}
}

// read decodes the body of a request, or answers that it cannot.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(r.Body).Decode(into)
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLong):
		web.Problem(w, http.StatusRequestEntityTooLarge, "The body is too long.")
	default:
		web.Problem(w, http.StatusBadRequest, "The body is not the JSON that belongs here.")
	}
	return false
}

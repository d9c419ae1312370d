package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// An agent opens their page by an address with a secret behind its #, which browsers send to nobody: neither to this server nor,
// as a referrer, to others. The page exchanges it for a cookie by a request to AgentSession. The cookie holds the same
// secret. It goes to the page alone (its path), to no script (HttpOnly), and with no request of another site (SameSite).

// AgentPath begins all addresses of the page of an agent.
const AgentPath = "/agent"

// AgentSession is where an agent's page exchanges the secret of its link for the cookie.
const AgentSession = AgentPath + "/session"

// AgentCookie is the name of the cookie.
const AgentCookie = "deskbell_agent"

// Bytes of requests.
const (
	mostSecret   = 4 << 10  // of one with a secret
	mostPageBody = 16 << 10 // of others of the page; a subscription is the longest
)

type agentKey struct{}

// AgentLink is the link with which the page of an agent asks: its ID is that of the agent.
func AgentLink(ctx context.Context) edit.Link {
	l, _ := ctx.Value(agentKey{}).(edit.Link)
	return l
}

// AgentSecret is the secret of that link.
func AgentSecret(r *http.Request) string {
	c, err := r.Cookie(AgentCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// agentQuota is of all devices of one agent.
func agentQuota() quota { return quota{20, 100} }

// admittingAgent lets in the pages of agents, by their cookies.
func (s *server) admittingAgent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if l, ok := s.opened(w, r, AgentSecret(r)); ok {
			http.MaxBytesHandler(next, mostPageBody).ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), agentKey{}, l)))
		}
	})
}

// opened answers for a secret that opens no page, and for one that is used too often.
func (s *server) opened(w http.ResponseWriter, r *http.Request, secret string) (edit.Link, bool) {
	if secret == "" {
		Problem(w, http.StatusUnauthorized, "open this page by your own link: deskbell agents link NAME makes one")
		return edit.Link{}, false
	}
	l, ok, err := s.Links.OpensPage(r.Context(), secret)
	if line, seen := r.Context().Value(requestLogKey{}).(*requestLog); seen && ok {
		line.key = "agent/" + l.ID
	}
	switch {
	case err != nil:
		s.Log.WithError(err).Log(jobs.LevelOf(err), "reading the links failed")
		Problem(w, http.StatusServiceUnavailable, "the links cannot be read now: try again in a moment")
		return l, false
	case !ok:
		if wait := s.guesses.wait(address(r), guessQuota()); wait > 0 {
			tooMany(w, wait, "too many wrong links came from here: wait a while")
			return l, false
		}
		Problem(w, http.StatusUnauthorized, "this link is wrong, or too old, or was revoked: deskbell agents link NAME makes another")
		return l, false
	}
	if wait := s.usage.wait("agent "+l.ID, agentQuota()); wait > 0 {
		tooMany(w, wait, "too many requests of this page: wait a moment")
		return l, false
	}
	return l, true
}

// enter gives the cookie for the secret of a link. An earlier cookie stays where the secret opens nothing.
func (s *server) enter(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	var asked struct {
		Secret string `json:"secret"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostSecret)).Decode(&asked); err != nil {
		Problem(w, http.StatusBadRequest, `the body is not {"secret": "dba_…"}`)
		return
	}
	l, ok := s.opened(w, r, asked.Secret)
	if !ok {
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // it is Secure wherever there may be TLS
		Name: AgentCookie, Value: asked.Secret, Path: AgentPath,
		MaxAge: int(l.Expires.Sub(s.Now()) / time.Second), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: !isOwn(r), // a proxy in front has the TLS; without it, nothing but this machine has service workers either
	})
	w.WriteHeader(http.StatusNoContent)
}

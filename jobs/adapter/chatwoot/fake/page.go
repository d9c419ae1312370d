package fake

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

//go:embed page
var pageFiles embed.FS

// page shows both sides of a Chatwoot to people: left a visitor, right an agent, and below what is asked and told.
type page struct {
	of  *Chatwoot
	mux *http.ServeMux
}

// newPage makes the page. Its buttons are for pages of the same origin alone.
func newPage(of *Chatwoot) http.Handler {
	p := &page{of: of, mux: http.NewServeMux()}
	for path, file := range map[string]string{"/{$}": "index.html", "/page.js": "page.js", "/page.css": "page.css"} {
		p.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/"+file) })
	}
	p.mux.HandleFunc("GET /page/state", p.state)
	p.mux.HandleFunc("POST /page/do", p.do)
	p.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	guarded := http.NewCrossOriginProtection().Handler(p.mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		guarded.ServeHTTP(w, r)
	})
}

// shownInbox is an inbox on the page.
type shownInbox struct {
	Inbox
	Open bool // by its hours, now
}

// state is what the page shows: everything of the first account but tokens, and the newest conversations.
func (p *page) state(w http.ResponseWriter, _ *http.Request) {
	const most = 50
	shown := struct {
		Now           time.Time
		Agents        []Agent
		Inboxes       []shownInbox
		Conversations []Conversation // newest first
		Log           []Entry        // newest first
	}{Now: p.of.world.config.Now(), Log: p.of.Log()}
	if account, ok := p.account(); ok {
		shown.Agents, shown.Conversations = p.of.Agents(account), p.of.Conversations(account)
		for _, i := range p.of.Inboxes(account) {
			shown.Inboxes = append(shown.Inboxes, shownInbox{i, p.open(i)})
		}
	}
	for i := range shown.Agents {
		shown.Agents[i].Token = ""
	}
	slices.Reverse(shown.Conversations)
	slices.Reverse(shown.Log)
	shown.Conversations = shown.Conversations[:min(len(shown.Conversations), most)]
	shown.Log = shown.Log[:min(len(shown.Log), 2*most)]
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(shown) // a page that is gone reads no answer
}

// account is the first one; false: there is none.
func (p *page) account() (int, bool) {
	p.of.world.mu.Lock()
	defer p.of.world.mu.Unlock()
	if len(p.of.world.accounts) == 0 {
		return 0, false
	}
	return p.of.world.accounts[0].id, true
}

func (p *page) open(i Inbox) bool {
	p.of.world.mu.Lock()
	defer p.of.world.mu.Unlock()
	return !p.of.world.outOfOffice(&inbox{Inbox: i})
}

// A deed is what somebody does on the page.
type deed struct {
	What         string `json:"what"`
	Inbox        int    `json:"inbox"`
	Source       string `json:"source"`
	Agent        int    `json:"agent"`
	Conversation int    `json:"conversation"`
	Message      int    `json:"message"`
	Text         string `json:"text"`
	Value        string `json:"value"`
}

// do does it, and answers with the visitor's source where there is a new one.
func (p *page) do(w http.ResponseWriter, r *http.Request) {
	var d deed
	if err := json.NewDecoder(io.LimitReader(r.Body, mostBody)).Decode(&d); err != nil {
		http.Error(w, fmt.Sprintf("reading the request: %v", err), http.StatusBadRequest)
		return
	}
	source, err := p.done(d)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object{"source": source})
}

// errDeed is of something that the page cannot do.
var errDeed = errors.New("there is no such thing to do")

func (p *page) done(d deed) (source string, err error) {
	agent := p.of.As(d.Agent)
	switch d.What {
	case "visit":
		return p.of.Visit(d.Inbox, Browser{})
	case "open":
		err = p.of.Open(d.Source)
	case "write":
		_, err = p.of.Write(d.Source, d.Text)
	case "pick":
		err = p.of.Pick(d.Source, d.Message, d.Text, d.Value)
	case "answer":
		err = agent.Answer(d.Conversation, d.Text)
	case "note":
		err = agent.Note(d.Conversation, d.Text)
	case "assign":
		err = agent.Assign(d.Conversation, d.Agent)
	case "resolve":
		err = agent.Resolve(d.Conversation)
	case "availability":
		err = agent.SetAvailability(d.Value)
	default:
		err = errDeed
	}
	return d.Source, err
}

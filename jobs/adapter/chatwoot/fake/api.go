package fake

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// right is who may ask.
type right int

const (
	forAgents         right = iota // and administrators
	forBots                        // and agents
	forAdministrators              // alone
)

// A route is one operation of the API. Its handler runs while the world is locked.
type route struct {
	pattern string
	right   right
	do      func(*call) (any, error)
}

// A call is a request to a route.
type call struct {
	world   *world
	request *http.Request
	account *account
	agent   *agent // whose token it is; nil: a bot's
	bot     *bot
	params  params
}

// who sends what the call says.
func (c *call) who() party {
	if c.bot != nil {
		return c.bot
	}
	return c.agent
}

// nothing is an answer without a body.
type nothing struct{}

// A refusal is an answer that is an error.
type refusal struct {
	status int
	body   object
}

func (r refusal) Error() string {
	return strconv.Itoa(r.status) + " " + cmp.Or(params(r.body).text("error"), "invalid")
}

func refuse(status int, message string) error { return refusal{status, object{"error": message}} }

// invalid is the answer to a record that Chatwoot does not save.
func invalid(message string, attributes ...string) error {
	return refusal{http.StatusUnprocessableEntity, object{"message": message, "attributes": attributes}}
}

// api answers the routes of Chatwoot's API.
type api struct {
	world    *world
	troubles *troubles
	journal  *journal
	limits   limits
	mux      *http.ServeMux
}

func newAPI(w *world, t *troubles, j *journal) *api {
	a := &api{world: w, troubles: t, journal: j, mux: http.NewServeMux(), limits: limits{counts: make(map[string]int)}}
	a.mux.HandleFunc("GET /api", a.version)
	for _, r := range routes() {
		a.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, request *http.Request) { a.answer(w, request, r) })
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, request *http.Request) {
		a.write(w, request, "", http.StatusNotFound, object{"error": "Resource could not be found"})
	})
	return a
}

// routes are those that Deskbell needs.
func routes() []route {
	const account = "/api/v1/accounts/{account}"
	const one = account + "/conversations/{conversation}"
	return []route{
		{"GET /api/v1/profile", forAgents, showProfile},
		{"GET " + account + "/agents", forAgents, listAgents},
		{"PATCH " + account + "/agents/{agent}", forAdministrators, updateAgent},
		{"GET " + account + "/agent_bots", forAgents, listBots},
		{"GET " + account + "/inboxes", forAgents, listInboxes},
		{"GET " + account + "/inboxes/{inbox}", forAgents, showInbox},
		{"GET " + account + "/inboxes/{inbox}/agent_bot", forAgents, showInboxBot},
		{"PATCH " + account + "/inboxes/{inbox}", forAdministrators, updateInbox},
		{"GET " + account + "/inbox_members/{inbox}", forAgents, listMembers},
		{"GET " + account + "/teams", forAgents, listTeams},
		{"GET " + account + "/webhooks", forAdministrators, listWebhooks},
		{"POST " + account + "/webhooks", forAdministrators, createWebhook},
		{"PATCH " + account + "/webhooks/{webhook}", forAdministrators, updateWebhook},
		{"DELETE " + account + "/webhooks/{webhook}", forAdministrators, deleteWebhook},
		{"GET " + account + "/contacts/search", forAgents, searchContacts},
		{"GET " + account + "/contacts/{contact}", forAgents, showContact},
		{"POST " + account + "/contacts", forAgents, createContact},
		{"PUT " + account + "/contacts/{contact}", forAgents, updateContact},
		{"GET " + account + "/conversations", forAgents, listConversations},
		{"GET " + account + "/conversations/meta", forAgents, countConversations},
		{"POST " + account + "/conversations", forBots, createConversation},
		{"GET " + one, forBots, showConversation},
		{"PATCH " + one, forBots, togglePriority},
		{"GET " + one + "/messages", forAgents, listMessages},
		{"POST " + one + "/messages", forBots, createMessage},
		{"POST " + one + "/toggle_status", forBots, toggleStatus},
		{"POST " + one + "/toggle_priority", forBots, togglePriority},
		{"POST " + one + "/toggle_typing_status", forBots, toggleTyping},
		{"POST " + one + "/custom_attributes", forBots, setCustomAttributes},
		{"POST " + one + "/assignments", forBots, assign},
		{"GET " + one + "/labels", forBots, listLabels},
		{"POST " + one + "/labels", forBots, setLabels},
	}
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := a.troubles.ofAPI(a.world.config.Now())
	if f.Slow > 0 {
		timer := time.NewTimer(f.Slow)
		defer timer.Stop()
		select {
		case <-r.Context().Done():
			return
		case <-timer.C:
		}
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	switch {
	case a.limits.over("requests of "+address, a.world.config.Requests, a.world.config.Now()):
		a.tooMany(w, r)
	case f.Status != 0 && f.Done:
		a.mux.ServeHTTP(unheard{header: make(http.Header)}, r)
		a.fail(w, r, f.Status)
	case f.Status != 0:
		a.fail(w, r, f.Status)
	default:
		a.mux.ServeHTTP(w, r)
	}
}

// unheard takes an answer that nobody gets.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header         { return u.header }
func (u unheard) Write(b []byte) (int, error) { return len(b), nil }
func (u unheard) WriteHeader(int)             {}

// fail answers with an error that a fault asks for.
func (a *api) fail(w http.ResponseWriter, r *http.Request, status int) {
	if status == http.StatusTooManyRequests {
		a.tooMany(w, r)
		return
	}
	a.write(w, r, "", status, object{"error": http.StatusText(status)})
}

// tooMany is the answer over a limit. It does not say when to come again.
func (a *api) tooMany(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "Retry later\n")
	a.log(r, "", http.StatusTooManyRequests)
}

// answer answers a route.
func (a *api) answer(w http.ResponseWriter, r *http.Request, to route) {
	read, err := readParams(r)
	if err != nil {
		a.write(w, r, "", http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	a.world.wake()
	c := &call{world: a.world, request: r, params: read}
	body, err := any(nil), c.admit(to.right)
	if err == nil && to.pattern == searchPattern && a.limits.over("searches of "+r.PathValue("account"), a.world.config.Searches, a.world.config.Now()) {
		a.tooMany(w, r)
		return
	}
	if err == nil {
		body, err = to.do(c)
	}
	name := ""
	if c.bot != nil || c.agent != nil {
		name = senderName(c.who())
	}
	var refused refusal
	switch {
	case err == nil:
		a.write(w, r, name, http.StatusOK, body)
	case errors.As(err, &refused):
		a.write(w, r, name, refused.status, refused.body)
	case errors.Is(err, ErrUnknown):
		a.write(w, r, name, http.StatusNotFound, object{"error": "Resource could not be found"})
	default:
		a.write(w, r, name, http.StatusUnprocessableEntity, object{"error": err.Error()})
	}
}

const searchPattern = "GET /api/v1/accounts/{account}/contacts/search"

func senderName(p party) string {
	if b, ok := p.(*bot); ok {
		return b.Name
	}
	return p.(*agent).Name // callers have no other
}

// readParams reads a JSON body, if there is one.
func readParams(r *http.Request) (params, error) {
	p := make(params)
	d := json.NewDecoder(io.LimitReader(r.Body, mostBody))
	d.UseNumber()
	if err := d.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if p == nil { // null
		p = make(params)
	}
	for name, values := range r.URL.Query() {
		if len(values) > 0 {
			p[name] = values[0]
		}
	}
	return p, nil
}

// admit finds whose token it is, and whether they may ask that.
func (c *call) admit(needed right) error {
	token := cmp.Or(c.request.Header.Get("api_access_token"), c.request.Header.Get("Api-Access-Token"))
	for _, a := range c.world.accounts {
		for _, agent := range a.agents {
			if token != "" && agent.Token == token {
				c.account, c.agent = a, agent
			}
		}
		for _, bot := range a.bots {
			if token != "" && bot.Token == token {
				c.account, c.bot = a, bot
			}
		}
	}
	asked := c.request.PathValue("account")
	switch {
	case c.account == nil:
		return refuse(http.StatusUnauthorized, "Invalid Access Token")
	case asked != "" && asked != strconv.Itoa(c.account.id):
		if id, err := strconv.Atoi(asked); err == nil {
			if _, err := c.world.account(id); err == nil {
				return refuse(http.StatusUnauthorized, "You are not authorized to access this account")
			}
		}
		return ErrUnknown
	case c.bot != nil && needed != forBots:
		return refuse(http.StatusUnauthorized, "Access to this endpoint is not authorized for bots")
	case needed == forAdministrators && !c.agent.Administrator:
		return refuse(http.StatusUnauthorized, "You are not authorized to do this action")
	}
	return nil
}

// version is what Chatwoot says of itself to everybody.
func (a *api) version(w http.ResponseWriter, r *http.Request) {
	a.write(w, r, "", http.StatusOK, object{
		"version": Version, "timestamp": a.world.config.Now().UTC().Format(time.DateTime), "queue_services": "ok", "data_services": "ok",
	})
}

// Version is that of the Chatwoot that is imitated.
const Version = "4.14.2"

// write answers in JSON, and notes it in the log. The server's clock is in the header.
func (a *api) write(w http.ResponseWriter, r *http.Request, who string, status int, body any) {
	a.log(r, who, status)
	w.Header().Set("Date", a.world.config.Now().UTC().Format(http.TimeFormat))
	if _, none := body.(nothing); none {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func (a *api) log(r *http.Request, who string, status int) {
	a.journal.add(Entry{At: a.world.config.Now(), Name: r.Method + " " + r.URL.RequestURI(), Who: who, Status: status})
}

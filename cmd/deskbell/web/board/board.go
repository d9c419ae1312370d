// Package board is the page on which people watch widgets, agents and destinations: its files, and the data that they load.
package board

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// Config is the parts of the board.
type Config struct {
	Client *jobs.Client
	Peers  *jobs.Peers // of this process
	Redis  web.Check   // whether Redis can be used; it answers within about a second
	Now    func() time.Time
	Log    logrus.FieldLogger
	Source string // the file that a worker of this process keeps all definitions as; empty: there is none
}

// New serves the board: / is the page, below /board/ are its files and its data.
//
//	GET /board/properties?search=&cursor=   a view.BoardPage
//	GET /board/recent?limit=                the last actions, the newest first; 30, or up to 500
//	GET /board/destinations                 each deliver.Status
//	GET /board/weeks?id=…&from=             seven dates from one on, of these properties, each a view.BoardWeek; without from, from their today on
//	GET /board/shifts?agent=                a view.AgentWeek; not for a key of some properties
//	GET /board/users?schedule=              some of those who have a shared schedule, see users
//	GET /board/events?id=…                  these properties and what changes on them: see events
//	GET /board/events?whole=1&search=       all properties, or those with a text in their id or name
//
// It only reads. Its buttons write by the API, overrides and definitions, which the page expects on the same
// origin. A handler around this one decides who may read and write: see web.Caller. A key of some properties sees these alone, and nothing of the
// process or of destinations, which all properties share. A request's context has to end with the server, since streams
// end with it.
func New(c Config) *web.Site {
	b := &board{c, newHub(c)}
	mux := new(web.Mux)
	mux.Handle("GET /{$}", web.Embedded(files, "index.html"))
	for _, name := range []string{"agents.js", "board.css", "board.js", "dates.js", "define.js", "deliveries.js", "find.js", "hours.js", "icon.svg", "list.js", "log.js", "override.js", "row.js", "save.js", "say.js", "sheet.js", "spec.js", "strip.js", "triggers.js", "visitors.js", "week.js"} {
		mux.Handle("GET /board/"+name, web.Embedded(files, name))
	}
	mux.Handle("GET /board/words.js", web.Words())
	mux.HandleFunc("GET /board/properties", b.properties)
	mux.HandleFunc("GET /board/recent", b.recent)
	mux.HandleFunc("GET /board/destinations", b.destinations)
	mux.HandleFunc("GET /board/weeks", b.weeks)
	mux.HandleFunc("GET /board/shifts", b.shifts)
	mux.HandleFunc("GET /board/users", b.users)
	mux.HandleFunc("GET /board/events", b.events)
	return &web.Site{Handler: web.OwnFilesOnly(web.PlainErrors(&mux.ServeMux)), Patterns: mux.Patterns()}
}

type board struct {
	Config
	hub *hub
}

//go:embed *.css *.html *.js *.svg
var files embed.FS

const (
	mostSearch = 200 // characters
	mostRecent = 30  // actions in a stream
	longRecent = 500 // in an answer
)

func (b *board) properties(w http.ResponseWriter, r *http.Request) {
	query := view.BoardQuery{Search: r.FormValue("search"), Cursor: r.FormValue("cursor")}
	if utf8.RuneCountInString(query.Search) > mostSearch {
		web.Problem(w, http.StatusBadRequest, tooLong)
		return
	}
	key := web.Caller(r.Context())
	query.Only = key.Properties
	page, err := b.Client.Board(r.Context(), query)
	b.answer(w, r, properties{page, key.ReadOnly}, err)
}

// properties are a page of them, as somebody sees it.
type properties struct {
	view.BoardPage
	ReadOnly bool `json:"read_only,omitempty"` // they may change nothing: no button is to be shown
}

func (b *board) recent(w http.ResponseWriter, r *http.Request) {
	limit := mostRecent
	if text := r.FormValue("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > longRecent {
			web.Problem(w, http.StatusBadRequest, fmt.Sprintf("limit is not a number from 1 to %d.", longRecent))
			return
		}
		limit = n
	}
	list, err := b.Client.Recent(r.Context(), limit)
	if err == nil && web.Caller(r.Context()).IsBound() {
		body, fault := json.Marshal(list)
		b.answer(w, r, json.RawMessage(ownRecent(web.Caller(r.Context()), body)), fault)
		return
	}
	b.answer(w, r, append([]action.Action{}, list...), err)
}

func (b *board) destinations(w http.ResponseWriter, r *http.Request) {
	if web.Caller(r.Context()).IsBound() {
		b.answer(w, r, []deliver.Status{}, nil)
		return
	}
	list, err := b.Client.Destinations(r.Context())
	b.answer(w, r, append([]deliver.Status{}, list...), err)
}

// answer writes JSON, or says why there is none.
func (b *board) answer(w http.ResponseWriter, r *http.Request, value any, err error) {
	var body []byte
	if err == nil {
		body, err = json.Marshal(value)
	}
	switch {
	case r.Context().Err() != nil: // the reader has gone
	case errors.Is(err, store.ErrCursor):
		web.Problem(w, http.StatusBadRequest, "There is no such page any more: begin again with the first.")
	case err != nil:
		b.Log.WithError(err).Log(jobs.LevelOf(err), "the board cannot be read")
		web.Problem(w, http.StatusServiceUnavailable, noAnswer)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}
}

const tooLong = "The search is too long: 200 characters at most."

const noAnswer = "Redis does not answer. The board comes back when it does; the log says more."

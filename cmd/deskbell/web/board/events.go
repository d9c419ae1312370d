package board

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// events streams properties and their changes, those of the parameters id, or with whole=1 all there are, as server-sent events:
//
//	desk          at first: {"read_only", "bound", "count", "more", "source"}: whether no button is to be shown, whether the key is of some properties,
//	              how many of them follow in rows, whether there are others that do not, and the name of the file that all definitions come from, if they do
//	health        {"workers", "redis"}: how many workers there are, and why Redis cannot be used; without redis it can
//	rows          {"at", "properties"}: all of them at first, some at a time, then those that changed, and
//	              those that change at a boundary, which no message reports
//	recent        the last actions, when there are new ones
//	destinations  all of them, when one does otherwise than before
//	feeds         each edit.FeedStatus, of all calendars that workers fetch, when one does otherwise than before
//	quotas        each quota.Status of a property that is over a quota, when there is another, or more is refused
//	zones         a jobs.ZonesReport: the version of the time zones, and whether others have a newer one
//	clocks        the processes whose clocks are not those of Redis, each a store.Beat, when there are others
//	trouble       a problem: nothing can be read, and is tried again
//
// A message is true when it is sent, and depends on no earlier one: a reader who is slow, or comes back, misses nothing
// that still holds.
func (b *board) events(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	if len(ids) > mostShown {
		web.Problem(w, http.StatusBadRequest, fmt.Sprintf("%d properties are too many to follow: %d at most.", len(ids), mostShown))
		return
	}
	if r.Method == http.MethodHead { // it gets no events, and takes no place
		_, _ = web.OpenStream(w)
		return
	}
	key := web.Caller(r.Context())
	if slices.ContainsFunc(ids, func(id string) bool { return !key.May(id) }) {
		web.Problem(w, http.StatusForbidden, web.OnlyProperties(key))
		return
	}
	search, more := r.FormValue("search"), false
	if utf8.RuneCountInString(search) > mostSearch {
		web.Problem(w, http.StatusBadRequest, tooLong)
		return
	}
	whole := r.FormValue("whole") != ""
	if whole {
		var err error
		if ids, more, err = b.all(r.Context(), key, search); err != nil {
			b.answer(w, r, nil, err)
			return
		}
	}
	who := newReader(web.Asker(r), ids, whole && search == "" && !more && !key.IsBound())
	if !b.hub.enter(who) {
		w.Header().Set("Retry-After", "30")
		web.Problem(w, http.StatusServiceUnavailable, "Too many people watch this board at once, or too many with this key. Close a page that nobody needs.")
		return
	}
	defer b.hub.leave(who)
	to, err := web.OpenStream(w)
	if err != nil {
		return
	}
	s := stream{board: b, reader: who, key: key, to: to, seed: maphash.MakeSeed()}
	first, err := json.Marshal(desk{key.ReadOnly, key.IsBound(), len(ids), more, b.source()})
	if err != nil {
		return
	}
	s.out.WriteString("retry: 2000\n\n")
	s.event("desk", first)
	s.run(r.Context())
}

const (
	mostShown  = 300         // properties that are asked for by their ids
	mostWhole  = 5000        // of all there are
	rowsAtOnce = 100         // in one message, so that a page draws the first soon, and none for long
	lookAnyway = time.Minute // how old a row may be without a report of a change
	readWithin = 2 * time.Second
	retryRead  = 2 * time.Second
)

// desk is the first event of a stream.
type desk struct {
	ReadOnly bool   `json:"read_only"`
	Bound    bool   `json:"bound"` // to some properties
	Count    int    `json:"count"`
	More     bool   `json:"more"`
	Source   string `json:"source,omitempty"`
}

// source is the name of the file that all definitions come from; empty: they come from no file that is known here.
func (b *board) source() string {
	if b.Source == "" {
		return ""
	}
	return filepath.Base(b.Source)
}

// all finds the properties that a key may see, as far as a text is in their ids or names. There may be more.
func (b *board) all(ctx context.Context, key edit.Key, search string) (ids []string, more bool, err error) {
	if key.IsBound() && search == "" {
		return key.Properties, false, nil
	}
	return b.Client.BoardIDs(ctx, view.BoardQuery{Search: search, Only: key.Properties, Limit: mostWhole})
}

// reader is a browser that shows a page.
type reader struct {
	who   string // see web.Asker
	ids   []string
	grows bool // it shows those, too, that are defined later
	wake  chan struct{}

	mu    sync.Mutex
	dirty map[string]bool // shown properties; true: written since they were read
	all   bool            // read all

	shownWith map[string]map[string]bool // agent → the properties that show them
}

func newReader(who string, ids []string, grows bool) *reader {
	r := &reader{who: who, ids: slices.Clone(ids), grows: grows, wake: make(chan struct{}, 1), dirty: make(map[string]bool, len(ids)), all: true, shownWith: make(map[string]map[string]bool)}
	for _, id := range ids {
		r.dirty[id] = false
	}
	return r
}

// tell notes the written subjects; nil: it may have missed some.
func (r *reader) tell(subjects []store.Subject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	concerns := subjects == nil
	r.all = r.all || concerns
	for _, s := range subjects {
		if agent, ok := s.Agent(); ok { // the property may be as it was
			for id := range r.shownWith[agent] {
				r.dirty[id], concerns = true, true
			}
		}
		id, ok := s.Property()
		if !ok {
			continue
		}
		_, shown := r.dirty[id]
		if !shown && r.grows && len(r.ids) < mostWhole {
			r.ids, shown = append(r.ids, id), true
		}
		if shown {
			r.dirty[id], concerns = true, true
		}
	}
	if concerns {
		wink(r.wake)
	}
}

// shows notes which agents a property shows.
func (r *reader) shows(property string, agents []view.BoardAgent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, in := range r.shownWith {
		delete(in, property)
	}
	for _, a := range agents {
		if r.shownWith[a.Agent] == nil {
			r.shownWith[a.Agent] = make(map[string]bool)
		}
		r.shownWith[a.Agent][property] = true
	}
}

// take gives the properties to read now: those that were written, and those whose state is out of date.
func (r *reader) take(good map[string]time.Time, now time.Time) (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range r.ids {
		until := good[id]
		if r.all || r.dirty[id] || !until.IsZero() && !now.Before(until) {
			ids = append(ids, id)
		}
		r.dirty[id] = false
	}
	r.all = false
	return ids
}

// forget leaves out a property that is no longer defined. When it is again, that is reported.
func (r *reader) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.grows && !r.dirty[id] {
		delete(r.dirty, id)
		r.ids = slices.DeleteFunc(r.ids, func(other string) bool { return other == id })
	}
}

// stream sends one reader its events.
type stream struct {
	*board
	*reader
	key edit.Key // that asks
	to  web.EventStream
	out bytes.Buffer

	good map[string]time.Time // until when the last message about a property holds
	sent map[string]uint64    // a sum of that message
	seed maphash.Seed
	news news // that were sent
}

// run ends with the context, or when the reader does not read.
func (s *stream) run(ctx context.Context) {
	s.good, s.sent = make(map[string]time.Time), make(map[string]uint64)
	for ctx.Err() == nil {
		pause := breath
		if err := s.collect(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			s.Log.WithError(err).Debug("the board cannot be read: trying again")
			s.tell(nil) // later, read everything and send it again: the page waits for that
			clear(s.sent)
			s.news = news{}
			s.event("trouble", []byte(`{"detail":"`+noAnswer+`"}`))
			pause = retryRead
		}
		if s.flush() != nil {
			return
		}
		sleep(ctx, pause)
		s.wait(ctx)
	}
}

// collect reads everything that the reader does not have yet.
func (s *stream) collect(ctx context.Context) error {
	latest := s.hub.latest().of(s.key)
	if !bytes.Equal(latest.health, s.news.health) { // before what Redis may keep waiting
		s.event("health", latest.health)
		s.news.health = latest.health
	}
	for ids := range slices.Chunk(s.take(s.good, s.Now()), rowsAtOnce) {
		if err := errors.Join(s.rows(ctx, ids), s.flush()); err != nil {
			return err
		}
	}
	if !bytes.Equal(latest.recent, s.news.recent) {
		s.event("recent", latest.recent)
	}
	if !bytes.Equal(latest.destinations, s.news.destinations) {
		s.event("destinations", latest.destinations)
	}
	if !bytes.Equal(latest.feeds, s.news.feeds) {
		s.event("feeds", latest.feeds)
	}
	if !bytes.Equal(latest.quotas, s.news.quotas) {
		s.event("quotas", latest.quotas)
	}
	if !bytes.Equal(latest.zones, s.news.zones) {
		s.event("zones", latest.zones)
	}
	if !bytes.Equal(latest.clocks, s.news.clocks) {
		s.event("clocks", latest.clocks)
	}
	s.news = latest
	return nil
}

// rows sends the states of properties that have changed since they were sent.
func (s *stream) rows(ctx context.Context, ids []string) error {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	at, states, err := s.Client.BoardStates(ctx, ids)
	if err != nil {
		return err
	}
	changed := []json.RawMessage{}
	for _, state := range states {
		body, err := json.Marshal(state)
		if err != nil {
			return fmt.Errorf("encoding %q: %w", state.Property, err)
		}
		s.shows(state.Property, state.Agents)
		if state.Gone {
			s.forget(state.Property)
		}
		s.good[state.Property] = at.Add(lookAnyway)
		if until := state.GoodUntil; !until.IsZero() && until.Before(s.good[state.Property]) {
			s.good[state.Property] = until
		}
		if sum := maphash.Bytes(s.seed, body); s.sent[state.Property] != sum {
			s.sent[state.Property] = sum
			changed = append(changed, body)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	body, err := json.Marshal(map[string]any{"at": at, "properties": changed})
	if err != nil {
		return fmt.Errorf("encoding rows: %w", err)
	}
	s.event("rows", body)
	return nil
}

// event puts a message into the buffer. JSON has no line breaks of its own.
func (s *stream) event(name string, data []byte) {
	fmt.Fprintf(&s.out, "event: %s\ndata: %s\n\n", name, data)
}

func (s *stream) flush() error {
	if s.out.Len() == 0 {
		return nil
	}
	defer s.out.Reset()
	return s.to.Send(s.out.Bytes())
}

// wait waits for a change or a boundary. After a silence it sends a comment, so that proxies keep the stream.
func (s *stream) wait(ctx context.Context) {
	boundary := web.Heartbeat
	for _, until := range s.good {
		boundary = min(boundary, max(0, until.Sub(s.Now())))
	}
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-time.After(boundary):
		if boundary == web.Heartbeat {
			s.out.WriteString(":\n\n")
		}
	}
}

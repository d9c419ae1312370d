package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
)

// keysFor is how long keys stay in memory: one that is revoked is dead in less
// than five seconds.
const keysFor = 4 * time.Second

// keyring keeps the keys for a while.
type keyring struct {
	Kept[admission]
	keys edit.Keys
	log  logrus.FieldLogger

	// Of load, which runs once at a time.
	once  bool // there were keys, while this process ran
	noted bool // that is kept elsewhere, too
}

func newKeyring(keys edit.Keys, now func() time.Time, log logrus.FieldLogger) *keyring {
	k := &keyring{keys: keys, log: log}
	k.Kept = Kept[admission]{Now: now, For: keysFor, Read: k.load}
	return k
}

// admission says who is let in.
type admission struct {
	ring   edit.Keyring
	closed bool // there is no key of a server, and there were some once: no server is
}

// load reads the keys. Once there were some of servers, this process lets nobody in without one, unless somebody has said so since.
func (k *keyring) load(ctx context.Context) (admission, error) {
	ring, err := k.keys.Load(ctx)
	if err != nil {
		return admission{}, err
	}
	if !ring.HasServers() {
		k.noted = false
		k.once, err = k.keys.Once(ctx, k.once)
		return admission{ring: ring, closed: k.once}, err
	}
	if k.once = true; !k.noted {
		if err := k.keys.Note(ctx); err != nil { // that is no reason to answer nobody
			k.log.WithError(err).Log(jobs.LevelOf(err), "it cannot be kept that there are keys: if all of them are lost, this machine may be let in without one")
		} else {
			k.noted = true
		}
	}
	return admission{ring: ring}, nil
}

type callerKey struct{}

// Caller is the key that asks; the zero Key is this machine, which may do everything.
func Caller(ctx context.Context) edit.Key {
	k, _ := ctx.Value(callerKey{}).(edit.Key)
	return k
}

// scheme is how a refusal asks for a key.
type scheme string

const (
	bearer scheme = "Bearer" // of programs
	basic  scheme = "Basic"  // of browsers, which ask their user
)

// refusal is the reason not to answer a request.
type refusal struct {
	status int
	detail string
	wait   time.Duration // for http.StatusTooManyRequests: until another request may be made
	reason string        // as the metrics have it; empty: as the status has it
}

// admitting refuses requests without a key that may ask. The next handler decides on the key's rights: see Caller.
func (s *server) admitting(ask scheme, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		key, no := s.admit(r)
		if line, ok := r.Context().Value(requestLogKey{}).(*requestLog); ok {
			line.key = key.Name
		}
		if no != nil {
			refusedFor(r, no.reason)
		}
		switch {
		case no == nil:
			ctx, done := s.whileAdmitted(context.WithValue(r.Context(), callerKey{}, key), func() bool { return s.stillAdmitted(r) })
			defer done()
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		case no.status == http.StatusServiceUnavailable:
			unavailable(w, r, no.detail)
			return
		case no.status == http.StatusUnauthorized:
			w.Header().Set("WWW-Authenticate", string(ask)+` realm="Deskbell"`)
		case no.status == http.StatusTooManyRequests:
			tooMany(w, no.wait, no.detail)
			return
		}
		Problem(w, no.status, no.detail)
	})
}

func (s *server) admit(r *http.Request) (edit.Key, *refusal) {
	now, err := s.keys.Get(r.Context())
	if err != nil {
		s.Log.WithError(err).Log(jobs.LevelOf(err), "reading the keys failed")
		return edit.Key{}, &refusal{status: http.StatusServiceUnavailable, detail: "the keys cannot be read now: try again in a moment", reason: keysUnavailable}
	}
	secret := secretOf(r)
	if _, public := now.ring.FindPublic(secret); public {
		return edit.Key{}, refuse(http.StatusForbidden, "this key is publishable: it is for web pages, and opens /v1/page/ alone")
	}
	if !now.ring.HasServers() {
		return edit.Key{}, s.admitWithoutKeys(r, now.closed)
	}
	if secret == "" {
		return edit.Key{}, refuse(http.StatusUnauthorized, "this needs a key, as in Authorization: Bearer dbk_…; deskbell keys add makes one")
	}
	key, ok := now.ring.Find(secret)
	if !ok {
		if wait := s.guesses.wait(address(r), guessQuota()); wait > 0 {
			return key, &refusal{http.StatusTooManyRequests, "too many wrong keys came from this address: wait a while", wait, tooManyGuesses}
		}
		return key, refuse(http.StatusUnauthorized, "this key is wrong, or was revoked")
	}
	q := s.quotaOf(key.Rate)
	if wait := s.usage.wait("key "+key.Name, q); wait > 0 {
		return key, &refusal{http.StatusTooManyRequests, fmt.Sprintf("too many requests with this key, which has %d a second: wait a moment", q.burst), wait, overKeyRate}
	}
	if key.ReadOnly && !isRead(r.Method) {
		return key, refuse(http.StatusForbidden, "this key may only read")
	}
	return key, s.tooManyEdits(r, "key "+key.Name)
}

func refuse(status int, detail string) *refusal { return &refusal{status: status, detail: detail} }

// whileAdmitted gives a context that ends when its key is revoked: a stream does
// not outlive its key for long. No goroutine waits for the next look: it would cost each stream some 3 KB.
func (s *server) whileAdmitted(ctx context.Context, still func() bool) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	var look func()
	look = func() {
		switch {
		case ctx.Err() != nil: // the request has ended
		case still():
			time.AfterFunc(keysFor, look)
		default:
			cancel()
		}
	}
	first := time.AfterFunc(keysFor, look)
	return ctx, func() {
		first.Stop() // most requests end before it
		cancel()
	}
}

func (s *server) stillAdmitted(r *http.Request) bool {
	now, err := s.keys.Get(context.WithoutCancel(r.Context()))
	if err != nil {
		return true // Redis is down: that revokes nothing
	}
	if !now.ring.HasServers() {
		return s.Loopback && !now.closed && isOwn(r)
	}
	_, ok := now.ring.Find(secretOf(r))
	return ok
}

// admitWithoutKeys decides while no key exists.
func (s *server) admitWithoutKeys(r *http.Request, closed bool) *refusal {
	switch {
	case closed && s.Loopback:
		return refuse(http.StatusForbidden, "there were keys, and there is none now: run deskbell keys add NAME, or deskbell keys open --yes, which lets this machine in without one")
	case !s.Loopback:
		return refuse(http.StatusForbidden, "there is no key, and without one nobody is let in from other machines: run deskbell keys add NAME")
	case !isOwn(r):
		return refuse(http.StatusForbidden, "there is no key, and without one this is for localhost alone, and not for what a proxy passes on: run deskbell keys add NAME")
	}
	if wait := s.usage.wait(address(r), s.quotaOf(0)); wait > 0 {
		return &refusal{http.StatusTooManyRequests, "too many requests from this address: wait a moment", wait, overOwnRate}
	}
	return s.tooManyEdits(r, address(r))
}

// secretOf is the secret in a request: a bearer token, or the password of HTTP Basic.
func secretOf(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, string(bearer)) {
		return ""
	}
	return strings.TrimSpace(token)
}

// ForReaders gives keys that may only read a handler of their own.
func ForReaders(readers, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := others
		if Caller(r.Context()).ReadOnly {
			h = readers
		}
		h.ServeHTTP(w, r)
	})
}

// MostBody bounds the body of a request, in bytes.
const MostBody = 1 << 20

// unbound is for keys that are not bound to properties.
func unbound(next http.Handler) http.Handler {
	next = http.MaxBytesHandler(next, MostBody)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k := Caller(r.Context()); k.IsBound() {
			Problem(w, http.StatusForbidden, OnlyProperties(k))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// OnlyProperties says which properties a key is for, to refuse something else.
func OnlyProperties(k edit.Key) string {
	return "this key is for these properties and nothing else: " + strings.Join(k.Properties, ", ")
}

package edit

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// tries is how often a write is repeated when other writers were quicker.
const tries = 20

// Key is a key of the HTTP API, without its secret. The secret is shown once, when the
// key is made, and kept nowhere.
type Key struct {
	Name       string    `json:"name"`
	ReadOnly   bool      `json:"read_only,omitempty"`
	Properties []string  `json:"properties,omitempty"` // the properties that it may see and change; empty: all
	Names      Names     `json:"names,omitzero"`       // that it may use in its properties, and of whose agents it may send events; nil lists, where it has properties: made by an earlier version, see Keys.Complete
	Rate       int       `json:"rate,omitempty"`       // requests a second that it may make of each server, at most MaxRate; 0: as the server has it
	Origins    []string  `json:"origins,omitempty"`    // of the web pages in which it stands: see Key.IsForPages; empty: it is of a server
	Public     string    `json:"public,omitempty"`     // the key itself, of one for pages: it is no secret
	Created    time.Time `json:"created"`
}

// MaxRate is the highest rate of a key.
const MaxRate = 1_000_000

// storedKey is a Key in Redis.
type storedKey struct {
	Key
	Hash string `json:"hash"` // SHA-256 of the secret, in hex; empty for a key for pages: earlier versions, which know of none, let nobody in by it
}

// Keys are those of the HTTP API.
type Keys struct {
	Store  keyringStore
	Now    func() time.Time
	Marker Marker // nil: that there were keys once is kept in Redis alone
}

// keyringStore is keyStore, and reads the properties of keys.
type keyringStore interface {
	keyStore
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
}

// keyStore is the part of a store.Store that keys need.
type keyStore interface {
	GlobalsOf(ctx context.Context, kind store.Global, names []string) ([][]byte, error)
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
	SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error)
}

func same(a, b []byte) bool { return string(a) == string(b) && (a == nil) == (b == nil) }

// swap writes what change makes of the definition of a kind and name, until nobody was quicker; nil is none. what names it in errors.
func swap(ctx context.Context, s keyStore, kind store.Global, name, what string, change func(before []byte) (after []byte, err error)) error {
	for range tries {
		bodies, err := s.GlobalsOf(ctx, kind, []string{name})
		if err != nil {
			return err
		}
		after, err := change(bodies[0])
		if err != nil || same(bodies[0], after) {
			return err
		}
		if done, err := s.SetGlobal(ctx, kind, name, bodies[0], after); err != nil || done {
			return err
		}
	}
	return fmt.Errorf("writing %s: %w", what, store.ErrContended)
}

// ErrKeyExists is returned for the name of a key that exists.
var ErrKeyExists = errors.New("a key of this name exists: revoke it, or take another name")

// Add makes a key and gives its secret, "dbk_NAME_" and 43 letters, digits, '-' or '_'.
// It ignores k.Created. A key may name properties that do not exist yet. For a list of k.Names that is nil, a key of some properties
// gets the names in these as they are defined now. A key with origins is one for pages, "pk_NAME_" and as many.
func (ks Keys) Add(ctx context.Context, k Key) (secret string, err error) {
	if err := k.check(); err != nil {
		return "", fmt.Errorf("adding a key: %w", err)
	}
	if k.IsBound() && !k.IsForPages() {
		now, err := ks.namesNow(ctx, k.Properties)
		if err != nil {
			return "", err
		}
		k.Names = k.Names.or(now)
	}
	if secret, err = newSecret(k.prefix() + k.Name + "_"); err != nil {
		return "", fmt.Errorf("adding a key: %w", err)
	}
	k.Created = ks.Now().UTC().Truncate(time.Second)
	kept := storedKey{k, digest(secret)}
	if k.IsForPages() {
		kept.Public, kept.Hash = secret, ""
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return "", fmt.Errorf("adding a key: %w", err)
	}
	if !k.IsForPages() { // one for pages closes no door: it opens none of a server
		if err := ks.Note(ctx); err != nil {
			return "", err
		}
	}
	added, err := ks.Store.SetGlobal(ctx, store.GlobalKey, k.Name, nil, body)
	if err == nil && !added {
		err = fmt.Errorf("adding key %q: %w", k.Name, ErrKeyExists)
	}
	return secret, err
}

// Rights are new rights of a key. The zero value changes nothing.
type Rights struct {
	ReadOnly   *bool    // nil: as before
	Properties []string // empty: as before
	Names      Names    // a list that is nil stays; another takes its place, and an empty one names nothing
	Origins    []string // empty: as before
	Rate       int      // 0: as before
}

// Change gives a key other rights, with the secret that it has. It gives the key as it is then, and returns store.ErrNotFound where there is
// none. Processes that serve the API heed it within seconds.
func (ks Keys) Change(ctx context.Context, name string, r Rights) (changed Key, err error) {
	err = swap(ctx, ks.Store, store.GlobalKey, name, "the key "+name, func(before []byte) ([]byte, error) {
		if before == nil {
			return nil, fmt.Errorf("finding key %q: %w", name, store.ErrNotFound)
		}
		var k storedKey
		if err := json.Unmarshal(before, &k); err != nil {
			return nil, fmt.Errorf("decoding key %q: %w", name, err)
		}
		if k.Key, err = ks.with(ctx, k.Key, r); err != nil {
			return nil, fmt.Errorf("changing key %q: %w", name, err)
		}
		changed = k.Key
		return json.Marshal(k)
	})
	return changed, err
}

// with is a key with other rights. One of an earlier version, which lists no names, gets first those of its properties.
func (ks Keys) with(ctx context.Context, k Key, r Rights) (Key, error) {
	if k.IsBound() && !k.IsForPages() && k.Names.lacks() {
		now, err := ks.namesNow(ctx, k.Properties)
		if err != nil {
			return k, err
		}
		k.Names = k.Names.or(now)
	}
	if len(r.Origins) > 0 {
		if !k.IsForPages() {
			return k, errors.New("it is of a server, and has no origins: add another with --publish")
		}
		k.Origins = r.Origins
	}
	if k.IsForPages() {
		k.Names = Names{} // an earlier version may have given it some
	}
	if len(r.Properties) > 0 {
		if !k.IsBound() {
			return k, errors.New("it is of all properties, and stays so: revoke it, and add another")
		}
		k.Properties = r.Properties
	}
	if r.Rate > 0 {
		k.Rate = r.Rate
	}
	if r.ReadOnly != nil {
		k.ReadOnly = *r.ReadOnly
	}
	k.Names = r.Names.or(k.Names)
	return k, k.check()
}

// check faults what is wrong with a key that is to be added or changed.
func (k Key) check() error {
	for _, id := range slices.Concat([]string{k.Name}, k.Properties, k.Names.Agents, k.Names.Schedules, k.Names.Destinations) {
		if !definition.ValidID(id) {
			return fmt.Errorf("%q is no name; write %s", id, definition.IDAllowed)
		}
	}
	if !k.IsBound() && k.Names.and(Names{}).any() {
		return errors.New("a key of all properties may name everything: agents, schedules and destinations are for keys of some properties")
	}
	if k.Rate < 0 || k.Rate > MaxRate {
		return fmt.Errorf("%d requests a second is no rate; write 1 to %d, or nothing", k.Rate, MaxRate)
	}
	if k.IsForPages() {
		return k.checkForPages()
	}
	return nil
}

// Revoke removes a key, or returns store.ErrNotFound. Processes that serve the API refuse
// it within seconds.
func (ks Keys) Revoke(ctx context.Context, name string) error {
	all, err := ks.Store.Globals(ctx, store.GlobalKey)
	if err != nil {
		return err
	}
	if all[name] == nil {
		return fmt.Errorf("finding key %q: %w", name, store.ErrNotFound)
	}
	var k storedKey
	if json.Unmarshal(all[name], &k) != nil || !k.IsForPages() {
		if err := ks.Note(ctx); err != nil { // an earlier version has not
			return err
		}
	}
	_, err = ks.Store.SetGlobal(ctx, store.GlobalKey, name, all[name], nil)
	return err
}

// Load gives all keys, for finding the key of a secret.
func (ks Keys) Load(ctx context.Context) (Keyring, error) {
	all, err := ks.Store.Globals(ctx, store.GlobalKey)
	if err != nil {
		return nil, err
	}
	ring := make(Keyring, 0, len(all))
	for name, body := range all {
		var k storedKey
		if err := json.Unmarshal(body, &k); err != nil {
			return nil, fmt.Errorf("decoding key %q: %w", name, err)
		}
		ring = append(ring, k)
	}
	slices.SortFunc(ring, func(a, b storedKey) int { return cmp.Compare(a.Name, b.Name) })
	return ring, nil
}

// Signers are those of the ring of now.
func (ks Keys) Signers(ctx context.Context, property string) ([][]byte, error) {
	ring, err := ks.Load(ctx)
	return ring.Signers(property), err
}

// Keyring is all keys at an instant, by name.
type Keyring []storedKey

// Keys are those of the ring.
func (r Keyring) Keys() []Key {
	keys := make([]Key, len(r))
	for i, k := range r {
		keys[i] = k.Key
	}
	return keys
}

// Find gives the key of a secret. It compares the secret with all keys, so that its
// duration says nothing about any of them.
func (r Keyring) Find(secret string) (k Key, ok bool) {
	hash := []byte(digest(secret))
	for i := range r {
		if subtle.ConstantTimeCompare(hash, []byte(r[i].Hash)) == 1 {
			k, ok = r[i].Key, true
		}
	}
	return k, ok
}

// secretLength is how many letters, digits, '-' or '_' end a secret: 32 random bytes.
const secretLength = 43

// newSecret makes a secret that begins with a prefix.
func newSecret(prefix string) (string, error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(random), nil
}

// shownHash is how many digits of a hash stand in names.
const shownHash = 16

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

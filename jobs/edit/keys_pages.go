package edit

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const (
	serverKeys = "dbk_" // how keys of servers begin
	pageKeys   = "pk_"  // how keys for pages begin
)

// MostOrigins is how many origins a key for pages has at most.
const MostOrigins = 50

// IsForPages tells whether the key stands in web pages, where everybody can read it: it speaks for a page's own visitor alone, from the
// key's origins. Each other key is of a server, and a secret.
func (k Key) IsForPages() bool { return len(k.Origins) > 0 }

func (k Key) prefix() string {
	if k.IsForPages() {
		return pageKeys
	}
	return serverKeys
}

// checkForPages faults a key for pages.
func (k Key) checkForPages() error {
	switch {
	case len(k.Properties) != 1:
		return errors.New("a publishable key is of one property: give it by --property")
	case k.ReadOnly || k.Names.any():
		return errors.New("a publishable key names nothing, and reads and sends for its pages alone: leave out --read-only, --agents, --schedules and --destinations")
	case len(k.Origins) > MostOrigins:
		return fmt.Errorf("%d origins are too many; at most %d", len(k.Origins), MostOrigins)
	}
	for _, o := range k.Origins {
		if err := checkOrigin(o); err != nil {
			return err
		}
	}
	return nil
}

// checkOrigin faults a text that is not exactly what browsers send as the origin of a page.
func checkOrigin(o string) error {
	const allowed = "write scheme, host and, unless it is the scheme's own, port, as in https://acme.example or http://localhost:3000"
	u, err := url.Parse(o)
	switch {
	case o == "null":
		return errors.New(`"null" is no origin: pages of files and of sandboxes have it, whoever made them; ` + allowed)
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(o, func(r rune) bool { return r == '*' || r > '~' }):
		return fmt.Errorf("%q is no origin; %s", o, allowed)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is no origin of a web page, which is of https or http; %s", o, allowed)
	}
	own := u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80"
	if exact := u.Scheme + "://" + strings.ToLower(u.Host); own || exact != o || strings.HasSuffix(o, ":") {
		if own {
			exact = u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":"+u.Port())
		}
		return fmt.Errorf("%q is not what a browser sends; write %s", o, strings.TrimSuffix(exact, ":"))
	}
	return nil
}

// From tells whether a page of an origin may use the key.
func (k Key) From(origin string) bool { return slices.Contains(k.Origins, origin) }

// FindPublic gives the key for pages that is written so. It is no secret; the comparison is one of constant time all the same.
func (r Keyring) FindPublic(written string) (k Key, ok bool) {
	hash := []byte(digest(written))
	for i := range r {
		if r[i].IsForPages() && r[i].Public != "" && subtle.ConstantTimeCompare(hash, []byte(digest(r[i].Public))) == 1 {
			k, ok = r[i].Key, true
		}
	}
	return k, ok
}

// HasServers tells whether there is a key of a server. Until there is one, this machine needs none.
func (r Keyring) HasServers() bool {
	return slices.ContainsFunc(r, func(k storedKey) bool { return !k.IsForPages() })
}

// Signers are the keys with which servers sign who a visitor of a property is: of each key of a server that may change the property, its
// SHA-256 in hex.
func (r Keyring) Signers(property string) (keys [][]byte) {
	for i := range r {
		if k := &r[i]; !k.IsForPages() && !k.ReadOnly && k.May(property) {
			keys = append(keys, []byte(k.Hash))
		}
	}
	return keys
}

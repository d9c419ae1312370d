package page

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// An identity is a JSON Web Token (RFC 7519) by HS256 with which a shop's own server says who a visitor is. Its key is the SHA-256 of the server's key of
// Deskbell, in hex: Deskbell keeps no more of that. It says until when it is good, a day ahead at most: whoever finds it can use it.

// identityFor is how long an identity may be good yet.
const identityFor = 24 * time.Hour

// Words of an answer about the identity.
const (
	identityTaken   = "taken"
	identityRefused = "refused"
)

// Reasons to refuse an identity, which the answer tells. Of what it says they tell something only where a key of the shop has signed it.
const (
	malformed     = "malformed"      // it is no JSON Web Token by HS256
	wrongKey      = "wrong_key"      // no key that may change the property has signed it
	noEnd         = "no_exp"         // it does not say until when it is good
	expired       = "expired"        // it was good
	tooLong       = "lasts_too_long" // it would be good for more than a day
	wrongProperty = "wrong_property" // it is for another one
	noFacts       = "no_facts"       // it says nothing of the visitor
	badFacts      = "bad_facts"      // its subject is too long; other facts are cut
)

// claims are the facts in an identity, by the names of OpenID Connect.
type claims struct {
	Subject  string  `json:"sub"` // the shop's id of the customer
	Name     string  `json:"name"`
	Email    string  `json:"email"`
	Locale   string  `json:"locale"`
	Audience string  `json:"aud"` // the property; empty: not said
	Expires  float64 `json:"exp"`
}

// readIdentity gives the facts of an identity that one of some keys has signed for a property, or the reason to refuse it.
func readIdentity(text, property string, keys [][]byte, now time.Time) (c claims, problem string) {
	signed, sum := cutLast(text)
	head, body := cutLast(signed)
	var header struct {
		Algorithm string   `json:"alg"`
		Critical  []string `json:"crit"`
	}
	switch {
	case !decoded(head, &header) || header.Algorithm != "HS256" || len(header.Critical) > 0:
		return c, malformed
	case !isSigned(signed, sum, keys):
		return c, wrongKey
	case !decoded(body, &c):
		return c, malformed
	}
	switch left := c.Expires - float64(now.Unix()); {
	case c.Expires == 0:
		return c, noEnd
	case left <= 0:
		return c, expired
	case left > identityFor.Seconds():
		return c, tooLong
	case c.Audience != "" && c.Audience != property:
		return c, wrongProperty
	case strings.TrimSpace(c.Name+c.Email+c.Locale+c.Subject) == "":
		return c, noFacts
	}
	return c, ""
}

func decoded(part string, into any) bool {
	body, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(body, into) == nil
}

func isSigned(text, sum string, keys [][]byte) bool {
	given, err := base64.RawURLEncoding.DecodeString(sum)
	for _, key := range keys {
		h := hmac.New(sha256.New, key)
		_, _ = h.Write([]byte(text)) // it never fails
		if err == nil && hmac.Equal(given, h.Sum(nil)) {
			return true
		}
	}
	return false
}

// attributes are the facts as events have them.
func (c claims) attributes() event.Attributes {
	a := event.Attributes{Name: c.Name, Email: c.Email, Language: c.Locale}
	if c.Subject != "" {
		a.Custom = event.Values{"user_id": c.Subject}
	}
	return a
}

// introduce sends the facts of an identity, and tells the reason not to; empty: they are sent.
func (e events) introduce(ctx context.Context, of speaker, identity string) (problem string, err error) {
	keys, err := e.Signers(ctx, of.property)
	if err != nil {
		return "", err
	}
	in := e.Intake()
	c, problem := readIdentity(identity, of.property, keys, in.At)
	if problem != "" {
		return problem, nil
	}
	told, err := in.Complete(event.NewVisitorUpdated(of.property, of.visitor, c.attributes()))
	if err != nil {
		return badFacts, nil //nolint:nilerr // the page is told
	}
	return "", e.Send(ctx, told)
}

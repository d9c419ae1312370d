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

// claims are the facts in an identity, by the names of OpenID Connect.
type claims struct {
	Subject  string  `json:"sub"` // the shop's id of the customer
	Name     string  `json:"name"`
	Email    string  `json:"email"`
	Locale   string  `json:"locale"`
	Audience string  `json:"aud"` // the property; empty: not said
	Expires  float64 `json:"exp"`
}

// readIdentity gives the facts of an identity that one of some keys has signed for a property; false: it is none, or too old.
func readIdentity(text, property string, keys [][]byte, now time.Time) (c claims, ok bool) {
	signed, sum := cutLast(text)
	head, body := cutLast(signed)
	var header struct {
		Algorithm string   `json:"alg"`
		Critical  []string `json:"crit"`
	}
	if !decoded(head, &header) || header.Algorithm != "HS256" || len(header.Critical) > 0 || !isSigned(signed, sum, keys) || !decoded(body, &c) {
		return c, false
	}
	left := c.Expires - float64(now.Unix())
	return c, left > 0 && left <= identityFor.Seconds() && (c.Audience == "" || c.Audience == property)
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

// introduce sends the facts of an identity, and says what became of it; empty where there is none.
func (e events) introduce(ctx context.Context, of speaker, identity string) (string, error) {
	if identity == "" {
		return "", nil
	}
	keys, err := e.Signers(ctx, of.property)
	if err != nil {
		return "", err
	}
	in := e.Intake()
	c, ok := readIdentity(identity, of.property, keys, in.At)
	if !ok || strings.Trim(c.Name+c.Email+c.Locale+c.Subject, " ") == "" {
		return identityRefused, nil
	}
	told, err := in.Complete(event.NewVisitorUpdated(of.property, of.visitor, c.attributes()))
	if err != nil { // a fact that is none
		return identityRefused, nil //nolint:nilerr // the page is told
	}
	return identityTaken, e.Send(ctx, told)
}

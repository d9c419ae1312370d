package webtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// JWT is a JSON Web Token of a header and claims, which a shop's server signs with a key of Deskbell by HS256.
func JWT(header, key, claims string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	h := hmac.New(sha256.New, fmt.Appendf(nil, "%x", sha256.Sum256([]byte(key))))
	h.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

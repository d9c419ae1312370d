package rest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// ErrSignature is returned for a request that is not signed by the secret.
var ErrSignature = errors.New("its signature is not the HMAC-SHA256 of its body by the secret")

// Verify tells whether a request is from whoever knows a secret, by its signature: the HMAC-SHA256 of its body in hexadecimal digits, with or
// without "sha256=" before them. The error is ErrSignature. Without a secret, nothing is believed. A request that somebody has kept and sends
// again is believed, and its event has the id that it had.
func Verify(secret, signature string, body []byte) error {
	given, err := hex.DecodeString(strings.TrimPrefix(signature, "sha256="))
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write(body)
	if good := hmac.Equal(sum.Sum(nil), given); err != nil || !good || secret == "" { // each takes as long as the others
		return ErrSignature
	}
	return nil
}

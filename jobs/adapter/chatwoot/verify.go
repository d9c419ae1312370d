package chatwoot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how far the clock of Chatwoot may be from ours, either way. A webhook of longer ago may be one that somebody has kept and
// sends again.
const Tolerance = 5 * time.Minute

// The headers of a webhook of Chatwoot, since 4.11.2.
const (
	timestampHeader = "X-Chatwoot-Timestamp"
	signatureHeader = "X-Chatwoot-Signature"
)

// Why a webhook is not believed. None of them shows the secret, or what the signature ought to be.
var (
	ErrUnsigned  = errors.New("it has no signature: Chatwoot signs webhooks since 4.11.2")
	ErrSignature = errors.New("its signature is not by the secret of this webhook")
	ErrClock     = errors.New("it was signed more than five minutes ago, or the clocks of Chatwoot and Deskbell differ by as much")
)

// Verify tells whether a webhook is from the Chatwoot that knows a secret, by its headers and its body, as they came at an instant. The error
// is one of ErrUnsigned, ErrSignature and ErrClock. Without a secret, nothing is believed.
func Verify(secret string, header http.Header, body []byte, at time.Time) error {
	stamp := header.Get(timestampHeader)
	given, ok := strings.CutPrefix(header.Get(signatureHeader), "sha256=")
	if !ok || stamp == "" {
		return ErrUnsigned
	}
	signature, err := hex.DecodeString(given)
	if good := hmac.Equal(sum(secret, stamp, body), signature); err != nil || !good || secret == "" { // each takes as long as the others
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || at.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return ErrClock
	}
	return nil
}

// Sign gives the headers by which a body is believed, as Chatwoot does: with it, Deskbell tries whether it is believed itself.
func Sign(secret string, body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := make(http.Header)
	h.Set(timestampHeader, stamp)
	h.Set(signatureHeader, "sha256="+hex.EncodeToString(sum(secret, stamp, body)))
	return h
}

func sum(secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", stamp, body)
	return mac.Sum(nil)
}

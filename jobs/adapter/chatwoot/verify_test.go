package chatwoot_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

// TestVerify has a signature that openssl has made:
//
//	printf '1795420800.{"event":"message_created"}' | openssl dgst -sha256 -hmac hook-secret
func TestVerify(t *testing.T) {
	t.Parallel()
	const (
		secret    = "hook-secret"
		body      = `{"event":"message_created"}`
		stamp     = "1795420800"
		signature = "sha256=29a7e4f425e2f833f453cb0514a9592b068a71de5805fc63cea16ad2f7b9f2d5"
	)
	signed := time.Unix(1795420800, 0)
	tests := []struct {
		name, secret, stamp, signature, body string
		at                                   time.Time
		want                                 error
	}{
		{"as it was sent", secret, stamp, signature, body, signed, nil},
		{"in capitals", secret, stamp, "sha256=" + strings.ToUpper(signature[7:]), body, signed, nil},
		{"five minutes later", secret, stamp, signature, body, signed.Add(chatwoot.Tolerance), nil},
		{"later than that", secret, stamp, signature, body, signed.Add(chatwoot.Tolerance + 1), chatwoot.ErrClock},
		{"by a clock that is ahead", secret, stamp, signature, body, signed.Add(-chatwoot.Tolerance - 1), chatwoot.ErrClock},
		{"with another body", secret, stamp, signature, body + " ", signed, chatwoot.ErrSignature},
		{"with another time", secret, "1795420801", signature, body, signed, chatwoot.ErrSignature},
		{"by another secret", "other", stamp, signature, body, signed, chatwoot.ErrSignature},
		{"without a secret of ours", "", stamp, signature, body, signed, chatwoot.ErrSignature},
		{"cut", secret, stamp, signature[:40], body, signed, chatwoot.ErrSignature},
		{"not in hexadecimal", secret, stamp, "sha256=zz", body, signed, chatwoot.ErrSignature},
		{"by another method", secret, stamp, "sha1=" + signature[7:], body, signed, chatwoot.ErrUnsigned},
		{"unsigned", secret, stamp, "", body, signed, chatwoot.ErrUnsigned},
		{"without a time", secret, "", signature, body, signed, chatwoot.ErrUnsigned},
	}
	for _, tt := range tests {
		header := http.Header{}
		header.Set("X-Chatwoot-Timestamp", tt.stamp)
		header.Set("X-Chatwoot-Signature", tt.signature)
		if err := chatwoot.Verify(tt.secret, header, []byte(tt.body), tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	ours := chatwoot.Sign(secret, []byte(body), signed)
	if ours.Get("X-Chatwoot-Signature") != signature || chatwoot.Verify(secret, ours, []byte(body), signed) != nil {
		t.Errorf("we sign by %v", ours)
	}
}

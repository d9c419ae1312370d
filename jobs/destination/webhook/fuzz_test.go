package webhook

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// An accepted secret signs as with the specification's own library, and errors do not
// show a refused one.
func FuzzSecret(f *testing.F) {
	for _, secret := range []string{"", "whsec_", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_-", "whsec_====", " whsec_\n", "whsec_MfKQ9r8GKYqrTwjU\nPD8ILPZIo2LaLaSw"} {
		f.Add(secret)
	}
	at := time.Unix(1764057600, 0)
	f.Fuzz(func(t *testing.T, secret string) {
		keys, err := keysOf([]string{"X_SECRET"}, func(string) string { return secret })
		if err != nil {
			if hidden := strings.TrimPrefix(strings.TrimSpace(secret), "whsec_"); len(hidden) > 20 && strings.Contains(err.Error(), hidden) {
				t.Errorf("%q is shown: %v", secret, err)
			}
			return
		}
		if n := len(keys[0]); n < leastKey || n > mostKey {
			t.Errorf("%q: %d bytes", secret, n)
		}
		own, err := standardwebhooks.NewWebhook("whsec_" + base64.StdEncoding.EncodeToString(keys[0]))
		if err != nil {
			t.Fatal(err)
		}
		want, err := own.Sign("id", at, []byte("{}"))
		if got := sign(keys, "id", "1764057600", []byte("{}")); got != want || err != nil {
			t.Errorf("%q: %s, %s, %v", secret, got, want, err)
		}
	})
}

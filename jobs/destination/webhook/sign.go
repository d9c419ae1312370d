package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Bytes of a key, by the specification.
const leastKey, mostKey = 24, 64

// advice ends each error about a secret. These never show the secret.
const advice = `it must be "whsec_" and 24 to 64 random bytes in base64, as ` +
	`echo "whsec_$(openssl rand -base64 32)" prints; give every worker the same, and the receiver, too`

// keysOf reads the secrets from the environment variables of these names.
func keysOf(names []string, getenv func(string) string) ([][]byte, error) {
	if len(names) == 0 { // nothing is sent unsigned
		return nil, errors.New("its definition names no secret; give it a secret_env")
	}
	keys := make([][]byte, len(names))
	for i, name := range names {
		secret := strings.TrimSpace(getenv(name))
		if secret == "" {
			return nil, fmt.Errorf("the environment variable %s is not set: %s", name, advice)
		}
		key, ok := keyOf(secret)
		if !ok {
			return nil, fmt.Errorf("what the environment variable %s holds is no secret for webhooks: %s", name, advice)
		}
		keys[i] = key
	}
	return keys, nil
}

// standard turns the alphabet for URLs into the usual one.
var standard = strings.NewReplacer("-", "+", "_", "/")

// keyOf reads a secret: base64 in either alphabet, padded or not.
func keyOf(secret string) ([]byte, bool) {
	text, marked := strings.CutPrefix(secret, "whsec_")
	key, err := base64.RawStdEncoding.DecodeString(standard.Replace(strings.TrimRight(text, "=")))
	return key, marked && err == nil && len(key) >= leastKey && len(key) <= mostKey
}

// sign is the value of webhook-signature: a signature by each key, so that a receiver
// may have any of them while a secret is replaced.
func sign(keys [][]byte, id, timestamp string, body []byte) string {
	signatures := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

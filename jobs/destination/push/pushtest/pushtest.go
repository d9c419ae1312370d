// Package pushtest is for tests of Web Push: a browser that reads what is pushed to it.
package pushtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// Browser is a browser with a subscription at a push service.
type Browser struct {
	key    *ecdh.PrivateKey
	auth   []byte
	server *ecdh.PrivateKey // of those who may push
}

func newKey(t testing.TB) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// New makes one.
func New(t testing.TB) Browser {
	t.Helper()
	b := Browser{newKey(t), make([]byte, 16), newKey(t)}
	_, _ = rand.Read(b.auth)
	return b
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// P256dh is the public key of its subscription, base64url.
func (b Browser) P256dh() string { return text(b.key.PublicKey().Bytes()) }

// Private is the private key of its subscription, base64url.
func (b Browser) Private() string { return text(b.key.Bytes()) }

// Auth is its secret, base64url.
func (b Browser) Auth() string { return text(b.auth) }

// Push is one to the browser at an endpoint.
func (b Browser) Push(endpoint string) deliver.Push {
	return deliver.Push{
		Endpoint: endpoint, P256dh: b.P256dh(), Auth: b.Auth(),
		PublicKey: text(b.server.PublicKey().Bytes()), PrivateKey: text(b.server.Bytes()),
		Body: []byte(`{"title":"Léa"}`), TTL: 90 * time.Minute, Topic: "hours", Contact: "https://bell.acme.com",
	}
}

// Open decrypts a message as RFC 8291 and RFC 8188 say.
func (b Browser) Open(message []byte) (string, error) {
	if len(message) < 21+65 || message[20] != 65 {
		return "", fmt.Errorf("the header of %d bytes is none", len(message))
	}
	salt, size, public, sealed := message[:16], binary.BigEndian.Uint32(message[16:20]), message[21:86], message[86:]
	if len(sealed) > int(size) || len(message) > 4096 {
		return "", fmt.Errorf("a record of %d bytes, of %d", len(sealed), size)
	}
	theirs, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return "", err
	}
	shared, err := b.key.ECDH(theirs)
	if err != nil {
		return "", err
	}
	info := append(append([]byte("WebPush: info\x00"), b.key.PublicKey().Bytes()...), public...)
	ikm, err1 := hkdf.Key(sha256.New, shared, b.auth, string(info), 32)
	key, err2 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, err4 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return "", err
	}
	plain = bytes.TrimRight(plain, "\x00")
	body, ok := bytes.CutSuffix(plain, []byte{2})
	if !ok {
		return "", errors.New("the last record is not marked as such")
	}
	return string(body), nil
}

// Claims checks the signature of a VAPID header (RFC 8292), and gives what it says.
func (b Browser) Claims(header string) (claims map[string]any, err error) {
	var token, key string
	if n, err := fmt.Sscanf(strings.Replace(header, ",", " ", 1), "vapid t=%s k=%s", &token, &key); n != 2 {
		return nil, fmt.Errorf("reading %q: %w", header, err)
	}
	if key != text(b.server.PublicKey().Bytes()) {
		return nil, errors.New("the key is another")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("a token of %d parts", len(parts))
	}
	head, err1 := base64.RawURLEncoding.DecodeString(parts[0])
	body, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	signature, err3 := base64.RawURLEncoding.DecodeString(parts[2])
	if err := errors.Join(err1, err2, err3); err != nil || len(signature) != 64 || !strings.Contains(string(head), `"alg":"ES256"`) {
		return nil, fmt.Errorf("the token is %s, with %d bytes of signature: %w", head, len(signature), err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b.server.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return nil, errors.New("the signature is not that of the key")
	}
	return claims, json.Unmarshal(body, &claims)
}

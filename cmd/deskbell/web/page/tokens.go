package page

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/visit"
)

// Token bounds.
const (
	// TokenFor is how long a token is good after it was made. Each answer to a page's events has a new one, so that it lives as long as the
	// longest record of a visitor who is heard of no more.
	TokenFor = visit.KeptNamed

	secretFor   = time.Minute // the secret stays in memory
	secretAgain = time.Second // it is read again at most so often for tokens that are wrong: another process may have made a new one
)

// SecretSource gives the secret that signs the tokens of visitors.
type SecretSource interface {
	Load(ctx context.Context) ([]byte, error)
}

// Tokens make and check the tokens of visitors: VISITOR.MADE.MAC. Whoever has one speaks for that visitor of one property, and reads what
// is for them, and nobody else can make one.
type Tokens struct {
	source SecretSource
	now    func() time.Time

	mu     sync.Mutex
	secret []byte
	read   time.Time
}

// NewTokens makes one that reads its secret when it needs it.
func NewTokens(source SecretSource, now func() time.Time) *Tokens {
	return &Tokens{source: source, now: now}
}

// Make gives a token for a visitor of a property.
func (t *Tokens) Make(ctx context.Context, property, visitor string) (string, error) {
	secret, err := t.secretOf(ctx, secretFor)
	if err != nil {
		return "", err
	}
	made := strconv.FormatInt(t.now().Unix(), 36)
	return visitor + "." + made + "." + mac(secret, property, visitor, made), nil
}

// Visitor gives the visitor of a property whose token it is; false: it is of nobody, or too old.
func (t *Tokens) Visitor(ctx context.Context, property, token string) (visitor string, ok bool, err error) {
	rest, sum := cutLast(token)
	visitor, made := cutLast(rest)
	if visitor == "" || !t.isGood(made) {
		return "", false, nil
	}
	for _, age := range []time.Duration{secretFor, secretAgain} {
		secret, err := t.secretOf(ctx, age)
		if err != nil {
			return "", false, err
		}
		if hmac.Equal([]byte(sum), []byte(mac(secret, property, visitor, made))) {
			return visitor, true, nil
		}
	}
	return "", false, nil
}

// isGood tells whether a token that was made then is not too old.
func (t *Tokens) isGood(made string) bool {
	at, err := strconv.ParseInt(made, 36, 64)
	return err == nil && t.now().Sub(time.Unix(at, 0)) <= TokenFor
}

// cutLast cuts a text at its last dot: the ids of visitors may have some. Without a dot, nothing is before it.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:]
}

func mac(secret []byte, parts ...string) string {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte("visitor " + strings.Join(parts, " "))) // no part has a blank; it never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// secretOf is the secret as it was so long ago at most.
func (t *Tokens) secretOf(ctx context.Context, age time.Duration) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if since := now.Sub(t.read); t.secret != nil && since >= 0 && since < age {
		return t.secret, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin) // others wait for it, too
	defer cancel()
	secret, err := t.source.Load(ctx)
	if err != nil {
		return nil, err
	}
	t.secret, t.read = secret, now
	return secret, nil
}

// newVisitor is an id for a visitor whom nobody knows yet.
func newVisitor() string { return rand.Text() }

// newPart is an id for a visit or a chat of a visitor: it begins with theirs.
func newPart(visitor string) string { return visitor + "." + rand.Text()[:13] }

// isOf tells whether the id of a visit or a chat is one of a visitor's own.
func isOf(id, visitor string) bool {
	part, ok := strings.CutPrefix(id, visitor+".")
	return ok && part != "" && !strings.Contains(part, ".")
}

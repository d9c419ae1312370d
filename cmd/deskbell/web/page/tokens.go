package page

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/visit"
)

// Token bounds.
const (
	// TokenFor is how long a token is good after it was made. Each answer to a page's events has a new one, so that it lives as long as the
	// longest record of a visitor who is heard of no more. An erasure is remembered for longer (erase.Remembered).
	TokenFor = visit.KeptNamed

	secretFor   = time.Minute // the secret stays in memory
	secretAgain = time.Second // it is read again at most so often for tokens that are wrong: another process may have made a new one
)

// SecretSource gives the secret that signs the tokens of visitors.
type SecretSource interface {
	Load(ctx context.Context) ([]byte, error)
}

// Erasures tell when a visitor of a property was erased last; zero: not for as long as a token is good.
type Erasures interface {
	Erased(ctx context.Context, property, visitor string) (time.Time, error)
}

// Tokens make and check the tokens of visitors: VISITOR.BORN.MADE.MAC. Whoever has one speaks for that visitor of one property, and reads what
// is for them, and nobody else can make one. BORN is when the first of them was made, in Unix ms: those that renew it keep it, so that
// none outlives an erasure. MADE is when this one was made, in Unix seconds. Both are written in base 36.
type Tokens struct {
	source   SecretSource
	erasures Erasures
	now      func() time.Time

	mu     sync.Mutex
	secret []byte
	read   time.Time
}

// NewTokens makes one that reads its secret when it needs it.
func NewTokens(source SecretSource, erasures Erasures, now func() time.Time) *Tokens {
	return &Tokens{source: source, erasures: erasures, now: now}
}

// bearer is the visitor of a token.
type bearer struct {
	visitor string
	born    time.Time // when they got the first one
}

// Make gives a token for a visitor of a property, and until when it is good.
func (t *Tokens) Make(ctx context.Context, property, visitor string) (token string, until time.Time, err error) {
	b, err := t.first(ctx, property, visitor)
	if err != nil {
		return "", time.Time{}, err
	}
	return t.renew(ctx, property, b)
}

// first is the bearer of a first token. It is good also where the visitor, or all of the property, were just erased.
func (t *Tokens) first(ctx context.Context, property, visitor string) (bearer, error) {
	erased, err := t.erased(ctx, property, visitor)
	return bearer{visitor, hours.Later(t.now(), erased.Add(time.Millisecond))}, err
}

// renew gives the bearer of a token another one.
func (t *Tokens) renew(ctx context.Context, property string, b bearer) (token string, until time.Time, err error) {
	secret, err := t.secretOf(ctx, secretFor)
	if err != nil {
		return "", time.Time{}, err
	}
	now := t.now().Unix()
	born, made := strconv.FormatInt(b.born.UnixMilli(), 36), strconv.FormatInt(now, 36)
	token = strings.Join([]string{b.visitor, born, made, mac(secret, property, b.visitor, born, made)}, ".")
	return token, time.Unix(now, 0).Add(TokenFor).UTC(), nil
}

// bearer finds the visitor of a property whose token it is; false: it is of nobody, too old, or of somebody who was erased since.
//
// Each time it asks Redis for the erasure, in one command: what was remembered of it, be it for a second, would let a page in that another
// process is erasing.
func (t *Tokens) bearer(ctx context.Context, property, token string) (b bearer, ok bool, err error) {
	rest, sum := cutLast(token)
	rest, made := cutLast(rest)
	visitor, born := cutLast(rest)
	if visitor == "" || !t.isGood(made) {
		return bearer{}, false, nil
	}
	for _, age := range []time.Duration{secretFor, secretAgain} {
		secret, err := t.secretOf(ctx, age)
		if err != nil {
			return bearer{}, false, err
		}
		if hmac.Equal([]byte(sum), []byte(mac(secret, property, visitor, born, made))) {
			return t.unlessErased(ctx, property, visitor, born)
		}
	}
	return bearer{}, false, nil
}

// unlessErased gives the bearer of a token that this server has made.
func (t *Tokens) unlessErased(ctx context.Context, property, visitor, born string) (b bearer, ok bool, err error) {
	at, err := strconv.ParseInt(born, 36, 64)
	if err != nil {
		return bearer{}, false, fmt.Errorf("reading when a token was made: %w", err)
	}
	erased, err := t.erased(ctx, property, visitor)
	if err != nil {
		return bearer{}, false, err
	}
	b = bearer{visitor, time.UnixMilli(at)}
	return b, b.born.After(erased), nil
}

// stillOf tells whether a visitor whose token was good was not erased since. A Redis that does not answer erases nobody.
func (t *Tokens) stillOf(ctx context.Context, property string, b bearer) bool {
	erased, err := t.erased(ctx, property, b.visitor)
	return err != nil || b.born.After(erased)
}

func (t *Tokens) erased(ctx context.Context, property, visitor string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return t.erasures.Erased(ctx, property, visitor)
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

package edit

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/deskbell/deskbell/jobs/store"
)

// PageSecret is the secret that signs the tokens of visitors, by which pages speak for them.
type PageSecret struct{ Store keyStore }

// pageTokens is the name of the secret among those of store.GlobalPage.
const pageTokens = "tokens"

// pageSecretBytes is the length of the secret.
const pageSecretBytes = 32

// Load gives the secret, 32 bytes. It is made when it is first asked for: of several processes that do so at once, one wins, and all have
// its secret. A Redis that has lost it gets another, and the tokens of before are worth nothing.
func (p PageSecret) Load(ctx context.Context) ([]byte, error) {
	for range 2 {
		bodies, err := p.Store.GlobalsOf(ctx, store.GlobalPage, []string{pageTokens})
		if err != nil {
			return nil, err
		}
		if len(bodies[0]) == pageSecretBytes {
			return bodies[0], nil
		}
		secret := make([]byte, pageSecretBytes)
		if _, err := rand.Read(secret); err != nil {
			return nil, fmt.Errorf("making the secret of tokens: %w", err)
		}
		if _, err := p.Store.SetGlobal(ctx, store.GlobalPage, pageTokens, bodies[0], secret); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("making the secret of tokens: %w", store.ErrContended)
}

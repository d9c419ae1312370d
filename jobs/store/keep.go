package store

import (
	"context"
	"sync"
	"time"
)

// Renewer renews leases.
type Renewer interface {
	Renew(ctx context.Context, l Lane, lease Lease) (bool, error)
}

// Keep renews a lease while its holder works, every LeaseBeat, until it is ended. A renewal that fails is made up for by the next; a lease
// that is lost is found out by the next step of the work.
func Keep(ctx context.Context, r Renewer, l Lane, lease Lease) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var beat sync.WaitGroup
	beat.Go(func() {
		ticker := time.NewTicker(LeaseBeat)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				_, _ = r.Renew(ctx, l, lease)
			}
		}
	})
	return func() {
		cancel()
		beat.Wait()
	}
}

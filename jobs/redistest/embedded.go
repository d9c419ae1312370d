package redistest

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/embedded"
)

// Embedded gives options for clients of an embedded Redis of the test's own.
func Embedded(t testing.TB) redis.UniversalOptions {
	o, stop := embedded.Start(time.Now, 20*time.Millisecond)
	t.Cleanup(stop)
	return quiet(o)
}

// EmbeddedClient gives a client of a new Embedded, closed at the end of the test.
func EmbeddedClient(t testing.TB) redis.UniversalClient { return client(t, Embedded(t)) }

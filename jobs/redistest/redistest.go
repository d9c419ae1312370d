// Package redistest runs Redis for tests: a real server, a real cluster, or the
// embedded miniredis. Each is the test's own, and ends with it; a server also ends
// when the test binary is killed.
//
// Where redis-server is not installed, a test is skipped; see Program.
package redistest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Patience is how long a test waits for a fact, on a machine that has much else to do. A machine that stands still as a whole, for as long as
// minutes, as virtual ones do, takes no patience: nobody could bring the fact about meanwhile.
const Patience = 2 * time.Minute

// waited is what of the time since an instant counts as patience. A fact that is asked for again and again is asked for more often than
// this, while the machine runs.
func waited(since time.Time) time.Duration { return min(time.Since(since), 10*time.Second) }

// Wait polls until a fact holds, and fails the test when it does not within Patience. It asks
// less often for a fact that takes long to find out, since asking slows the machine down.
func Wait(t testing.TB, what string, fact func() bool) {
	t.Helper()
	const least, most = 2 * time.Millisecond, time.Second
	for patience := Patience; ; {
		asked := time.Now()
		if fact() {
			return
		}
		if patience < 0 {
			t.Fatalf("waited %s in vain: %s", Patience, what)
		}
		time.Sleep(min(max(least, 5*time.Since(asked)), most))
		patience -= waited(asked)
	}
}

// Patient is a context that ends after Patience.
func Patient(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancel(ctx)
	go func() {
		defer end()
		for patience := Patience; patience > 0 && ctx.Err() == nil; {
			asleep := time.Now()
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			patience -= waited(asleep)
		}
	}()
	return ctx, end
}

// Twice is a fact that held twice in a row. Where one looks at one place after the other, work that moves meanwhile from a place
// not yet looked at to one that was is missed once: the second look finds it.
func Twice(fact func() bool) func() bool {
	return func() bool {
		first := fact()
		return first && fact()
	}
}

// Within checks that try stays within a bound: try gives a duration, or how late something
// was. A busy machine makes some tries slow, and a fault all of them. So it tries until one
// is quick enough, up to five times.
func Within(t testing.TB, most time.Duration, what string, try func() time.Duration) {
	t.Helper()
	const tries = 5
	best := try()
	for n := 1; n < tries && best > most; n++ {
		best = min(best, try())
	}
	if best > most {
		t.Errorf("%s: %s at best; allowed: %s", what, best, most)
	}
}

// AtOnce is for a TestMain: it lets perCore tests run at once for each core, unless -parallel says
// how many, and half as many under the race detector. Tests wait for processes and for the beats of a clock, and not for the processor.
// Fuzzing does not wait: there, so many would slow each other down.
func AtOnce(perCore int) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" || f.Name == "test.fuzz" })
	if chosen {
		return
	}
	if err := flag.Set("test.parallel", strconv.Itoa(perCore/slowed*runtime.GOMAXPROCS(0))); err != nil {
		panic(err) // the flag exists
	}
}

// Program gives the path of the first of some programs that is installed. If none is, the test is
// skipped, and the skip says how to install the first, which is also the name of its Debian
// package. With CI=true in the environment the test fails: there, a test that does not run is a
// fault.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	end := t.Skipf
	if os.Getenv("CI") == "true" {
		end = t.Fatalf
	}
	end("needs %[1]s: apt-get install %[1]s", names[0]) // .ci/tests counts these lines
	return ""
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// options are those of a client that sends a server only the commands of a test.
func options(addresses ...string) redis.UniversalOptions {
	return quiet(redis.UniversalOptions{Addrs: addresses})
}

func quiet(o redis.UniversalOptions) redis.UniversalOptions {
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.DisableIdentity = true
	return o
}

// client connects, until the end of the test.
func client(t testing.TB, o redis.UniversalOptions) redis.UniversalClient {
	t.Helper()
	rdb := redis.NewUniversalClient(&o)
	t.Cleanup(func() { _ = rdb.Close() }) // a test may have closed it already
	return rdb
}

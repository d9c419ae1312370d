package redistest

import (
	"os"
	"testing"
)

// stormsVariable says how large storms are: full, as in the README, or smaller.
const stormsVariable = "DESKBELL_STORMS"

// Storm gives one of two sizes of a storm: the full one with DESKBELL_STORMS=full in the
// environment, else one for developers who wait for the result. A small storm can still fail: its
// test checks that it was hit often enough to show something.
func Storm[T any](t testing.TB, full, small T) T {
	t.Helper()
	switch size := os.Getenv(stormsVariable); size {
	case "full":
		return full
	case "":
		return small
	default:
		t.Fatalf(`%s=%s: only "full" is known`, stormsVariable, size)
		return small
	}
}

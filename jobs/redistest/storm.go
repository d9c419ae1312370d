package redistest

import (
	"os"
	"testing"
)

// stormsVariable says how large storms are: full, as the README tells of them, or smaller.
const stormsVariable = "DESKBELL_STORMS"

// Storm gives one of two sizes of a storm: the full one where the environment says
// DESKBELL_STORMS=full, and else one for somebody who waits for the result. A small storm can still
// fail: its test holds that it was hit as often as it takes to show something.
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

package store_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/deskbell/deskbell/jobs/store"
)

func TestInParallelDoesEachOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 7, 8, 100} {
		did := make([]atomic.Int64, n)
		if err := store.InParallel(n, func(i int) error { did[i].Add(1); return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range did {
			if did[i].Load() != 1 {
				t.Errorf("of %d, %d was done %d times", n, i, did[i].Load())
			}
		}
	}
}

func TestInParallelEndsWithAnError(t *testing.T) {
	t.Parallel()
	const n, most = 1000, 16 // those that had begun go on
	fault := errors.New("a fault")
	var began atomic.Int64
	err := store.InParallel(n, func(int) error { began.Add(1); return fault })
	if !errors.Is(err, fault) || began.Load() > most {
		t.Errorf("%v after %d", err, began.Load())
	}
}

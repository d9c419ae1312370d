package store

import (
	"errors"
	"sync"
	"sync/atomic"
)

// atOnce is how much InParallel does at a time. More of it would only wait for Redis, which runs one command after the other.
const atOnce = 8

// InParallel calls f with 0 to n-1, several at a time: whoever asks each shard spends most of that time waiting for answers. After an
// error it begins nothing more.
func InParallel(n int, f func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Bool
	var all sync.WaitGroup
	errs := make([]error, min(atOnce, n))
	for part := range errs {
		all.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(i); err != nil {
					errs[part] = err
					failed.Store(true)
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

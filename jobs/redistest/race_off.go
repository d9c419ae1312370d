//go:build !race

package redistest

// slowed is how many times slower a test is than without the race detector.
const slowed = 1

//go:build race

package redistest

// slowed is how many times slower a test is under the race detector, as far as the number of tests at once goes.
const slowed = 2

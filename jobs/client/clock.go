package client

import "time"

// clock is the machine's. Elsewhere below jobs the time is given by package main; the programs that import this package have one of their
// own, which need not know of that.
func clock() time.Time { return time.Now() }

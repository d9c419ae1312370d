//go:build !unix

package bench

import "syscall"

// Signals that nobody can send here.
const (
	hang = syscall.Signal(-1)
	goOn = syscall.Signal(-2)
)

// canHang says whether processes can be stopped for a while.
const canHang = false

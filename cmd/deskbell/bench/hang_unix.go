//go:build unix

package bench

import "syscall"

// The signals that stop a process for a while, and let it go on.
const (
	hang = syscall.SIGSTOP
	goOn = syscall.SIGCONT
)

// canHang says whether processes can be stopped for a while.
const canHang = true

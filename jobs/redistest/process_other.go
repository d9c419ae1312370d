//go:build !linux

package redistest

import "syscall"

// dieWithParent is left to the end of the test: only Linux can be asked to see to it.
func dieWithParent() *syscall.SysProcAttr { return nil }

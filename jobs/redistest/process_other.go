//go:build !linux

package redistest

import "syscall"

// dieWithParent does nothing: only Linux can do this. The end of the test ends the
// child.
func dieWithParent() *syscall.SysProcAttr { return nil }

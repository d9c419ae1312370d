//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package reach

import (
	"os"
	"syscall"
)

// lock takes the lock of a file, and does not wait for it. It lasts until the file is closed.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

const noFollow = syscall.O_NOFOLLOW

package reach

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the lock of a file, and does not wait for it. It lasts until the file is closed.
func lock(f *os.File) error {
	const exclusive = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	return windows.LockFileEx(windows.Handle(f.Fd()), exclusive, 0, 1, 0, new(windows.Overlapped))
}

const noFollow = 0

//go:build unix

package reach

import (
	"io/fs"
	"os"
	"syscall"
)

func isMine(info fs.FileInfo) bool { return owner(info) == int64(os.Geteuid()) }

func isRoots(info fs.FileInfo) bool { return owner(info) == 0 }

// owner is the id of a user; -1: it is not known.
func owner(info fs.FileInfo) int64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return -1
	}
	return int64(stat.Uid)
}

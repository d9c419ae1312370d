package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// listens tells whether a process of Go's listens for SIGTERM. Go has a thread that takes signals, with a mask of its own, from
// when it listens for the first one; for deskbell, that is SIGTERM. Before, the system ends a process that is only being loaded,
// and nobody could help it.
func listens(pid int) bool {
	const term = 1 << (syscall.SIGTERM - 1)
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)) // none: it has ended
	for _, path := range threads {
		status, _ := os.ReadFile(path) // a thread that has ended listens for nothing
		for line := range strings.Lines(string(status)) {
			if hex, ok := strings.CutPrefix(line, "SigBlk:"); ok {
				blocked, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
				if err == nil && blocked != 0 && blocked&term == 0 {
					return true
				}
			}
		}
	}
	return false
}

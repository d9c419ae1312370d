package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// listens tells whether a process of Go's listens for SIGTERM. Once a program listens for a first signal, Go has a thread that
// takes signals, with a mask of its own; deskbell's first is SIGTERM. Before, the system ends a process that is still being
// loaded, and no program can help it.
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

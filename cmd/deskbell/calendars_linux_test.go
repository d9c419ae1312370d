package main

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Reading a pipe would wait for a writer.
func TestCalendarsAreNoPipes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe.ics"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, fault := readBeside(folder, "pipe.ics"); fault == nil || fault.Problem != "is not a regular file" {
		t.Errorf("%+v", fault)
	}
}

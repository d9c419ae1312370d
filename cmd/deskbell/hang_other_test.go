//go:build !unix

package main

import "syscall"

// Signals that nobody can send here: a test that stops processes fails.
const (
	hang = syscall.Signal(-1)
	goOn = syscall.Signal(-2)
)

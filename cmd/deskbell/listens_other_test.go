//go:build !linux

package main

// listens cannot tell here: most of the time the process does.
func listens(int) bool { return true }

//go:build !linux

package main

// listens cannot be told here: most of the time it does.
func listens(int) bool { return true }

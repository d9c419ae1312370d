package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// keysMarker is the directory of a file that says that there were keys once. It outlives a Redis that loses everything.
type keysMarker string

func (m keysMarker) file() string { return filepath.Join(string(m), "had-keys") }

// IsSet implements edit.Marker.
func (m keysMarker) IsSet() (bool, error) {
	_, err := os.Stat(m.file())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Set implements edit.Marker.
func (m keysMarker) Set() error {
	if err := os.MkdirAll(string(m), 0o700); err != nil {
		return err
	}
	const says = "There were keys of the HTTP API of Deskbell. Without one, nobody is let in until: deskbell keys open --yes\n"
	return os.WriteFile(m.file(), []byte(says), 0o600)
}

// Clear implements edit.Marker.
func (m keysMarker) Clear() error {
	err := os.Remove(m.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/destination/shout"
)

// largest bounds how much of a file is read: one byte more than config takes, which then refuses it as too large.
const largest = 64<<20 + 1

// read returns the contents of a file, and its name for messages; "-" is standard input.
func (a *app) read(file string) (name string, src []byte, err error) {
	if file == "-" {
		src, err = io.ReadAll(io.LimitReader(a.stdin, largest))
		return displayName(file), src, err
	}
	f, err := os.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, nil, fmt.Errorf("reading %s: there is no such file; give the path of one, or - for standard input", file)
	case err != nil:
		return file, nil, fmt.Errorf("reading %w", err)
	}
	defer f.Close()
	src, err = io.ReadAll(io.LimitReader(f, largest))
	return file, src, err
}

// readDefinitions reads a deskbell.yaml, and draws the warnings about it.
func (a *app) readDefinitions(ctx context.Context, file string) (*definition.Definitions, error) {
	defs, warnings, err := a.inspectDefinitions(ctx, file)
	a.warn(warnings)
	return defs, err
}

// inspectDefinitions reads a deskbell.yaml, and leaves the warnings about it to the caller.
func (a *app) inspectDefinitions(ctx context.Context, file string, more ...config.Check) (*definition.Definitions, *config.Warnings, error) {
	name, src, err := a.read(file)
	if err != nil {
		return nil, nil, err
	}
	reader := a.reader(ctx, file)
	reader.Checks = slices.Concat(more, []config.Check{checkVia})
	return reader.Definitions(name, src)
}

// checkVia faults services to which nothing can be sent.
func checkVia(defs *definition.Definitions) (definition.Faults, error) {
	var faults definition.Faults
	for _, id := range slices.Sorted(maps.Keys(defs.Agents)) {
		for _, f := range shout.Faults(defs.Agents[id]) {
			f.Path = "/agents/" + id + f.Path
			faults = append(faults, f)
		}
	}
	return nil, faults.Err()
}

// warn draws the warnings about a file.
func (a *app) warn(warnings *config.Warnings) {
	warnings.Format(a.stderr, a.terminal().Colour(a.stderr))
}

// displayName is a file's name in messages.
func displayName(file string) string {
	if file == "-" {
		return "stdin"
	}
	return file
}

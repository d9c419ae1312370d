package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs/store"
)

// usageError is a command line that cannot be understood or carried out: exit code 2. Its text shows a better one.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// misparsed adds to kong's error the command that shows help.
func misparsed(err error) error {
	command := "deskbell"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		command = parse.Context.Selected().FullPath()
	}
	return usagef("%v\nRun \"%s --help\" to see how it is used.", err, command)
}

// report prints an error, or each of several, and returns the exit code. It draws faults of files with their lines.
func (a *app) report(err error) int {
	if err == nil {
		return 0
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok { // errors.Join
		code := 0
		for _, one := range several.Unwrap() {
			code = max(code, a.report(one))
		}
		return code
	}
	var file *config.FileError
	if errors.As(err, &file) {
		file.Format(a.stderr, a.terminal().Colour(a.stderr))
		return 1
	}
	if remedy, refused := store.WriteRefusal(err); refused && !strings.Contains(err.Error(), remedy) {
		err = fmt.Errorf("%w: Redis refuses writes: %s", err, remedy)
	}
	fmt.Fprintf(a.stderr, "deskbell: %v\n", err)
	var usage *usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

package store

import "errors"

// ErrNotFound is returned for a name that is not defined.
var ErrNotFound = errors.New("not defined")

// ErrContended is returned when other writers kept changing the same subject.
var ErrContended = errors.New("others are editing it at the same time: try again")

// ErrCursor is returned for a cursor that no page has given.
var ErrCursor = errors.New("this is no cursor of a list; take it from the page before, or leave it out")

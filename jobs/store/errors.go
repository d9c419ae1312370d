package store

import "errors"

// ErrNotFound is returned for what is not defined.
var ErrNotFound = errors.New("not defined")

// ErrContended is returned when others kept writing the same subject.
var ErrContended = errors.New("others are editing it at the same time: try again")

// ErrCursor is returned for a cursor that the page before has not given.
var ErrCursor = errors.New("this is no cursor of a list; take it from the page before, or leave it out")

package store

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound is returned for a name that is not defined.
var ErrNotFound = errors.New("not defined")

// MissingError is an ErrNotFound that tells which name it is, so that whoever may see the other names can be told which of them
// was probably meant.
type MissingError struct{ Kind, Name string } // the kind in words, such as property

// Missing is the MissingError of a property or an agent.
func Missing(s Subject) *MissingError {
	kind, name, _ := strings.Cut(string(s), "/")
	return &MissingError{kind, name}
}

// Error is without a hint at other names: not everybody may see them.
func (e *MissingError) Error() string {
	return fmt.Sprintf("finding %s %q: %v", e.Kind, e.Name, ErrNotFound)
}

// Unwrap is ErrNotFound.
func (*MissingError) Unwrap() error { return ErrNotFound }

// ErrContended is returned when other writers kept changing the same subject.
var ErrContended = errors.New("others are editing it at the same time: try again")

// ErrCursor is returned for a cursor that no page has given.
var ErrCursor = errors.New("this is no cursor of a list; take it from the page before, or leave it out")

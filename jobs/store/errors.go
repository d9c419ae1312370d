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

// refusals are the words with which Redis refuses writes, and the remedies, for people.
func refusals() map[string]string {
	return map[string]string{
		"OOM command not allowed": "its memory is full: give it more (maxmemory), or remove properties that nobody needs and destinations that are down",
		"MISCONF ":                "it cannot write its data to its disk: look at the disk, and at the log of Redis",
		"READONLY ":               "it is a replica: point REDIS_URL to the primary, or to the Sentinels",
		"NOREPLICAS ":             "it has too few replicas: bring them back, or lower min-replicas-to-write",
	}
}

// WriteRefusal gives the remedy when an error is that of a Redis that answers and refuses writes. It goes by the text, since asynq keeps
// nothing else of an error.
func WriteRefusal(err error) (remedy string, refused bool) {
	if err == nil {
		return "", false
	}
	text := err.Error()
	for words, remedy := range refusals() {
		if strings.Contains(text, words) {
			return remedy, true
		}
	}
	return "", false
}

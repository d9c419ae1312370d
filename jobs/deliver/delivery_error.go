package deliver

import (
	"errors"
	"time"

	"github.com/sirupsen/logrus"
)

// Error describes a failed delivery. Any other error means that the destination as a
// whole failed: it could not be reached, or did not answer.
type Error struct {
	Err        error         // never nil
	Refused    bool          // it answered, and refused these actions: it may accept others
	RetryAfter time.Duration // how long it asked to be left alone; zero: it did not ask
	Gone       bool          // it wants no more actions, ever
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Detail is as much of a failed call as its words keep back, since those who wrote the URL read them: addresses and names of the inner
// network. It is for the log of those who run Deskbell; empty: nothing is kept back.
func Detail(err error) string {
	var detailed interface{ Detail() string }
	if errors.As(err, &detailed) {
		return detailed.Detail()
	}
	return ""
}

// WithDetail adds the Detail of a failed call to a line of the log, where there is any.
func WithDetail(log logrus.FieldLogger, err error) logrus.FieldLogger {
	if detail := Detail(err); detail != "" {
		return log.WithField("detail", detail)
	}
	return log
}

package deliver

import "time"

// Error says more of a failed delivery than an error does. Any other error
// is one of the destination as a whole: it could not be reached, or did not answer.
type Error struct {
	Err        error         // never nil
	Refused    bool          // it answered, and did not take these: others may fare better
	RetryAfter time.Duration // how long it asked to be left alone; zero: it did not ask
	Gone       bool          // it wants no more, ever
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the error that this one says more of.
func (e *Error) Unwrap() error { return e.Err }

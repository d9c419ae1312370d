package deliver

import "time"

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

package visit

import "time"

// Name is what the visitor is called; empty where that is not known.
func (s *State) Name() string { return s.known().Name }

// Gone tells whether the visitor's last visit is over.
func (s *State) Gone(at time.Time) bool { return s.gone(s.latest().ID, at) }

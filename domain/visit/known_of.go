package visit

import "time"

// Name is the visitor's name; empty where it is not known.
func (s *State) Name() string { return s.attribute("name") }

// Left tells whether the visitor has left, and has not been seen since.
func (s *State) Left() bool { return s.left(s.latest().ID) }

// Silent tells whether the visitor's last sign of life is so long ago that their visit is over.
func (s *State) Silent(at time.Time) bool { return at.Sub(s.seen(s.latest().ID)) >= End }

// Over tells whether a visit is: its visitor has left, or has not stirred for too long, or it is not known any more.
func (s *State) Over(visit string, at time.Time) bool { return s.gone(visit, at) }

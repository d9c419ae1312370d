package hours

import "time"

// ClockSkew is by how much the clocks of two workers may differ. A decision at most so long
// before a change that was decided already is made as of that change. Otherwise a worker whose
// clock is behind would take the flip back, and the next flip would bear the id of the first.
const ClockSkew = time.Minute

// NoticeTooLate is how late a notice to an agent may be sent: an agent who has been at work for a
// quarter of an hour need not be told that work has begun.
const NoticeTooLate = 15 * time.Minute

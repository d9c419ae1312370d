package chat

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Period is the open or closed time in which an instant lies.
type Period struct {
	Open   bool
	Since  time.Time // zero: it has always been so
	Until  time.Time // the opening or closing that ends it; zero: not in sight
	Opened time.Time // while closed: when the open time before began; zero: there was none in sight, or it always was
}

// Periods reads the common period of several schedules: open while all of them are, as a department is within its
// property. A nil one is always open.
func Periods(at time.Time, gates ...*hours.Schedule) Period {
	joint := hours.Joint(at, gates...)
	p := Period{Open: joint.Open, Since: joint.Since, Until: joint.Until}
	if !p.Open && !p.Since.IsZero() {
		p.Opened = hours.Joint(p.Since.Add(-1), gates...).Since
	}
	return p
}

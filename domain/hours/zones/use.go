package zones

import (
	"errors"
	"sync/atomic"
	"time"
)

// current is the database of this process: the built-in one, unless Use was called first. It is one for the process, as
// time.Local is, and is set once: two sets of rules in one process would contradict each other, and each value that has a
// zone would have to carry its database.
var current atomic.Pointer[Database] //nolint:gochecknoglobals // see above

// ErrInUse is returned when zones of another database are in use already.
var ErrInUse = errors.New("time zones of another database are in use already")

// Use makes Load and the others use another database than the built-in one. Call it before any of them. The error is
// ErrInUse.
func Use(d *Database) error {
	if !current.CompareAndSwap(nil, d) && current.Load() != d {
		return ErrInUse
	}
	return nil
}

// InUse is the database of this process.
func InUse() *Database {
	if d := current.Load(); d != nil {
		return d
	}
	d, err := BuiltIn()
	if err != nil { // a test reads all of it
		d = new(Database)
	}
	current.CompareAndSwap(nil, d)
	return current.Load()
}

// Load gives the zone of a name, as [Database.Load] does, from the database in use.
func Load(name string) (*time.Location, error) { return InUse().Load(name) }

// Version is the version of the database in use, such as "2026f".
func Version() string { return InUse().Version() }

// Names are all names of the database in use, sorted.
func Names() []string { return InUse().Names() }

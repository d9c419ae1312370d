package memstore

import (
	"cmp"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// timetable has the subjects and their due times, in that order; those of one instant
// in the order of their names. It is a sorted slice: reads ask for the first ones, and
// moving some thousand others by one place costs less than a cleverer structure.
type timetable []due

type due struct {
	ms      int64 // Unix time; 0 is never
	subject store.Subject
}

func compareDue(a, b due) int {
	return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.subject, b.subject))
}

// until are the subjects that are due at an instant.
func (t *timetable) until(at time.Time) timetable {
	n, _ := slices.BinarySearchFunc(*t, at.UnixMilli()+1, func(d due, ms int64) int { return cmp.Or(cmp.Compare(d.ms, ms), 1) })
	return (*t)[:n]
}

// move makes a subject due at another time than before.
func (t *timetable) move(subject store.Subject, from, to int64) {
	if from == to {
		return
	}
	if i, ok := slices.BinarySearchFunc(*t, due{from, subject}, compareDue); ok {
		*t = slices.Delete(*t, i, i+1)
	}
	if to != 0 {
		i, _ := slices.BinarySearchFunc(*t, due{to, subject}, compareDue)
		*t = slices.Insert(*t, i, due{to, subject})
	}
}

// milliseconds is an instant as the timetable has it: between two milliseconds it is
// the later one, so that no subject is early.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - 1).UnixMilli()
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

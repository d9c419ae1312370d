package jobs

import (
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/jobs/store"
)

// DecidedChange is the outcome of a decision: what a store writes, and what those who made it want to know of it.
type DecidedChange struct {
	store.Change

	came chat.Arrivals // what is to be in the digest of a visitor's property before this is written; see digest.go

	flips   flips // for the log and the metrics, as what follows
	notices int   // among the actions
	wasDue  time.Time
	wake    []wakeTask // to be asked for; a visitor's
	unwake  []wakeTask // to be cancelled
}

// changeOf is a change of a record that changes nothing yet.
func changeOf(r *store.Record) DecidedChange {
	return DecidedChange{Change: store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken}, wasDue: r.Due}
}

// toRemove is the change that removes a record.
func toRemove(r *store.Record) DecidedChange {
	c := changeOf(r)
	c.Remove = true
	return c
}

// toRetry is the change of a record on which no decision could be made.
func toRetry(r *store.Record, at time.Time) DecidedChange {
	c := changeOf(r)
	c.State, c.Due = r.State, at.Add(retryBroken)
	return c
}

// Written are the changes as a store takes them.
func Written(changes []DecidedChange) []store.Change {
	list := make([]store.Change, len(changes))
	for i := range changes {
		list[i] = changes[i].Change
	}
	return list
}

// flips are changes of status.
type flips struct{ widget, department, agent int }

func (f *flips) total() int { return f.widget + f.department + f.agent }

func (f *flips) add(more flips) {
	f.widget += more.widget
	f.department += more.department
	f.agent += more.agent
}

package engine

import (
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/jobs/store"
)

// Change is the outcome of a decision: what a store writes, and what those who made it want to know of it.
type Change struct {
	store.Change

	came chat.Arrivals // what is to be in the digest of a visitor's property before this is written; see digest.go

	Flips   Flips // for the log and the metrics, as what follows
	Notices int   // among the actions
	WasDue  time.Time
	Timers  []TimerTask // to be asked for; a visitor's
	Cancel  []TimerTask // to be cancelled
}

// changeOf is a change of a record that changes nothing yet.
func changeOf(r *store.Record) Change {
	return Change{Change: store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken}, WasDue: r.Due}
}

// toRemove is the change that removes a record.
func toRemove(r *store.Record) Change {
	c := changeOf(r)
	c.Remove = true
	return c
}

// toRetry is the change of a record on which no decision could be made.
func toRetry(r *store.Record, at time.Time) Change {
	c := changeOf(r)
	c.State, c.Due = r.State, at.Add(retryBroken)
	return c
}

// Written are the changes as a store takes them.
func Written(changes []Change) []store.Change {
	list := make([]store.Change, len(changes))
	for i := range changes {
		list[i] = changes[i].Change
	}
	return list
}

// Flips are changes of status.
type Flips struct{ Widget, Department, Agent int }

// Total is the number of all flips.
func (f *Flips) Total() int { return f.Widget + f.Department + f.Agent }

func (f *Flips) add(more Flips) {
	f.Widget += more.Widget
	f.Department += more.Department
	f.Agent += more.Agent
}

package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	beatEvery  = 3 * time.Second
	beatCounts = 15 * time.Second
	beatWithin = 2 * time.Second
)

// PeersConfig has the rules of time zones of a process, and what else it tells of itself.
type PeersConfig struct {
	Version  string                 // "2026f"; see zones.Version
	Content  string                 // a sum of the rules; see zones.Database.Content
	From     string                 // the directory that they were read from; empty: they are built in
	Now      func() (string, error) // the version that lies in that directory now; nil: it is not looked at
	AllowOld bool                   // decide even while others have newer rules
	Clock    *clock.Clock           // of the process, which each beat compares with that of the store; nil: it is not compared
	About    store.Beat             // what the process says of itself: Name, Program, TimeZone
	Log      logrus.FieldLogger
}

// Peers tells a process of the others, and those of it: whether they decide, by which rules of time zones, and how their clocks do.
// One is for one process.
type Peers struct {
	PeersConfig
	process string

	mu     sync.Mutex
	report ZonesReport
	beaten bool         // the store has answered
	leads  bool         // of the workers with the newest rules, this one does the work for all of them
	live   []store.Beat // of all processes, as the store gave them the last time
	since  time.Time    // the first beat that the store answered
}

// NewPeers makes the Peers of a process.
func NewPeers(c PeersConfig) *Peers {
	if c.Clock == nil {
		c.Clock = clock.Free(func() time.Time { return time.Time{} })
	}
	return &Peers{PeersConfig: c, process: uuid.NewString(), report: ZonesReport{Version: c.Version, From: c.From}}
}

// Report tells how the process did at its last beat.
func (p *Peers) Report() ZonesReport {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.report
}

// Clocks are the processes whose clocks are off, as of the last beat, this one with them.
func (p *Peers) Clocks() []store.Beat {
	p.mu.Lock()
	defer p.mu.Unlock()
	off := []store.Beat{}
	for _, b := range p.live {
		if b.Clock == string(clock.Off) || b.Clock == string(clock.Wrong) {
			off = append(off, b)
		}
	}
	return off
}

// Workers is how many workers there are, as of the last beat.
func (p *Peers) Workers() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.live {
		if b.Role != store.RoleShows {
			n++
		}
	}
	return n
}

// Meet beats once, before a process shows anything: its clock is compared then.
func (p *Peers) Meet(ctx context.Context, db store.Beats) { p.beat(ctx, db, store.RoleShows) }

// Show beats for a process that is no worker, until the context ends.
func (p *Peers) Show(ctx context.Context, db store.Beats) {
	ticker := p.Clock.Ticker(beatEvery)
	defer ticker.Stop()
	for {
		p.beat(ctx, db, store.RoleShows)
		select {
		case <-ctx.Done():
			p.leave(ctx, db)
			return
		case <-ticker.C:
		}
	}
}

// beat gives a sign of life, and tells whether the process may decide. While the store does not answer, that is as before.
func (p *Peers) beat(ctx context.Context, db store.Beats, role store.Role) (mayDecide bool) {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	live, err := p.compare(ctx, db, role)
	p.mu.Lock()
	defer p.mu.Unlock()
	before, differed := p.report, DifferencesOf(p.live)
	if err != nil {
		if ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
			p.Log.WithError(err).Debug("the versions of others' time zones cannot be read: the next beat does")
		}
	} else {
		p.judge(live, role)
	}
	p.report.ReplacedBy = p.replaced()
	p.speak(before)
	p.speakOfDifferences(differed)
	return p.beaten && !p.report.StandingBy && !p.report.Waiting
}

// judge compares the version with those of others.
func (p *Peers) judge(live []store.Beat, role store.Role) {
	if !p.beaten {
		p.since = p.Clock.Now().UTC().Truncate(time.Second)
	}
	p.beaten, p.leads, p.live = true, role != store.RoleShows, live
	newest, newer, older := "", false, false
	p.report.Differs = false
	for _, b := range live {
		worker, order := b.Role != store.RoleShows, p.order(b)
		if b.Process == p.process {
			continue
		}
		newest = max(newest, b.Zones)
		p.report.Differs = p.report.Differs || order > 0 && b.Zones == p.Version
		newer = newer || worker && order > 0
		older = older || b.Role == store.RoleDecides && order < 0 && !b.Insists
		if worker && (order > 0 || order == 0 && b.Process < p.process) {
			p.leads = false
		}
	}
	if newest <= p.Version {
		newest = ""
	}
	p.report.Newest = newest
	p.report.StandingBy = role != store.RoleShows && newer && !p.AllowOld
	p.report.Waiting = role == store.RoleStandsBy && older && !p.report.StandingBy
}

// compare beats as often as the comparison of the clocks wants it: once, as a rule.
func (p *Peers) compare(ctx context.Context, db store.Beats, role store.Role) (live []store.Beat, err error) {
	b := p.sign(role)
	err = p.Clock.Beat(func() (at time.Time, err error) {
		live, at, err = db.Beat(ctx, b, beatCounts)
		return at, err
	})
	return live, err
}

// sign is the sign of life.
func (p *Peers) sign(role store.Role) store.Beat {
	b := p.About
	b.Process, b.Zones, b.Content, b.Role, b.Insists = p.process, p.Version, p.Content, role, p.AllowOld
	r := p.Clock.Report()
	b.Clock, b.Ahead = string(r.State), r.Ahead
	p.mu.Lock()
	defer p.mu.Unlock()
	b.Since = p.since
	return b
}

// leave takes the sign of life back, so that others need not wait for its end.
func (p *Peers) leave(ctx context.Context, db store.Beats) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
	defer cancel()
	if _, _, err := db.Beat(ctx, store.Beat{Process: p.process}, 0); err != nil {
		p.Log.WithError(err).Debug("the sign of life stays until it ends")
	}
}

// isLeader tells whether this worker does the work for all workers that decide.
func (p *Peers) isLeader() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leads
}

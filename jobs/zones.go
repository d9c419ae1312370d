package jobs

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/store"
)

// Two workers with different rules of time zones would flip a widget to and fro. So each process beats the version of its
// rules into the store, and a worker that finds another one with newer rules stands by: it takes no task that decides, and
// leaves these to the newer one. Of two contents under one version, the one with the greater sum counts as the newer: which
// it is does not matter, as long as they do not decide at once. A worker that stands by delivers, and asks for sweeps, as
// ever. When no newer one has beaten for a while, it decides again: so a rollback works.
//
//	starts ──► stands by ──► decides ◄──► stands by
//	           until no older worker decides      while a newer worker lives
//
// At its start a worker leaves the decisions to older ones until these have noticed it. Workers of Deskbell before this
// do not beat, and hold up nobody.

const (
	beatEvery  = 3 * time.Second
	beatCounts = 15 * time.Second
	beatWithin = 2 * time.Second
)

// ZonesConfig has the rules of time zones of a process.
type ZonesConfig struct {
	Version  string                 // "2026f"; see zones.Version
	Content  string                 // a sum of the rules; see zones.Database.Content
	From     string                 // the directory that they were read from; empty: they are built in
	Now      func() (string, error) // the version that lies in that directory now; nil: it is not looked at
	AllowOld bool                   // decide even while others have newer rules
	Clock    *clock.Clock           // of the process, which each beat compares with that of the store; nil: it is not compared
	About    store.Beat             // what the process says of itself: Name, Program, TimeZone
	Log      logrus.FieldLogger
}

// ZonesReport is how a process does with its rules of time zones.
type ZonesReport struct {
	Version    string `json:"version"`
	From       string `json:"-"`                     // the directory that they were read from; empty: they are built in
	Newest     string `json:"newest,omitempty"`      // the version of another process, where that is newer
	Differs    bool   `json:"differs,omitempty"`     // another process has other rules under the same version, which count as newer
	ReplacedBy string `json:"replaced_by,omitempty"` // the version that lies in the directory now, where it is another: restart to use it
	StandingBy bool   `json:"standing_by,omitempty"` // this worker decides nothing, since another one has newer rules
	Waiting    bool   `json:"waiting,omitempty"`     // this worker decides nothing yet, since others with older rules still do
}

// Zones keeps processes with different rules of time zones from deciding at once. One is for one process.
type Zones struct {
	ZonesConfig
	process string

	mu     sync.Mutex
	report ZonesReport
	beaten bool         // the store has answered
	leads  bool         // of the workers with the newest rules, this one does the work for all of them
	live   []store.Beat // of all processes, as the store gave them the last time
	since  time.Time    // the first beat that the store answered
}

// NewZones makes the Zones of a process.
func NewZones(c ZonesConfig) *Zones {
	if c.Clock == nil {
		c.Clock = clock.Free(func() time.Time { return time.Time{} })
	}
	return &Zones{ZonesConfig: c, process: uuid.NewString(), report: ZonesReport{Version: c.Version, From: c.From}}
}

// Report tells how the process did at its last beat.
func (z *Zones) Report() ZonesReport {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.report
}

// Clocks are the processes whose clocks are off, as of the last beat, this one with them.
func (z *Zones) Clocks() []store.Beat {
	z.mu.Lock()
	defer z.mu.Unlock()
	off := []store.Beat{}
	for _, b := range z.live {
		if b.Clock == string(clock.Off) || b.Clock == string(clock.Wrong) {
			off = append(off, b)
		}
	}
	return off
}

// Meet beats once, before a process shows anything: its clock is compared then.
func (z *Zones) Meet(ctx context.Context, db store.Beats) { z.beat(ctx, db, store.RoleShows) }

// Show beats for a process that is no worker, until the context ends.
func (z *Zones) Show(ctx context.Context, db store.Beats) {
	ticker := z.Clock.Ticker(beatEvery)
	defer ticker.Stop()
	for {
		z.beat(ctx, db, store.RoleShows)
		select {
		case <-ctx.Done():
			z.leave(ctx, db)
			return
		case <-ticker.C:
		}
	}
}

// beat gives a sign of life, and tells whether the process may decide. While the store does not answer, that is as before.
func (z *Zones) beat(ctx context.Context, db store.Beats, role store.Role) (mayDecide bool) {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	live, err := z.compare(ctx, db, role)
	z.mu.Lock()
	defer z.mu.Unlock()
	before := z.report
	if err != nil {
		if ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
			z.Log.WithError(err).Debug("the versions of others' time zones cannot be read: the next beat does")
		}
	} else {
		z.judge(live, role)
	}
	z.report.ReplacedBy = z.replaced()
	z.speak(before)
	return z.beaten && !z.report.StandingBy && !z.report.Waiting
}

// judge compares the version with those of others.
func (z *Zones) judge(live []store.Beat, role store.Role) {
	if !z.beaten {
		z.since = z.Clock.Now().UTC().Truncate(time.Second)
	}
	z.beaten, z.leads, z.live = true, role != store.RoleShows, live
	newest, newer, older := "", false, false
	z.report.Differs = false
	for _, b := range live {
		worker, order := b.Role != store.RoleShows, z.order(b)
		if b.Process == z.process {
			continue
		}
		newest = max(newest, b.Zones)
		z.report.Differs = z.report.Differs || order > 0 && b.Zones == z.Version
		newer = newer || worker && order > 0
		older = older || b.Role == store.RoleDecides && order < 0 && !b.Insists
		if worker && (order > 0 || order == 0 && b.Process < z.process) {
			z.leads = false
		}
	}
	if newest <= z.Version {
		newest = ""
	}
	z.report.Newest = newest
	z.report.StandingBy = role != store.RoleShows && newer && !z.AllowOld
	z.report.Waiting = role == store.RoleStandsBy && older && !z.report.StandingBy
}

// compare beats as often as the comparison of the clocks wants it: once, as a rule.
func (z *Zones) compare(ctx context.Context, db store.Beats, role store.Role) (live []store.Beat, err error) {
	b := z.sign(role)
	defer z.Clock.End()
	for left := z.Clock.Begin(); left > 0; left-- {
		var at time.Time
		asked := z.Clock.Asks()
		if live, at, err = db.Beat(ctx, b, beatCounts); err != nil {
			return nil, err
		}
		if z.Clock.Compared(asked, at) {
			left = clock.Burst
		}
	}
	return live, nil
}

// sign is the sign of life.
func (z *Zones) sign(role store.Role) store.Beat {
	b := z.About
	b.Process, b.Zones, b.Content, b.Role, b.Insists = z.process, z.Version, z.Content, role, z.AllowOld
	r := z.Clock.Report()
	b.Clock, b.Ahead = string(r.State), r.Ahead
	z.mu.Lock()
	defer z.mu.Unlock()
	b.Since = z.since
	return b
}

// order tells whether the rules of another process count as newer (1), older (-1) or the same.
func (z *Zones) order(b store.Beat) int {
	if b.Zones != z.Version || b.Content == "" || z.Content == "" {
		return cmp.Compare(b.Zones, z.Version)
	}
	return cmp.Compare(b.Content, z.Content)
}

// rules name the version and the content.
func (z *Zones) rules() string { return strings.TrimSpace(z.Version + " " + z.Content) }

// replaced is the version that lies in the directory of the rules now; empty: the same.
func (z *Zones) replaced() string {
	if z.Now == nil {
		return ""
	}
	now, err := z.Now()
	if err != nil || now == z.Version {
		return ""
	}
	return now
}

// speak logs what is otherwise than before.
func (z *Zones) speak(before ZonesReport) {
	now := z.report
	log := z.Log.WithField("version", now.Version)
	switch {
	case now.StandingBy && !before.StandingBy && now.Newest == "":
		log.Warn("another worker has other time zones of the same version: this one decides nothing meanwhile; give all the same, or run it with --allow-old-zones")
	case now.StandingBy && !before.StandingBy:
		log.WithField("newest", now.Newest).Warn("another worker has newer time zones: this one decides nothing meanwhile; update it, or run it with --allow-old-zones")
	case !now.StandingBy && before.StandingBy:
		log.Info("no worker has newer time zones any more: this one decides again")
	case now.Newest != "" && now.Newest != before.Newest && !now.StandingBy:
		log.WithField("newest", now.Newest).Warn("another process has newer time zones: update this one")
	case now.Differs && !before.Differs && !now.StandingBy:
		log.Warn("another process has other time zones of the same version: give all the same")
	}
	if now.Waiting && !before.Waiting {
		log.Info("waiting until workers with older time zones decide no more")
	}
	if now.ReplacedBy != "" && now.ReplacedBy != before.ReplacedBy {
		log.WithFields(logrus.Fields{"replaced_by": now.ReplacedBy, "from": now.From}).Warn("the time zones in the directory are others than those in use: restart to use them")
	}
}

// leave takes the sign of life back, so that others need not wait for its end.
func (z *Zones) leave(ctx context.Context, db store.Beats) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
	defer cancel()
	if _, _, err := db.Beat(ctx, store.Beat{Process: z.process}, 0); err != nil {
		z.Log.WithError(err).Debug("the sign of life stays until it ends")
	}
}

// isLeader tells whether this worker does the work for all workers that decide.
func (z *Zones) isLeader() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.leads
}

// wakeAll wakes every subject when it was last done by the rules of another version: by them, the boundaries may be others.
// Where it fails, the next beat does it.
func (w *Worker) wakeAll(ctx context.Context) {
	woken, err := w.wakeAllOnce(ctx)
	switch {
	case err != nil && (ctx.Err() != nil || w.engine.HandsOver()): // the worker stops, or stands by: others do it
	case err != nil:
		w.Log.WithError(err).Log(LevelOf(err), "waking all for other time zones failed: the next beat does its work")
	case woken > 0:
		w.Log.WithFields(logrus.Fields{"woken": woken, "version": w.Zones.Version}).Info("woken for other time zones")
	}
}

func (w *Worker) wakeAllOnce(ctx context.Context) (woken int, err error) {
	all, err := w.Store.Globals(ctx, store.GlobalZones)
	if err != nil {
		return 0, err
	}
	before := all[store.ZonesWoken]
	if string(before) == w.Zones.rules() {
		return 0, nil
	}
	if woken, err = w.engine.WakeAll(ctx); err != nil {
		return woken, err
	}
	_, err = w.Store.SetGlobal(ctx, store.GlobalZones, store.ZonesWoken, before, []byte(w.Zones.rules()))
	return woken, err
}

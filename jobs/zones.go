package jobs

import (
	"cmp"
	"context"
	"strings"

	"github.com/sirupsen/logrus"

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

// order tells whether the rules of another process count as newer (1), older (-1) or the same.
func (p *Peers) order(b store.Beat) int {
	if b.Zones != p.Version || b.Content == "" || p.Content == "" {
		return cmp.Compare(b.Zones, p.Version)
	}
	return cmp.Compare(b.Content, p.Content)
}

// rules name the version and the content.
func (p *Peers) rules() string { return strings.TrimSpace(p.Version + " " + p.Content) }

// replaced is the version that lies in the directory of the rules now; empty: the same.
func (p *Peers) replaced() string {
	if p.Now == nil {
		return ""
	}
	now, err := p.Now()
	if err != nil || now == p.Version {
		return ""
	}
	return now
}

// speak logs what is otherwise than before.
func (p *Peers) speak(before ZonesReport) {
	now := p.report
	log := p.Log.WithField("version", now.Version)
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

// wakeAll wakes every subject when it was last done by the rules of another version: by them, the boundaries may be others.
// Where it fails, the next beat does it.
func (w *Worker) wakeAll(ctx context.Context) {
	woken, err := w.wakeAllOnce(ctx)
	switch {
	case err != nil && (ctx.Err() != nil || w.engine.HandsOver()): // the worker stops, or stands by: others do it
	case err != nil:
		w.Log.WithError(err).Log(LevelOf(err), "waking all for other time zones failed: the next beat does its work")
	case woken > 0:
		w.Log.WithFields(logrus.Fields{"woken": woken, "version": w.Peers.Version}).Info("woken for other time zones")
	}
}

func (w *Worker) wakeAllOnce(ctx context.Context) (woken int, err error) {
	all, err := w.Store.Globals(ctx, store.GlobalZones)
	if err != nil {
		return 0, err
	}
	before := all[store.ZonesWoken]
	if string(before) == w.Peers.rules() {
		return 0, nil
	}
	if woken, err = w.engine.WakeAll(ctx); err != nil {
		return woken, err
	}
	_, err = w.Store.SetGlobal(ctx, store.GlobalZones, store.ZonesWoken, before, []byte(w.Peers.rules()))
	return woken, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
)

// applyFile makes Redis match a file of definitions.
func (a *app) applyFile(ctx context.Context, s service) error {
	defs, warnings, err := a.inspectDefinitions(ctx, s.file)
	if err != nil {
		return err
	}
	logWarnings(s.log, warnings)
	steps, err := s.client.Plan(ctx, defs)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		s.log.WithField("file", s.file).Info("definitions are as they were")
		return nil
	}
	if err := s.client.Apply(ctx, steps, nil); err != nil {
		return err
	}
	s.log.WithFields(logrus.Fields{"file": s.file, "changes": tally(steps)}).Info("definitions applied")
	return nil
}

// settle is how long a file must be left alone before it is read: an editor writes
// it in several steps.
const settle = 100 * time.Millisecond

// applyAgain is when to try again to apply a file that has no fault.
const applyAgain = 5 * time.Second

// follow applies a file, and again whenever it changes. It logs faults, and leaves the
// definitions of before in place; where there are none, it returns the fault. It watches
// the folder, because editors and Kubernetes replace files.
func (a *app) follow(ctx context.Context, s service) (stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", s.file, err)
	}
	if err := watcher.Add(filepath.Dir(s.file)); err != nil {
		return nil, errors.Join(fmt.Errorf("watching %s: %w", s.file, err), watcher.Close())
	}
	applied := fingerprint(s.file) // before it is read: a change from now on is seen
	if err := s.redis.Await(ctx, s.log, func(ctx context.Context) error { return a.applyFile(ctx, s) }); err != nil {
		defined, failed := s.client.Defined(ctx)
		if !isFault(err) || !defined || failed != nil {
			return nil, errors.Join(err, failed, watcher.Close())
		}
		logFaults(s.log, err) // the definitions of before are better than no worker
	}
	var done sync.WaitGroup
	done.Go(func() { a.applyChanges(ctx, s, watcher, applied) })
	return func() {
		_ = watcher.Close() // nothing is lost with it
		done.Wait()
	}, nil
}

func (a *app) applyChanges(ctx context.Context, s service, watcher *fsnotify.Watcher, applied string) {
	seen := applied
	settled := time.NewTimer(settle)
	defer settled.Stop()
	for {
		select {
		case _, ok := <-watcher.Events:
			if !ok {
				return
			}
			if now := fingerprint(s.file); now != seen { // and not some other file of the folder
				seen = now
				settled.Reset(settle)
			}
		case err, ok := <-watcher.Errors:
			if !ok {
				return
			}
			s.log.WithError(err).Warn("watching the definitions failed: restart to apply changes")
		case <-settled.C:
			if seen = fingerprint(s.file); seen == applied {
				continue
			}
			err := a.applyFile(ctx, s)
			if ctx.Err() != nil { // it ends, and is read at the next start
				return
			}
			if isFault(err) || err == nil {
				applied = seen
			} else {
				settled.Reset(applyAgain) // Redis is down: the file waits for it
			}
			if err != nil {
				logFaults(s.log, err)
			}
		}
	}
}

// fingerprint changes when a file of definitions, or a calendar in its folder, is written. It reads none of them.
func fingerprint(file string) string {
	seen := written(file)
	calendars, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.ics"))
	if err != nil { // the folder's name looks like a pattern
		return seen
	}
	for _, calendar := range calendars {
		seen += " " + calendar + " " + written(calendar)
	}
	return seen
}

// written changes when a file is written.
func written(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Size())
}

// isFault reports whether an error is a fault in the file, and none in applying it.
func isFault(err error) bool {
	var file *config.FileError
	return errors.As(err, &file)
}

// logFaults logs a refused edit.
func logFaults(log logrus.FieldLogger, err error) {
	var file *config.FileError
	if errors.As(err, &file) {
		for _, f := range file.Faults {
			log.WithField("at", f.Position(file.Name)).Error("definitions refused: " + f.Fault.String())
		}
		log.Warn("the definitions before stay in force: mend the file, and it is applied")
		return
	}
	level := logrus.ErrorLevel
	if jobs.LevelOf(err) == logrus.DebugLevel {
		level = logrus.DebugLevel
	}
	log.WithError(err).Log(level, "applying the definitions failed: it is tried again")
}

func logWarnings(log logrus.FieldLogger, warnings *config.Warnings) {
	if warnings == nil {
		return
	}
	for _, w := range warnings.Warnings {
		log.WithField("at", w.Position(warnings.Name)).Warn("definitions are taken, but: " + w.Fault.String())
	}
}

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
)

// applyFile makes Redis match a file of definitions.
func (a *app) applyFile(ctx context.Context, s service) error {
	defs, err := a.readDefinitions(s.file)
	if err != nil {
		return err
	}
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

// watch applies a file whenever it changes. Faults are logged, and what was applied
// before stays. It watches the folder, because editors and Kubernetes replace files.
func (a *app) watch(ctx context.Context, s service) (stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(filepath.Dir(s.file)); err != nil {
		_ = watcher.Close() // the error of Add is what matters
		return nil, err
	}
	var done sync.WaitGroup
	done.Go(func() {
		last := fingerprint(s.file)
		quiet := time.NewTimer(time.Hour)
		defer quiet.Stop()
		for {
			select {
			case _, ok := <-watcher.Events:
				if !ok {
					return
				}
				quiet.Reset(settle)
			case err, ok := <-watcher.Errors:
				if !ok {
					return
				}
				s.log.WithError(err).Warn("watching the definitions failed: restart to apply changes")
			case <-quiet.C:
				if now := fingerprint(s.file); now != last {
					last = now
					if err := a.applyFile(ctx, s); err != nil {
						logFaults(s.log, err)
					}
				}
			}
		}
	})
	return func() {
		_ = watcher.Close() // nothing is lost with it
		done.Wait()
	}, nil
}

// fingerprint tells whether a file was written, without reading it.
func fingerprint(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Size())
}

// logFaults logs an edit that was refused.
func logFaults(log logrus.FieldLogger, err error) {
	var file *config.FileError
	if errors.As(err, &file) {
		for _, f := range file.Faults {
			log.WithField("at", fmt.Sprintf("%s:%d:%d", file.Name, f.Line, f.Column)).Error("definitions refused: " + f.Fault.String())
		}
		log.Warn("the definitions before stay in force: mend the file, and it is applied")
		return
	}
	log.WithError(err).Error("applying the definitions failed: save the file again to try again")
}

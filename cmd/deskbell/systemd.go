package main

import (
	"context"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/sirupsen/logrus"
)

// systemd is told how this process is, where systemd started it (sd_notify(3)).
//
// READY is said as soon as the configuration is found good, and not when Redis answers: systemd kills a service that is not ready in time,
// and no new start brings Redis back. For the same reason, a process that waits for Redis gives its signs of life.
type systemd struct {
	say   func(state string)
	stuck func() error  // why nothing but a new start helps
	every time.Duration // between signs of life; zero: systemd waits for none
	log   logrus.FieldLogger
}

// signsInTime is how many signs of life are given within the time after which systemd kills: one that comes late costs nothing.
const signsInTime = 3

// tellSystemd says that the process is ready, then gives signs of life until the context ends, and says then that it stops. Call end
// before the process does. Nothing is said to a systemd that did not ask for it.
func tellSystemd(ctx context.Context, stuck func() error, log logrus.FieldLogger) (end func()) {
	s := systemd{stuck: stuck, log: log, say: func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.WithError(err).Warn("systemd is not told how this process is")
		}
	}}
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.WithError(err).Warn("systemd gets no signs of life")
	}
	s.every = within / signsInTime
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { s.run(ctx) })
	return func() {
		cancel()
		wait.Wait()
	}
}

func (s systemd) run(ctx context.Context) {
	s.say(daemon.SdNotifyReady)
	defer s.say(daemon.SdNotifyStopping)
	if s.every <= 0 {
		<-ctx.Done()
		return
	}
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		s.signOfLife()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// signOfLife is withheld while the process is stuck: systemd kills it in time, and starts another.
func (s systemd) signOfLife() {
	if err := s.stuck(); err != nil {
		s.log.WithError(err).Error("systemd gets no sign of life: it will start this process anew")
		return
	}
	s.say(daemon.SdNotifyWatchdog)
}

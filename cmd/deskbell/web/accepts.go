package web

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Accepts follows how a process takes in connections. When it has no file descriptors left, those who connect wait, and no request
// tells of it. It is a collector: the caller registers it.
type Accepts struct {
	prometheus.Counter
	now func() time.Time

	mu     sync.Mutex
	failed time.Time          // when it failed last; zero: never, or it was said that this is over
	said   time.Time          // when the log had a line about it last
	log    logrus.FieldLogger // of the last failure
}

const (
	acceptsCalm = 5 * time.Second // after a failure: then it is over
	acceptsSaid = time.Minute     // between two lines of the log
)

// NewAccepts makes one that stands at zero.
func NewAccepts(now func() time.Time) *Accepts {
	return &Accepts{now: now, Counter: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "deskbell_http_accept_failures_total",
		Help: "Tries of this process to take in a connection that failed, for want of file descriptors above all.",
	})}
}

// Watch gives the listener to be served.
func (a *Accepts) Watch(l net.Listener, log logrus.FieldLogger) net.Listener {
	return &watchedListener{l, a, log}
}

// Check is an error while connections cannot be taken in.
func (a *Accepts) Check(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failing() {
		return errors.New("connections cannot be taken in: see that the process may have more files open (ulimit -n, LimitNOFILE)")
	}
	return nil
}

// failing tells whether it fails, and says once that this is over.
func (a *Accepts) failing() bool {
	if a.failed.IsZero() || a.now().Sub(a.failed).Abs() < acceptsCalm {
		return !a.failed.IsZero()
	}
	a.failed = time.Time{}
	a.log.Warn("connections are taken in again")
	return false
}

// note hears of a try.
func (a *Accepts) note(err error, log logrus.FieldLogger) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	switch {
	case err == nil:
		a.failing()
	case !errors.Is(err, net.ErrClosed):
		a.Inc()
		a.failed, a.log = now, log
		if a.said.IsZero() || now.Sub(a.said).Abs() >= acceptsSaid {
			a.said = now
			log.WithError(err).Error("connections cannot be taken in, and those who connect wait: let this process have more files open (ulimit -n, LimitNOFILE), or find who keeps so many connections")
		}
	}
}

// watchedListener is a listener whose tries are noted. net/http repeats those that failed, a second later at most.
type watchedListener struct {
	net.Listener
	accepts *Accepts
	log     logrus.FieldLogger
}

// Accept implements net.Listener.
func (l *watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	l.accepts.note(err, l.log)
	return conn, err
}

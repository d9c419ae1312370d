package web

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
)

// Serve answers on a listener until the context ends. Then it takes no more requests, ends streams by their contexts, and
// gives the other requests the grace to finish; those whose bodies do not come, two seconds.
func Serve(ctx context.Context, l net.Listener, h http.Handler, to logrus.FieldLogger, grace time.Duration) error {
	base, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	var awaited bodies
	srv := &http.Server{
		Handler:           awaited.watched(h),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute, // streams set their own, for each event
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          log.New(lines{to}, "", 0),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	endStreams()
	hurry := time.AfterFunc(bodyAtStop, awaited.hurry)
	defer hurry.Stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := srv.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		to.Warn("requests were cut off at the stop: they did not end in time")
		err = srv.Close()
	}
	return errors.Join(err, closed(<-ended))
}

// closed is nil for the end that Serve asked for.
func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// lines logs the messages of net/http: that clients go away, or that a handler panics.
type lines struct{ log logrus.FieldLogger }

// Write implements io.Writer.
func (l lines) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.HasPrefix(text, "http: panic") {
		l.log.Error(text)
	} else {
		l.log.Debug(text)
	}
	return len(line), nil
}

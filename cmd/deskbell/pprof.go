package main

import (
	"fmt"
	"net"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/config"
)

// profiles is the part of a command line by which a process that stays answers Go's profiles.
type profiles struct {
	Pprof string `placeholder:"ADDR" help:"Answer Go's profiles at host:port, below /debug/pprof/, on this machine alone."`
}

// serve answers until it is stopped. It refuses addresses that other machines reach, whatever key there is: profiles show what is in
// memory, and anybody who takes them slows the process down.
func (p profiles) serve(log logrus.FieldLogger) (stop func(), err error) {
	if p.Pprof == "" {
		return func() {}, nil
	}
	beyond := fmt.Errorf("--pprof %q: others than this machine would reach it, and profiles show what is in memory: listen on 127.0.0.1", p.Pprof)
	loopback, err := config.ParseListen(p.Pprof)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--pprof %q: it %w", p.Pprof, err)
	case !loopback:
		return nil, beyond
	}
	l, err := net.Listen("tcp", p.Pprof) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("listening for profiles: %w; give each process an address of its own", err)
	}
	if !isLoopback(l.Addr()) { // of a localhost that is none
		_ = l.Close()
		return nil, beyond
	}
	log.WithField("address", l.Addr().String()).Info("answering Go's profiles below /debug/pprof/")
	return serveBeside(l, web.Profiles(), log, "profiles are answered no more: restart the process"), nil
}
